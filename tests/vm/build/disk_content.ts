/** What a new machine has on its disk: Debian, a Nix store, a profile, a boot loader. */
import { removeTree } from "./cache.ts";
import { makeDisk } from "./disk.ts";
import { makeOwnFiles } from "./own_files.ts";
import { importObjects, nixEnvironment, type StoreObject } from "./store.ts";
import type { Tools } from "./tools.ts";
import { run } from "./run_program.ts";
import type { Toplevel } from "./toplevel.ts";

/** What a disk is made of. */
export interface Content {
  /** The directory of the root file system's Debian part. */
  readonly debian: string;
  /** The directory of our own texts for it. */
  readonly guest: string;
  readonly objects: readonly StoreObject[];
  /** Adds to the root file system what only some machines have. */
  readonly more?: (root: string) => Promise<void>;
  /** The generations; the first is the one that is installed. */
  readonly toplevels: readonly Toplevel[];
}

const profiles = "nix/var/nix/profiles";

/** Builds a disk of which the first generation is installed, as generation 1. */
export async function buildDisk(disk: string, content: Content, tools: Tools): Promise<void> {
  const [initial] = content.toplevels;
  if (initial === undefined) throw new Error("there is no generation to install");
  const work = await Deno.makeTempDir({ prefix: "disk-" });
  try {
    const [own, esp] = [`${work}/own`, `${work}/esp`];
    await makeOwnFiles(own, content.guest);
    await content.more?.(own);
    await importObjects(content.objects, own, tools);
    await Deno.mkdir(`${own}/${profiles}`, { recursive: true });
    await Deno.symlink(initial.path, `${own}/${profiles}/system-1-link`);
    await Deno.symlink("system-1-link", `${own}/${profiles}/system`);
    // Nix made this link for the place where the tree stands now.
    await Deno.remove(`${own}/nix/var/nix/gcroots/profiles`).catch(() => {});
    await Deno.symlink(`/${profiles}`, `${own}/nix/var/nix/gcroots/profiles`);
    await makeEspTree(esp, { debian: content.debian, store: own, initial });
    await run([tools.program("nix-store"), "--verify"], { env: nixEnvironment(own) });
    await makeDisk(disk, { trees: [content.debian, own], esp }, tools);
  } finally {
    await removeTree(work);
  }
}

/** An ESP with systemd-boot where firmware looks first, and the entry of the first generation. */
async function makeEspTree(
  esp: string,
  { debian, store, initial }: { debian: string; store: string; initial: Toplevel },
): Promise<void> {
  for (const directory of ["EFI/BOOT", "EFI/systemd", "EFI/nixos", "loader/entries"]) {
    await Deno.mkdir(`${esp}/${directory}`, { recursive: true });
  }
  const loader = `${debian}/usr/lib/systemd/boot/efi/systemd-bootx64.efi`;
  await Deno.copyFile(loader, `${esp}/EFI/BOOT/BOOTX64.EFI`);
  await Deno.copyFile(loader, `${esp}/EFI/systemd/systemd-bootx64.efi`);
  const files = await Promise.all(["kernel", "initrd"].map(async (part) => {
    const file = await Deno.readLink(`${store}${initial.path}/${part}`);
    const name = `EFI/nixos/${file.replace("/nix/store/", "").replace("/", "-")}.efi`;
    await Deno.copyFile(`${store}${file}`, `${esp}/${name}`);
    return name;
  }));
  const entry = [
    "title NixOS",
    "sort-key nixos",
    "version Generation 1 NixOS",
    `linux /${files[0]}`,
    `initrd /${files[1]}`,
    `options init=${initial.path}/init ${initial.kernelParameters.join(" ")}`,
    "",
  ].join("\n");
  const settings = "timeout 0\ndefault nixos-generation-1.conf\neditor 0\nconsole-mode keep\n";
  await Deno.writeTextFile(`${esp}/loader/entries/nixos-generation-1.conf`, entry);
  await Deno.writeTextFile(`${esp}/loader/loader.conf`, settings);
}
