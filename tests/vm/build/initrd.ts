/** The initial ramdisk: busybox, the few modules the root and the ESP need, and our stage 1. */
import { run } from "./run_program.ts";

/** In the order of loading. Compiled into the kernel: virtio over PCI, its console, ext4. */
const modules = [
  "drivers/block/virtio_blk",
  "fs/nls/nls_cp437",
  "fs/nls/nls_ascii",
  "fs/nls/nls_iso8859-1",
  "fs/fat/fat",
  "fs/fat/vfat",
  "fs/efivarfs/efivarfs",
];

/**
 * Writes the initial ramdisk.
 *
 * @param kernel the directory of the kernel's modules
 * @param busybox a static busybox
 * @param guest our own files for the machine
 */
export async function makeInitrd(
  target: string,
  { kernel, busybox, guest }: { kernel: string; busybox: string; guest: string },
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "initrd-" });
  try {
    for (const directory of ["bin", "dev", "modules", "proc", "root", "run", "sys"]) {
      await Deno.mkdir(`${root}/${directory}`);
    }
    await Deno.copyFile(busybox, `${root}/bin/busybox`);
    await Deno.chmod(`${root}/bin/busybox`, 0o755);
    const applets = ["cat", "insmod", "mount", "readlink", "sh", "sleep", "switch_root"];
    for (const applet of applets) await Deno.symlink("busybox", `${root}/bin/${applet}`);
    for (const [index, module] of modules.entries()) {
      const name = `${String(index).padStart(2, "0")}-${module.replace(/.*\//, "")}.ko`;
      const script = 'exec "$1" xz -dc "$2" > "$3"';
      const packed = `${kernel}/kernel/${module}.ko.xz`;
      await run(["/bin/sh", "-c", script, "sh", busybox, packed, `${root}/modules/${name}`]);
    }
    for (const [from, to] of [["initrd_init", "init"], ["announce", "announce"]]) {
      await Deno.copyFile(`${guest}/${from}`, `${root}/${to}`);
      await Deno.chmod(`${root}/${to}`, 0o755);
    }
    // Uncompressed: unpacking costs an emulated processor more than reading.
    const archive = 'cd "$1" && "$2" find . | "$2" cpio -o -H newc > "$3"';
    await run(["/bin/sh", "-c", archive, "sh", root, busybox, target]);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
