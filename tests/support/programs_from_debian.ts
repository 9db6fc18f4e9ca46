/**
 * The programs as Debian packages, unpacked into a directory of one's own: no root, nothing
 * installed, the system's apt and dpkg databases neither read nor written.
 */

import { gitCore, type ProgramSet } from "./program_sets.ts";

/** The release that packages come from. */
export const suite = "forky";
/** Git's own binaries move here, so that `git help -a` does not list them beside their wrappers. */
const gitBinaries = "rootfs/usr/lib/git-core-binaries";

/** The Debian mirror that packages come from. */
export function debianMirror(): string {
  return Deno.env.get("HOLDFAST_DEBIAN_MIRROR") || "http://deb.debian.org/debian";
}

/** Downloads the programs and all they load from Debian into `root`, an empty directory. */
export async function fetchFromDebian(root: string, set: ProgramSet): Promise<void> {
  const apt = `${root}/apt`;
  const env = await privateApt(apt);
  await run("apt-get", ["update", "-q"], { env });
  // An empty package database makes apt's resolver name the whole closure, libc included.
  const plan = await run("apt-get", [
    ...["install", "-y", "--no-install-recommends", "--print-uris"],
    ...set.packages,
  ], { env });
  const closure = [...plan.matchAll(/^'[^']+' ([^_\s]+)_/gm)].map(([, name = ""]) => name);
  const packages = closure.filter((name) => !set.unneeded.test(name));
  await Deno.mkdir(`${apt}/debs`);
  await run("apt-get", ["download", "-q", ...packages], { env, cwd: `${apt}/debs` });
  await unpack(`${apt}/debs`, `${root}/rootfs`);
  await Deno.remove(apt, { recursive: true });
  await trim(`${root}/rootfs`, set);
  if (await exists(`${root}/${gitCore}`)) await setGitBinariesApart(root);
}

/**
 * Writes the wrappers of the programs in `root`, for a `root` that will stand at `home`: each starts
 * its program with the loader and the libraries it was built for, whatever the system's own are.
 */
export async function writeWrappers(root: string, home: string, set: ProgramSet): Promise<void> {
  const library = await libraryOf(root);
  const at = (path: string) => `'${`${home}/${path}`.replaceAll("'", `'\\''`)}'`;
  const directories = [
    library.directory,
    ...set.libraries.map((it) => `${library.directory}/${it}`),
  ];
  const start = `exec ${at(library.loader)} --library-path ${directories.map(at).join(":")}`;
  const write = async (wrapper: string, program: string, prelude: string) => {
    const script = `#!/bin/sh\n${prelude}${start} --argv0 "$0" ${at(program)} "$@"\n`;
    await Deno.writeTextFile(`${root}/${wrapper}`, script);
    await Deno.chmod(`${root}/${wrapper}`, 0o755);
  };
  await Deno.mkdir(`${root}/bin`, { recursive: true });
  for (const name of set.wrapped) {
    await write(`bin/${name}`, `rootfs/usr/bin/${name}`, set.prelude(name, at));
  }
  if (!await exists(`${root}/${gitBinaries}`)) return;
  for await (const { name } of Deno.readDir(`${root}/${gitBinaries}`)) {
    await write(`${gitCore}/${name}`, `${gitBinaries}/${name}`, set.prelude("git", at));
  }
}

/** Makes an apt configuration that shares with the system's only how to reach the network. */
export async function privateApt(apt: string): Promise<Record<string, string>> {
  await Deno.mkdir(`${apt}/lists/partial`, { recursive: true });
  await Deno.mkdir(`${apt}/archives/partial`, { recursive: true });
  await Deno.mkdir(`${apt}/trusted`);
  // A file of the trusted directory, since `signed-by` cannot hold a path with spaces.
  await Deno.copyFile(await debianKeyring(apt), `${apt}/trusted/debian.gpg`);
  await Deno.writeTextFile(`${apt}/status`, "");
  await Deno.writeTextFile(`${apt}/sources.list`, `deb ${debianMirror()} ${suite} main\n`);
  // Proxies and time-outs; not the index targets, nor the hooks, which would change the system.
  const network = (await run("apt-config", ["dump"])).split("\n")
    .filter((line) => line.startsWith("Acquire::") && !/^Acquire::(Index|Lang)/.test(line));
  const architecture = (await run("dpkg", ["--print-architecture"])).trim();
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
    // An unreachable mirror is only a warning to apt otherwise.
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
  if (await exists(path)) return path;
  await Deno.mkdir(`${apt}/keyring`);
  const sandbox = ["-o", "APT::Sandbox::User=root"];
  await run("apt-get", ["download", "-q", ...sandbox, "debian-archive-keyring"], {
    cwd: `${apt}/keyring`,
  });
  await unpack(`${apt}/keyring`, `${apt}/keyring`);
  return `${apt}/keyring${path}`;
}

async function unpack(debs: string, into: string): Promise<void> {
  await Deno.mkdir(into, { recursive: true });
  const names = (await Array.fromAsync(Deno.readDir(debs))).map((entry) => entry.name);
  const packages = names.filter((name) => name.endsWith(".deb"));
  await Promise.all(packages.map((name) => run("dpkg", ["-x", `${debs}/${name}`, into])));
}

/** Drops documentation, translations and settings: nothing that the programs read. */
async function trim(rootfs: string, set: ProgramSet): Promise<void> {
  for (const [under, kept] of Object.entries(set.kept)) {
    const directory = `${rootfs}/${under}`;
    for (const { name } of await Array.fromAsync(Deno.readDir(directory))) {
      if (!kept.test(name)) await Deno.remove(`${directory}/${name}`, { recursive: true });
    }
  }
}

async function setGitBinariesApart(root: string): Promise<void> {
  await Deno.mkdir(`${root}/${gitBinaries}`);
  for (const entry of await Array.fromAsync(Deno.readDir(`${root}/${gitCore}`))) {
    const path = `${root}/${gitCore}/${entry.name}`;
    if (!entry.isFile || !await isBinary(path)) continue;
    await Deno.rename(path, `${root}/${gitBinaries}/${entry.name}`);
  }
}

async function isBinary(path: string): Promise<boolean> {
  using file = await Deno.open(path);
  const start = new Uint8Array(4);
  await file.read(start);
  return new TextDecoder().decode(start) === "\x7fELF";
}

/** The directory of the C library, named after the architecture, with the loader in it. */
async function libraryOf(root: string): Promise<{ directory: string; loader: string }> {
  for await (const entry of Deno.readDir(`${root}/rootfs/usr/lib`)) {
    if (!entry.name.includes("-linux-gnu")) continue;
    const directory = `rootfs/usr/lib/${entry.name}`;
    for await (const { name } of Deno.readDir(`${root}/${directory}`)) {
      if (/^ld-linux-.*\.so\.\d+$/.test(name)) return { directory, loader: `${directory}/${name}` };
    }
  }
  throw new Error(`cannot find a loader (ld-linux-*.so.*) in the packages of Debian ${suite}`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function run(
  program: string,
  args: string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<string> {
  const env = { ...options.env, LC_ALL: "C" };
  const output = await new Deno.Command(program, { args, ...options, env, stdin: "null" }).output();
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  const lines = decoder.decode(output.stderr).trim().split("\n").slice(-5);
  const command = [program, ...args.slice(0, 1)].join(" ");
  throw new Error(`\`${command}\` exited with ${output.code}: ${lines.join("\n    ")}`);
}
