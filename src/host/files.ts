/** Whether an error says that a file or one of its directories does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** The text of a file; `undefined` only when it is missing, any other trouble is thrown. */
export async function readText(path: string): Promise<string | undefined> {
  return await orMissing(Deno.readTextFile(path));
}

/** The bytes of a file; `undefined` only when it is missing. */
export async function readBytes(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  return await orMissing(Deno.readFile(path));
}

/** What the path itself is, links not followed; `undefined` only when it is missing. */
export async function lstat(path: string): Promise<Deno.FileInfo | undefined> {
  return await orMissing(Deno.lstat(path));
}

/** What the path leads to, links followed; `undefined` only when it is missing. */
export async function stat(path: string): Promise<Deno.FileInfo | undefined> {
  return await orMissing(Deno.stat(path));
}

/** The path with every link resolved. */
export async function realPath(path: string): Promise<string> {
  return await Deno.realPath(path);
}

/** The names in a directory, sorted; none when it is missing. */
export async function namesIn(directory: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const entry of Deno.readDir(directory)) names.push(entry.name);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return names.sort();
}

/** Creates a directory and its parents, readable by its owner alone. */
export async function makeDirectory(path: string): Promise<void> {
  await Deno.mkdir(path, { recursive: true, mode: 0o700 });
}

/** The directory a path lies in. */
export function parentOf(path: string): string {
  const cut = path.replace(/\/+$/, "").lastIndexOf("/");
  return cut > 0 ? path.slice(0, cut) : cut === 0 ? "/" : ".";
}

/**
 * Replaces a file as a whole and durably: after the return the new text survives a power cut, and a
 * reader sees the old or the new text, never a part. The temporary file lies beside the target
 * (rename works within one file system only) and is removed when anything fails.
 */
export function writeDurably(path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.tmp-${Deno.pid}`;
  try {
    const file = Deno.openSync(temporary, { write: true, create: true, truncate: true, mode });
    try {
      const bytes = new TextEncoder().encode(text);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      file.syncSync();
    } finally {
      file.close();
    }
    Deno.renameSync(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch { /* the first error tells more */ }
    throw error;
  }
  syncDirectory(parentOf(path));
}

/** Removes a file durably; a missing one is fine. */
export function removeDurably(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  syncDirectory(parentOf(path));
}

/** Moves a file that must not be acted upon out of the way, beside itself; returns where it is. */
export function keepAside(path: string, instant: Date): string {
  const aside = `${path}.corrupt-${instant.toISOString().replace(/[:.]/g, "-")}`;
  Deno.renameSync(path, aside);
  syncDirectory(parentOf(path));
  return aside;
}

/** Sets a file's times, content untouched; a missing file is fine. */
export async function touch(path: string, instant: Date): Promise<void> {
  await orMissing(Deno.utime(path, instant, instant));
}

/** A new directory for what need not outlive this run. */
export async function makeTemporaryDirectory(prefix: string): Promise<string> {
  return await Deno.makeTempDir({ prefix });
}

/** Writes a file that need not survive a power cut. */
export async function writeText(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text);
}

/** Removes a directory with all that is in it; a missing one is fine. */
export async function removeTree(path: string): Promise<void> {
  await orMissing(Deno.remove(path, { recursive: true }));
}

/** Gives a directory its final name, durably. */
export async function moveDirectory(from: string, to: string): Promise<void> {
  // An empty directory at the new name is replaced, as rename(2) does.
  await Deno.rename(from, to);
  syncDirectory(parentOf(to));
}

/** Whether this user can create files in a directory; probes by doing so, since root and ACLs exist. */
export function isWritable(directory: string): boolean {
  const probe = `${directory}/.write-probe-${Deno.pid}`;
  try {
    Deno.openSync(probe, { write: true, createNew: true, mode: 0o600 }).close();
    Deno.removeSync(probe);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

function syncDirectory(directory: string): void {
  const handle = Deno.openSync(directory, { read: true });
  try {
    handle.syncSync();
  } finally {
    handle.close();
  }
}

async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
