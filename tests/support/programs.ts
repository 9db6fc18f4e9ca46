/**
 * The real programs that tests and the demo run: those of PATH when all are recent enough, else a
 * set of their own in the user's cache. Run this file to see which; `system` and `just` name the
 * other sets.
 */
import { dotfilesSet, justSet, type ProgramSet, systemSet } from "./program_sets.ts";
import { debianMirror, fetchFromDebian, writeWrappers } from "./programs_from_debian.ts";

/** Where the programs are and which versions they have. */
export interface Programs {
  /** Put it first on PATH; empty when the programs of PATH itself are used. */
  readonly directory: string;
  /** By the name of the program. */
  readonly versions: Readonly<Record<string, string>>;
}

/** What dotfiles need: finds it on PATH or in the cache, or fetches it into the cache. */
export async function programs(): Promise<Programs> {
  return await found(dotfilesSet);
}

/** As {@linkcode programs}: Nix, systemd's tools and strace. */
export async function systemPrograms(): Promise<Programs> {
  return await found(systemSet);
}

/** As {@linkcode programs}: just, for those who call our programs by it. */
export async function justPrograms(): Promise<Programs> {
  return await found(justSet);
}

async function found(set: ProgramSet): Promise<Programs> {
  const names = Object.keys(set.minimumVersions);
  const paths = await Promise.all(names.map(onPath));
  if (paths.every((path) => path !== undefined)) {
    const versions = await versionsOf(set, paths);
    if (sufficient(versions, set)) return { directory: "", versions };
  }
  const cache = cacheDirectory(set);
  const cached = await readCache(set, cache);
  if (cached) return cached;
  try {
    for (const tool of ["apt-get", "apt-config", "dpkg"]) {
      if (!await onPath(tool)) throw new Error(`'${tool}' is not on PATH`);
    }
    return await fillCache(set, cache);
  } catch (error) {
    throw new Error(await explanation(set, paths, error), { cause: error });
  }
}

/** Whether each program of a set is there and recent enough. */
export function sufficient(
  versions: Readonly<Record<string, string>>,
  set: ProgramSet = dotfilesSet,
): boolean {
  return Object.entries(set.minimumVersions).every(([name, minimum]) =>
    name in versions && !isOlder(versions[name] ?? "", minimum)
  );
}

/** Compares dotted numbers; a program that names no version is older than any that is asked for. */
function isOlder(version: string, minimum: string): boolean {
  if (minimum === "") return false;
  const least = minimum.split(".").map(Number);
  const numbers = version.split(".").map(Number);
  const differences = least.map((number, index) => (numbers[index] ?? 0) - number);
  const first = differences.find((difference) => difference !== 0) ?? 0;
  return !(first >= 0);
}

async function onPath(name: string): Promise<string | undefined> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(":")) {
    const path = `${directory || "."}/${name}`;
    const stat = await Deno.stat(path).catch(() => undefined);
    if (stat?.isFile && ((stat.mode ?? 0) & 0o111) !== 0) return path;
  }
  return undefined;
}

/** The versions of the programs at these paths (in the order of the set) that run. */
async function versionsOf(
  set: ProgramSet,
  paths: (string | undefined)[],
): Promise<Record<string, string>> {
  const names = Object.keys(set.minimumVersions);
  // Away from the user's own settings; and `nix-env --version` writes into its home and its state.
  const home = await Deno.makeTempDir({ prefix: "holdfast-versions-" });
  try {
    const entries = await Promise.all(paths.map(async (path, index) => {
      const version = path && await versionOf(path, home);
      return version ? [[names[index], version]] : [];
    }));
    return Object.fromEntries(entries.flat());
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

async function versionOf(path: string, home: string): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(20_000);
    const env = {
      HOME: home,
      XDG_CONFIG_HOME: `${home}/.config`,
      NIX_REMOTE: "dummy://",
      NIX_STATE_DIR: `${home}/nix`,
    };
    const output = await new Deno.Command(path, { args: ["--version"], env, signal }).output();
    const text = new TextDecoder().decode(output.stdout);
    return output.success ? /\d+(\.\d+)*/.exec(text)?.[0] ?? "unknown" : undefined;
  } catch {
    return undefined; // Not a program for this system: the same as none.
  }
}

function cacheDirectory(set: ProgramSet): string {
  const given = Deno.env.get("XDG_CACHE_HOME") ?? "";
  const home = Deno.env.get("HOME");
  if (!given.startsWith("/") && !home) {
    throw new Error("cannot choose a cache directory: HOME and XDG_CACHE_HOME are not set");
  }
  const base = given.startsWith("/") ? given : `${home}/.cache`;
  return `${base}/holdfast/${set.name}-${set.recipe}-${Deno.build.arch}`;
}

