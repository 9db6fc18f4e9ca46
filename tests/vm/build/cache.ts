/** Directories in the user's cache that are made once and are either whole or not there. */

const record = "complete.json";

/** The directory of all caches of this project. */
export function cacheHome(): string {
  const given = Deno.env.get("XDG_CACHE_HOME") ?? "";
  const home = Deno.env.get("HOME");
  if (given.startsWith("/")) return `${given}/holdfast`;
  if (home) return `${home}/.cache/holdfast`;
  throw new Error("cannot choose a cache directory: HOME and XDG_CACHE_HOME are not set");
}

/**
 * A directory of the cache, made when it is not there: beside its place, then renamed into it. Of
 * the same kind the one that was used before stays as well, others are removed.
 *
 * @param kind what it is
 * @param key what it is made of
 * @param fill makes the content in `next`, which will stand at `home`, and says what is in it
 */
export async function cached(
  kind: string,
  key: string,
  fill: (next: string, home: string) => Promise<unknown>,
): Promise<string> {
  const home = `${cacheHome()}/${kind}/${key}`;
  await Deno.mkdir(`${cacheHome()}/${kind}`, { recursive: true });
  // The kernel releases the lock of a process that was killed.
  using lock = await Deno.open(`${cacheHome()}/${kind}/lock`, { create: true, write: true });
  await lock.lock(true);
  if (!await exists(`${home}/${record}`)) {
    const next = `${home}.next`;
    for (const leftover of [next, home]) await removeTree(leftover);
    await Deno.mkdir(next);
    const said = await fill(next, home);
    await Deno.writeTextFile(`${next}/${record}`, `${JSON.stringify(said, null, 2)}\n`);
    await Deno.rename(next, home);
  }
  await Deno.utime(home, new Date(), new Date());
  await removeUnused(`${cacheHome()}/${kind}`);
  return home;
}

async function removeUnused(directory: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  const used = await Promise.all(
    entries.filter(({ isDirectory }) => isDirectory).map(async ({ name }) => {
      const { mtime } = await Deno.lstat(`${directory}/${name}`);
      return { path: `${directory}/${name}`, time: Number(mtime) };
    }),
  );
  for (const { path } of used.sort((a, b) => b.time - a.time).slice(2)) await removeTree(path);
}

/** Removes a tree whose directories may be read-only, as those of a Nix store are. */
export async function removeTree(path: string): Promise<void> {
  if (!await exists(path)) return;
  await makeWritable(path);
  await Deno.remove(path, { recursive: true });
}

async function makeWritable(path: string): Promise<void> {
  const { isDirectory, mode } = await Deno.lstat(path);
  if (!isDirectory) return;
  if (((mode ?? 0) & 0o200) === 0) await Deno.chmod(path, 0o755);
  for await (const entry of Deno.readDir(path)) {
    if (entry.isDirectory) await makeWritable(`${path}/${entry.name}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
