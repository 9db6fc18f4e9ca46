/** NixOS-shaped systems as store objects. */
import { commonUnits, type Generation, goldenConfiguration } from "../generations.ts";
import { type StoreObject, storePath } from "./store.ts";

/** What all generations have in common. */
export interface Common {
  /** Paths of the store: directories with `bzImage` and `initrd`. */
  readonly kernel: string;
  readonly initrd: string;
  /** A directory with `bin/`, of the store or where the programs are installed. */
  readonly programs: string;
  /** Programs by the name they have in /run/current-system/sw/bin, to where they lead. */
  readonly path: Readonly<Record<string, string>>;
  /** Our own units for a system whose programs are in `programs`. */
  readonly units: Readonly<Record<string, string>>;
  /** The texts of tests/vm/guest, by name. */
  readonly guest: Readonly<Record<string, string>>;
}

const kernelParameters = ["console=ttyS0", "loglevel=4", "panic=1", "net.ifnames=0", "quiet"];
const mounts = [
  "/dev/vda2 / ext4 x-initrd.mount 0 0",
  "/dev/vda1 /boot vfat fmask=0022,dmask=0022 0 0",
];

/** A generation as the objects of the store that it adds. */
export interface Toplevel {
  readonly name: string;
  readonly path: string;
  readonly kernelParameters: readonly string[];
  readonly objects: readonly StoreObject[];
}

/** Describes the objects of a generation: what it has in /etc, and the system itself. */
export async function toplevelOf(generation: Generation, common: Common): Promise<Toplevel> {
  const etc = await etcOf(generation, common);
  const parameters = [...kernelParameters, ...generation.kernelParameters ?? []];
  const name = `nixos-system-machine-${generation.name}`;
  const path = await storePath(name, JSON.stringify([etc.path, parameters, generation, common]));
  const render = (text = "") =>
    text.replaceAll("@toplevel@", path)
      .replaceAll("@check@", `${path}/pre-switch-check`)
      .replaceAll("@installBootLoader@", `${path}/install-boot-loader`)
      .replaceAll("@tries@", String(generation.tries ?? 0))
      .replaceAll("@programs@", common.programs);
  const scripts = {
    init: "init",
    activate: "activate",
    "install-boot-loader": "install_boot_loader",
    "pre-switch-check": "pre_switch_check",
    "bin/switch-to-configuration": "switch_to_configuration",
  };
  const system: StoreObject = {
    path,
    references: [path, etc.path, common.kernel, common.initrd, ...stored(common.programs)],
    make: async (directory) => {
      for (const child of ["bin", "sw/bin", "specialisation"]) {
        await Deno.mkdir(`${directory}/${child}`, { recursive: true });
      }
      for (const [target, source] of Object.entries(scripts)) {
        await Deno.writeTextFile(`${directory}/${target}`, render(common.guest[source]));
        await Deno.chmod(`${directory}/${target}`, 0o755);
      }
      for (const [program, target] of Object.entries(common.path)) {
        await Deno.symlink(target, `${directory}/sw/bin/${program}`);
      }
      await Deno.symlink(`${common.kernel}/bzImage`, `${directory}/kernel`);
      await Deno.symlink(`${common.initrd}/initrd`, `${directory}/initrd`);
      await Deno.symlink(common.programs, `${directory}/programs`);
      await Deno.symlink(`${etc.path}/etc`, `${directory}/etc`);
      await Deno.writeTextFile(`${directory}/kernel-params`, parameters.join(" "));
      await Deno.writeTextFile(`${directory}/nixos-version`, generation.name);
      const boot = bootSpecification(path, generation.name, parameters);
      await Deno.writeTextFile(`${directory}/boot.json`, JSON.stringify(boot));
    },
  };
  return { name: generation.name, path, kernelParameters: parameters, objects: [etc, system] };
}

function bootSpecification(path: string, label: string, kernelParams: readonly string[]): unknown {
  const [kernel, initrd, init] = [`${path}/kernel`, `${path}/initrd`, `${path}/init`];
  const system = { label, system: "x86_64-linux", toplevel: path, kernel, initrd, init };
  return {
    "org.nixos.bootspec.v1": { ...system, kernelParams },
    "org.nixos.specialisation.v1": {},
  };
}

async function etcOf(generation: Generation, common: Common): Promise<StoreObject> {
  const units = { ...common.units, ...commonUnits, ...generation.units };
  const golden = JSON.stringify({ ...goldenConfiguration, ...generation.golden }, null, 2);
  const fstab = [...mounts, ...generation.mounts ?? [], ""].join("\n");
  const path = await storePath("etc", JSON.stringify(units), golden, fstab);
  const make = async (directory: string): Promise<void> => {
    const system = `${directory}/etc/systemd/system`;
    await Deno.mkdir(system, { recursive: true });
    await Deno.mkdir(`${directory}/etc/holdfast`);
    await Deno.writeTextFile(`${directory}/etc/holdfast/golden.json`, golden);
    await Deno.writeTextFile(`${directory}/etc/fstab`, fstab);
    for (const [name, text] of Object.entries(units)) await install(system, name, text);
  };
  return { path, references: stored(common.programs), make };
}

function stored(path: string): readonly string[] {
  return path.startsWith("/nix/store/") ? [path] : [];
}

/** Writes a unit and the links that `systemctl enable` would make. */
async function install(system: string, name: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${system}/${name}`, text);
  for (const [, kind = "", targets = ""] of text.matchAll(/^(Wanted|Required)By=(.*)$/gm)) {
    for (const target of targets.split(/\s+/).filter(Boolean)) {
      const directory = `${system}/${target}.${kind === "Wanted" ? "wants" : "requires"}`;
      await Deno.mkdir(directory, { recursive: true });
      await Deno.symlink(`../${name}`, `${directory}/${name}`);
    }
  }
}