/** What a complete cache says of itself, so that nothing needs to be run to trust it. */
interface CacheRecord {
  readonly versions: Record<string, string>;
  /** The sizes of all files the programs are made of. */
  readonly sizes: Record<string, number>;
}

/** The programs of the cache; undefined when it is absent, damaged or too old. */
async function readCache(set: ProgramSet, cache: string): Promise<Programs | undefined> {
  try {
    const record: CacheRecord = JSON.parse(await Deno.readTextFile(`${cache}/record.json`));
    const sizes = JSON.stringify(sizesOf(cache));
    if (sizes !== JSON.stringify(record.sizes) || !sufficient(record.versions, set)) {
      return undefined;
    }
    return { directory: `${cache}/bin`, versions: record.versions };
  } catch {
    return undefined;
  }
}

/** Synchronous: a stat a file, ten times as fast as awaiting each. */
function sizesOf(cache: string): Record<string, number> {
  const walk = (directory: string): [string, number][] =>
    [...Deno.readDirSync(`${cache}/${directory}`)].flatMap((entry): [string, number][] => {
      const path = `${directory}/${entry.name}`;
      return entry.isDirectory ? walk(path) : [[path, Deno.statSync(`${cache}/${path}`).size]];
    });
  return Object.fromEntries([...walk("bin"), ...walk("rootfs")].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Fetches beside the cache and renames into place, one process at a time. */
async function fillCache(set: ProgramSet, cache: string): Promise<Programs> {
  await Deno.mkdir(cache.slice(0, cache.lastIndexOf("/")), { recursive: true });
  // The kernel releases the lock of a process that was killed.
  using lock = await Deno.open(`${cache}.lock`, { create: true, write: true });
  await lock.lock(true);
  const made = await readCache(set, cache);
  if (made) return made;
  // A name of its own: the apt of a killed fetch may outlive it and still write to the last one's.
  const next = `${cache}.next-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await Deno.mkdir(next);
    const names = Object.keys(set.minimumVersions);
    narrate(`fetching ${names.join(", ")} (${set.size}, once) from ${debianMirror()} …`);
    await fetchFromDebian(next, set);
    await writeWrappers(next, next, set);
    const versions = await versionsOf(set, names.map((name) => `${next}/bin/${name}`));
    if (!sufficient(versions, set)) {
      throw new Error(`the fetched set is ${described(set, versions)}`);
    }
    await writeWrappers(next, cache, set);
    const record: CacheRecord = { versions, sizes: sizesOf(next) };
    await Deno.writeTextFile(`${next}/record.json`, JSON.stringify(record));
    await Deno.rename(cache, `${next}.damaged`).catch(() => {});
    await Deno.rename(next, cache);
    narrate(`fetched ${described(set, versions)} into ${cache}`);
    return { directory: `${cache}/bin`, versions };
  } finally {
    await removeLeftovers(cache);
  }
}

/** Removes what this fetch and killed ones left beside the cache; by the holder of the lock. */
async function removeLeftovers(cache: string): Promise<void> {
  const end = cache.lastIndexOf("/");
  const [parent, name] = [cache.slice(0, end), cache.slice(end + 1)];
  for (const entry of await Array.fromAsync(Deno.readDir(parent))) {
    if (!entry.name.startsWith(`${name}.next-`)) continue;
    await Deno.remove(`${parent}/${entry.name}`, { recursive: true }).catch(() => {});
  }
}

function narrate(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

function described(set: ProgramSet, versions: Record<string, string>): string {
  return Object.keys(set.minimumVersions).map((name) =>
    `${name} ${versions[name] ?? "(does not run)"}`
  ).join(", ");
}

async function explanation(
  set: ProgramSet,
  paths: (string | undefined)[],
  error: unknown,
): Promise<string> {
  const versions = await versionsOf(set, paths);
  const lines = Object.entries(set.minimumVersions).map(([name, minimum], index) => {
    const needed = minimum ? `${minimum} or later` : "any version";
    const state = `${versions[name] ?? "does not run"} at '${paths[index]}'`;
    return `  ${name}, ${needed}: ${paths[index] ? state : "not on PATH"}`;
  });
  return [
    `cannot find or fetch the programs that ${set.user} run:`,
    ...lines,
    `  fetching them from Debian (${debianMirror()}): ${(error as Error).message}`,
    `hint: install them and put them on PATH, or with Nix: nix shell ${set.remedy}`,
  ].join("\n");
}

if (import.meta.main) {
  try {
    const { directory, versions } =
      await ({ system: systemPrograms, just: justPrograms }[Deno.args[0] ?? ""] ?? programs)();
    const lines = Object.entries(versions).map(([name, version]) => `${name} ${version}\n`);
    const answer = `${lines.join("")}${directory || "(on PATH)"}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(answer));
  } catch (error) {
    narrate(`error: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
