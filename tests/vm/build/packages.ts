/**
 * Debian packages, unpacked into directories of one's own: no root, nothing installed, the system's
 * apt and dpkg databases neither read nor written.
 */
import { privateApt } from "../../support/programs_from_debian.ts";
import { run } from "./run_program.ts";

/** What to unpack. */
export interface Selection {
  /** Packages that are taken with all they depend on. */
  readonly wanted: readonly string[];
  /** Dependencies that are left out. */
  readonly unneeded: RegExp;
}

/**
 * Unpacks the packages and their dependencies into `root`.
 *
 * @returns the versions, by the name of the package
 */
export async function unpackPackages(
  { wanted, unneeded }: Selection,
  root: string,
): Promise<Record<string, string>> {
  const apt = await Deno.makeTempDir({ prefix: "apt-" });
  try {
    const env = await privateApt(apt);
    await run(["apt-get", "update", "-q"], { env });
    // An empty package database makes apt's resolver name the whole closure, libc included.
    const install = ["apt-get", "install", "-y", "--no-install-recommends", "--print-uris"];
    const plan = await run([...install, ...wanted], { env });
    const closure = [...plan.matchAll(/^'[^']+' ([^_\s]+)_([^_\s]+)_/gm)]
      .map(([, name = "", version = ""]) => [name, decodeURIComponent(version)] as const)
      .filter(([name]) => !unneeded.test(name));
    await Deno.mkdir(`${apt}/debs`);
    const names = closure.map(([name]) => name);
    await run(["apt-get", "download", "-q", ...names], { env, cwd: `${apt}/debs` });
    await Deno.mkdir(root, { recursive: true });
    for await (const { name } of Deno.readDir(`${apt}/debs`)) {
      await run(["dpkg", "-x", `${apt}/debs/${name}`, root]);
    }
    return Object.fromEntries(closure);
  } finally {
    await Deno.remove(apt, { recursive: true });
  }
}
