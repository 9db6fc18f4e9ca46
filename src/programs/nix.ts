import { environment } from "../host/environment.ts";
import { isMissing, namesIn, parentOf, realPath, stat } from "../host/files.ts";
import { capture, run } from "../host/process.ts";

/** Bound in milliseconds on `nix-env --set`, which waits for the database's lock. */
const profileBound = 60_000;
/**
 * Bound in milliseconds on the installation of a boot loader. Generous: one that is killed while it
 * copies a kernel to a slow card leaves half of it behind.
 */
const loaderBound = 600_000;

/**
 * Makes a toplevel the newest generation of a profile, which is also what every boot loader that
 * goes by the newest starts next.
 *
 * @throws {ProcessError} when nix-env fails
 */
export async function setProfile(profile: string, toplevel: string): Promise<void> {
  await run({ argv: ["nix-env", "-p", profile, "--set", toplevel], timeout: profileBound });
}

/**
 * Makes a toplevel the boot loader's default by its own `switch-to-configuration boot`. Its
 * pre-switch checks are left out: they decide about updates.
 *
 * @throws {ProcessError} when it fails
 */
export async function installBootLoader(toplevel: string): Promise<void> {
  const argv = [`${toplevel}/bin/switch-to-configuration`, "boot"];
  // Its own tools first, which is what its installer was made for.
  const PATH = [`${toplevel}/sw/bin`, environment("PATH")].filter(Boolean).join(":");
  await run({ argv, env: { NIXOS_NO_CHECK: "1", PATH }, timeout: loaderBound });
}

/** The numbers that a profile has for a toplevel, lowest first. */
export function generationsOf(profile: string, toplevel: string): readonly number[] {
  const directory = parentOf(profile);
  const base = profile.slice(profile.lastIndexOf("/") + 1);
  return namesIn(directory)
    .filter((name) => name.startsWith(`${base}-`) && /^-\d+-link$/.test(name.slice(base.length)))
    .filter((name) => stat(`${directory}/${name}`) !== undefined)
    .filter((name) => realPath(`${directory}/${name}`) === toplevel)
    .map((name) => Number(name.slice(base.length + 1, -"-link".length)))
    .sort((a, b) => a - b);
}

/** What a link leads to; `undefined` when it or that is missing. */
export function toplevelAt(link: string): string | undefined {
  try {
    return realPath(link);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Whether a path is a whole one of the store, and not merely a name in it. */
export async function isValid(path: string): Promise<boolean> {
  const argv = ["nix-store", "--check-validity", path];
  return (await capture({ argv, timeout: profileBound })).status === 0;
}
