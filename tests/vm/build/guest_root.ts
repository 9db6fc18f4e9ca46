/** The root file system of the machine: Debian, cut down to what boots fast. */
import { unpackPackages } from "./packages.ts";
import { removeTree } from "./cache.ts";

const wanted = [
  ...["systemd", "udev", "systemd-boot", "systemd-boot-tools", "systemd-boot-efi"],
  ...[
    "linux-image-cloud-amd64",
    "nix-bin",
    "base-files",
    "bash",
    "dash",
    "coreutils",
    "util-linux",
  ],
  ...[
    "mount",
    "kmod",
    "grep",
    "sed",
    "findutils",
    "gzip",
    "jq",
    "util-linux-extra",
    "busybox-static",
    "dbus-daemon",
  ],
];
const unneeded =
  /^(perl|libperl|libdb[di]-|libwww|libgdbm|libdb5|debconf|dracut|3cpio|bash-static|curl$|efibootmgr|linux-base$|linux-image|gcc-.*-base$|libc-gconv|libpam-|passwd|login|libsemanage|libdebconf|dpkg$|base-passwd|e2fsprogs|logsave|openssl-provider)/;

/** What starts by itself; each process costs an emulated processor a good part of a second. */
const started = new Set([
  "systemd-journal-flush.service",
  "systemd-journald-dev-log.socket",
  "systemd-journald.service",
  "systemd-journald.socket",
  "systemd-udev-trigger.service",
  "systemd-udevd-kernel.socket",
  "systemd-udevd.service",
]);
const rules =
  /^(50-udev-default|60-block|60-persistent-storage|80-drivers|99-systemd)\.rules$|^(?!.*\.rules$)/;
const generators = /^systemd-(fstab|bless-boot)-generator$/;

const units = "usr/lib/systemd/system";

/** Unpacks and cuts down the root file system into `root`, its kernel and modules into `kernel`. */
export async function makeGuestRoot(root: string, kernel: string): Promise<Record<string, string>> {
  const versions = await unpackPackages({ wanted, unneeded }, root);
  const modules = `${root}/usr/lib/modules`;
  const [release] = await Array.fromAsync(Deno.readDir(modules));
  if (release === undefined) throw new Error("there is no kernel among the packages");
  await Deno.rename(`${modules}/${release.name}`, kernel);
  for (const path of ["usr/share", "usr/games", "usr/include", "var/cache", "etc/systemd"]) {
    await removeTree(`${root}/${path}`);
  }
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${units}`)) {
    if (!isDirectory || !name.endsWith(".wants")) continue;
    await keepOnly(`${root}/${units}/${name}`, (unit) => started.has(unit));
  }
  // Wanted by udev itself, for credentials that no machine here has.
  await Deno.remove(`${root}/${units}/systemd-udev-load-credentials.service`);
  await keepOnly(`${root}/usr/lib/udev/rules.d`, (name) => rules.test(name));
  await keepOnly(`${root}/usr/lib/systemd/system-generators`, (name) => generators.test(name));
  return versions;
}

async function keepOnly(directory: string, kept: (name: string) => boolean): Promise<void> {
  for (const { name } of await Array.fromAsync(Deno.readDir(directory))) {
    if (!kept(name)) await Deno.remove(`${directory}/${name}`, { recursive: true });
  }
}
