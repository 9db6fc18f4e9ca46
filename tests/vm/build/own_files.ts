/** What the root file system holds beside Debian: the settings of a NixOS machine, and our agent. */

const units = "usr/lib/systemd/system";
const programs = "usr/lib/holdfast";

/** Files of the root file system that come from nowhere else. */
const files: Readonly<Record<string, string>> = {
  "etc/passwd": "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534::/:/usr/sbin/nologin\n",
  "etc/group": [
    ...["root:x:0:", "adm:x:4:", "tty:x:5:", "disk:x:6:", "lp:x:7:", "kmem:x:15:", "dialout:x:20:"],
    ...["cdrom:x:24:", "tape:x:26:", "audio:x:29:", "utmp:x:43:", "video:x:44:", "users:x:100:"],
    ...["systemd-journal:x:101:", "input:x:102:", "kvm:x:103:", "render:x:104:", "sgx:x:105:"],
    ...["clock:x:106:", "nogroup:x:65534:", ""],
  ].join("\n"),
  "etc/shadow": "root:*::0:99999:7:::\n",
  "etc/hostname": "machine\n",
  // A fixed one: a machine that has none yet treats each boot as its first.
  "etc/machine-id": "4a6f0e2bb3d54d6fa1f0d2c7c5e96b31\n",
  // Block devices are all that anything waits for.
  [`${units}/systemd-udev-trigger.service.d/block.conf`]:
    "[Service]\nExecStart=\nExecStart=udevadm trigger --action=add --subsystem-match=block\n",
  "etc/nix/nix.conf": "build-users-group =\nsandbox = false\nsubstituters =\n",
};

/** Links of the root file system; those below /etc lead to the running generation. */
const links: Readonly<Record<string, string>> = {
  "etc/fstab": "/etc/static/fstab",
  "etc/holdfast": "/etc/static/holdfast",
  "etc/mtab": "/proc/self/mounts",
  "etc/systemd/system": "/etc/static/systemd/system",
  [`${units}/default.target`]: "multi-user.target",
  [`${units}/sysinit.target.wants/holdfast-agent.service`]: "../holdfast-agent.service",
  [`${units}/multi-user.target.wants/holdfast-announce.service`]: "../holdfast-announce.service",
};

/** Writes our own files into `root`; `guest` is the directory of their texts. */
export async function makeOwnFiles(root: string, guest: string): Promise<void> {
  for (const directory of ["boot", "var/lib", "var/cache", "var/log/journal", "usr/share"]) {
    await Deno.mkdir(`${root}/${directory}`, { recursive: true });
  }
  for (const [path, text] of Object.entries(files)) await put(`${root}/${path}`, text);
  for (const name of ["agent", "announce"]) {
    await put(`${root}/${programs}/${name}`, await Deno.readTextFile(`${guest}/${name}`));
    await Deno.chmod(`${root}/${programs}/${name}`, 0o755);
    const unit = `holdfast-${name}.service`;
    await put(`${root}/${units}/${unit}`, await Deno.readTextFile(`${guest}/${unit}`));
  }
  for (const [path, target] of Object.entries(links)) {
    await Deno.mkdir(directoryOf(`${root}/${path}`), { recursive: true });
    await Deno.symlink(target, `${root}/${path}`);
  }
}

async function put(path: string, text: string): Promise<void> {
  await Deno.mkdir(directoryOf(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
