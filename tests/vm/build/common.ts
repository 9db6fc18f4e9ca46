/** The objects that all generations refer to: kernel, initial ramdisk, programs. */
import { makeInitrd } from "./initrd.ts";
import { installedPrefix } from "./installed_files.ts";
import { digestOf, names } from "./our_programs.ts";
import { ourUnits } from "./our_units.ts";
import { type StoreObject, storePath } from "./store.ts";
import type { Common } from "./toplevel.ts";

/** Where the parts of the common objects are. */
export interface Parts {
  /** The directory of the kernel and its modules. */
  readonly kernel: string;
  readonly busybox: string;
  /** The directory of our compiled programs; none when the machine has them installed. */
  readonly programs: string | undefined;
  /** The directory of the texts of the machine. */
  readonly guest: string;
}

/** Programs of Debian that /run/current-system/sw/bin holds on NixOS, too. */
const system = [
  ...["bash", "sh", "env", "cat", "ls", "sync", "readlink", "logger", "flock", "mount", "umount"],
  ...["nix", "nix-env", "nix-store", "nix-collect-garbage"],
  ...["systemctl", "journalctl", "bootctl", "systemd-analyze", "systemd-detect-virt"],
];

/** Describes the common objects. */
export async function commonObjects(
  parts: Parts,
): Promise<Common & { readonly objects: readonly StoreObject[] }> {
  const guest: Record<string, string> = {};
  for await (const { name } of Deno.readDir(parts.guest)) {
    guest[name] = await Deno.readTextFile(`${parts.guest}/${name}`);
  }
  const kernel = await kernelObject(parts);
  const initrd = await initrdObject(parts, guest);
  const object = parts.programs === undefined ? undefined : await programsObject(parts.programs);
  const programs = object?.path ?? installedPrefix;
  const path = Object.fromEntries([
    ...system.map((name) => [name, `/usr/bin/${name}`]),
    ...names.map((name) => [name, `${programs}/bin/${name}`]),
  ]);
  return {
    kernel: kernel.path,
    initrd: initrd.path,
    programs,
    path,
    units: object === undefined ? {} : ourUnits(`${programs}/bin`),
    guest,
    objects: [kernel, initrd, ...(object === undefined ? [] : [object])],
  };
}

async function kernelObject({ kernel }: Parts): Promise<StoreObject> {
  return {
    path: await storePath("linux", await digestOf(`${kernel}/vmlinuz`)),
    references: [],
    make: (directory) => Deno.copyFile(`${kernel}/vmlinuz`, `${directory}/bzImage`),
  };
}

async function initrdObject(
  { kernel, busybox, guest }: Parts,
  texts: Readonly<Record<string, string>>,
): Promise<StoreObject> {
  const recipe = await Deno.readTextFile(`${import.meta.dirname}/initrd.ts`);
  const own = [recipe, texts["initrd_init"] ?? "", texts["announce"] ?? ""];
  return {
    path: await storePath("initrd", await digestOf(`${kernel}/vmlinuz`), ...own),
    references: [],
    make: (directory) => makeInitrd(`${directory}/initrd`, { kernel, busybox, guest }),
  };
}

async function programsObject(programs: string): Promise<StoreObject> {
  const digests = await Promise.all(names.map((name) => digestOf(`${programs}/${name}`)));
  return {
    path: await storePath("holdfast", ...digests),
    references: [],
    make: async (directory) => {
      await Deno.mkdir(`${directory}/bin`);
      for (const name of names) {
        await Deno.copyFile(`${programs}/${name}`, `${directory}/bin/${name}`);
        await Deno.chmod(`${directory}/bin/${name}`, 0o755);
      }
    },
  };
}
