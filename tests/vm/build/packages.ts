/**
 * Debian packages, unpacked into directories of one's own: no root, nothing installed, the system's
 * apt and dpkg databases neither read nor written.
 */
import { debianMirror } from "../../support/programs_from_debian.ts";
import { run } from "./run_program.ts";

const suite = "forky";

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

/** Makes an apt configuration that shares with the system's only how to reach the network. */
async function privateApt(apt: string): Promise<Record<string, string>> {
  await Deno.mkdir(`${apt}/lists/partial`, { recursive: true });
  await Deno.mkdir(`${apt}/archives/partial`, { recursive: true });
  await Deno.mkdir(`${apt}/trusted`);
  await Deno.copyFile(await debianKeyring(apt), `${apt}/trusted/debian.gpg`);
  await Deno.writeTextFile(`${apt}/status`, "");
  await Deno.writeTextFile(`${apt}/sources.list`, `deb ${debianMirror()} ${suite} main\n`);
  const network = (await run(["apt-config", "dump"])).split("\n")
    .filter((line) => line.startsWith("Acquire::") && !/^Acquire::(Index|Lang)/.test(line));
  const architecture = (await run(["dpkg", "--print-architecture"])).trim();
  const settings = {
    "Dir::Etc::main": "/dev/null",
    "Dir::Etc::parts": "/dev/null",
    "Dir::Etc::sourcelist": `${apt}/sources.list`,
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::Etc::trusted": "/dev/null",
    "Dir::Etc::trustedparts": `${apt}/trusted`,
    "Dir::Etc::preferences": "/dev/null",
    "Dir::Etc::preferencesparts": "/dev/null",
    "Dir::State": apt,
    "Dir::State::lists": `${apt}/lists`,
    "Dir::State::status": `${apt}/status`,
    "Dir::Cache": apt,
    "Dir::Cache::archives": `${apt}/archives`,
    "Acquire::Check-Valid-Until": "false",
    "Acquire::Languages": "none",
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "APT::Update::Error-Mode": "any",
    "APT::Sandbox::User": "root",
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}";`);
  await Deno.writeTextFile(`${apt}/apt.conf`, [...network, ...lines, ""].join("\n"));
  return { APT_CONFIG: `${apt}/apt.conf` };
}

/** Debian's keys: the system's own, or on a relative such as Ubuntu the package that holds them. */
async function debianKeyring(apt: string): Promise<string> {
  const path = "/usr/share/keyrings/debian-archive-keyring.gpg";
  if (await Deno.stat(path).then(() => true, () => false)) return path;
  await Deno.mkdir(`${apt}/keyring`);
  const download = ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root"];
  await run([...download, "debian-archive-keyring"], { cwd: `${apt}/keyring` });
  for await (const { name } of Deno.readDir(`${apt}/keyring`)) {
    if (name.endsWith(".deb")) await run(["dpkg", "-x", `${apt}/keyring/${name}`, apt]);
  }
  return `${apt}${path}`;
}
