/** The programs of the host that make and run the machine, from Debian, through wrappers. */
import { unpackPackages } from "./packages.ts";

const wanted = [
  ...["qemu-system-x86", "qemu-utils", "ovmf", "mtools", "dosfstools", "e2fsprogs", "fdisk"],
  ...["libarchive13t64", "busybox-static", "tar", "nix-bin"],
];
const unneeded =
  /^(perl|libperl|libdb[di]-|libwww|debconf|systemd$|seabios|ovmf-(amdsev|inteltdx)|gcc-.*-base$)|^(libc-gconv|libpam|passwd|login|sensible|init-system|mount$|dpkg$)/;

const programs = {
  "qemu-system-x86_64": "usr/bin/qemu-system-x86_64",
  "qemu-img": "usr/bin/qemu-img",
  "mkfs.vfat": "usr/sbin/mkfs.fat",
  "mmd": "usr/bin/mtools",
  "mcopy": "usr/bin/mtools",
  "mke2fs": "usr/sbin/mke2fs",
  "sfdisk": "usr/sbin/sfdisk",
  "tar": "usr/bin/tar",
  "nix-store": "usr/bin/nix",
} as const;

/** The tools in a directory: programs by their name, and the files they need. */
export interface Tools {
  /** The path of a program. */
  readonly program: (name: keyof typeof programs) => string;
  /** A static busybox, which the initrd takes along. */
  readonly busybox: string;
  /** What qemu loads at run time. */
  readonly qemuData: string;
  readonly qemuModules: string;
  /** The firmware, and its variables as they leave the factory. */
  readonly firmware: string;
  readonly firmwareVariables: string;
}

/** Unpacks the tools into `root`, which will stand at `home`. */
export async function makeTools(root: string, home: string): Promise<Record<string, string>> {
  const versions = await unpackPackages({ wanted, unneeded }, `${root}/rootfs`);
  for (const unread of ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info"]) {
    await Deno.remove(`${root}/rootfs/${unread}`, { recursive: true }).catch(() => {});
  }
  await Deno.mkdir(`${root}/bin`);
  const library = `${home}/rootfs/usr/lib/x86_64-linux-gnu`;
  const quoted = (path: string) => `'${path.replaceAll("'", `'\\''`)}'`;
  for (const [name, path] of Object.entries(programs)) {
    const load = `${quoted(`${library}/ld-linux-x86-64.so.2`)} --library-path ${quoted(library)}`;
    const program = quoted(`${home}/rootfs/${path}`);
    await Deno.writeTextFile(
      `${root}/bin/${name}`,
      `#!/bin/sh\nexport QEMU_MODULE_DIR=${quoted(`${library}/qemu`)}\n` +
        `exec ${load} --argv0 ${name} ${program} "$@"\n`,
    );
    await Deno.chmod(`${root}/bin/${name}`, 0o755);
  }
  return versions;
}

/** The tools that stand in `root`. */
export function toolsIn(root: string): Tools {
  return {
    program: (name) => `${root}/bin/${name}`,
    busybox: `${root}/rootfs/usr/bin/busybox`,
    qemuData: `${root}/rootfs/usr/share/qemu`,
    qemuModules: `${root}/rootfs/usr/lib/x86_64-linux-gnu/qemu`,
    firmware: `${root}/rootfs/usr/share/OVMF/OVMF_CODE_4M.fd`,
    firmwareVariables: `${root}/rootfs/usr/share/OVMF/OVMF_VARS_4M.fd`,
  };
}
