// All of it is synchronous: on Deno the first asynchronous file call alone costs 3 ms of start-up.

/** Whether an error says that a file or one of its directories does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** Whether an error says that this user may not do it. */
export function isForbidden(error: unknown): boolean {
  return error instanceof Deno.errors.PermissionDenied;
}

/** The text of a file; `undefined` only when it is missing, any other trouble is thrown. */
export function readText(path: string): string | undefined {
  return orMissing(() => Deno.readTextFileSync(path));
}

/** The bytes of a file; `undefined` only when it is missing. */
export function readBytes(path: string): Uint8Array<ArrayBuffer> | undefined {
  return orMissing(() => Deno.readFileSync(path));
}

/** What the path itself is, links not followed; `undefined` only when it is missing. */
export function lstat(path: string): Deno.FileInfo | undefined {
  return orMissing(() => Deno.lstatSync(path));
}

/** What the path leads to, links followed; `undefined` only when it is missing. */
export function stat(path: string): Deno.FileInfo | undefined {
  return orMissing(() => Deno.statSync(path));
}

/** The path with every link resolved. */
export function realPath(path: string): string {
  return Deno.realPathSync(path);
}

/** The names in a directory, sorted; none when it is missing. */
export function namesIn(directory: string): string[] {
  const names: string[] = [];
  try {
    for (const entry of Deno.readDirSync(directory)) names.push(entry.name);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return names.sort();
}

/**
 * Creates a directory and its parents, readable by its owner alone unless told otherwise. What is
 * made for others is theirs to read under any umask.
 */
export function makeDirectory(path: string, mode = 0o700): void {
  const isNew = mode !== 0o700 && stat(path) === undefined;
  Deno.mkdirSync(path, { recursive: true, mode });
  if (isNew) Deno.chmodSync(path, mode);
}

/** The directory a path lies in. */
export function parentOf(path: string): string {
  const cut = path.replace(/\/+$/, "").lastIndexOf("/");
  return cut > 0 ? path.slice(0, cut) : cut === 0 ? "/" : ".";
}

/**
 * Replaces a file as a whole and durably: after the return the new text survives a power cut, and a
 * reader sees the old or the new text, never a part. The temporary file lies beside the target
 * (rename works within one file system only), is removed when anything fails, and overwritten where
 * a killed program left it: its name is fixed, so that a caller holds a lock.
 */
export function writeDurably(path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.tmp`;
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

/**
 * Replaces a file that others read as a whole, readable by all under any umask. No lock is needed, and
 * no link that lies in the way is followed: the temporary file is a new one, whatever its name.
 */
export function publishText(path: string, text: string): void {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  const mask = Deno.umask(0o022);
  try {
    Deno.writeTextFileSync(temporary, text, { createNew: true, mode: 0o644 });
    Deno.renameSync(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch { /* the first error tells more */ }
    throw error;
  } finally {
    Deno.umask(mask);
  }
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

/**
 * Moves a file that must not be acted upon out of the way, beside itself; `mark` tells it from others.
 * Returns where it is.
 */
export function keepAside(path: string, mark: string): string {
  const aside = `${path}.corrupt-${mark.replace(/[:.]/g, "-")}`;
  Deno.renameSync(path, aside);
  syncDirectory(parentOf(path));
  return aside;
}

/** Replaces a symbolic link durably: a reader sees the old or the new one. */
export function linkDurably(target: string, path: string): void {
  const temporary = `${path}.tmp`;
  try {
    orMissing(() => Deno.removeSync(temporary));
    Deno.symlinkSync(target, temporary);
    Deno.renameSync(temporary, path);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch { /* the first error tells more */ }
    throw error;
  }
  syncDirectory(parentOf(path));
}

/** Gives a file another name durably, in place of what has it; a missing one is fine. */
export function renameDurably(from: string, to: string): void {
  if (lstat(from) === undefined) return;
  Deno.renameSync(from, to);
  syncDirectory(parentOf(to));
}

/** What a symbolic link says; `undefined` only when it is missing. */
export function readLink(path: string): string | undefined {
  return orMissing(() => Deno.readLinkSync(path));
}

/** Sets a file's times, content untouched; a missing file is fine. */
export function touch(path: string, instant: Date): void {
  orMissing(() => Deno.utimeSync(path, instant, instant));
}

/** A new directory for what need not outlive this run. */
export function makeTemporaryDirectory(prefix: string): string {
  return Deno.makeTempDirSync({ prefix });
}

/** Writes a file that need not survive a power cut. */
export function writeText(path: string, text: string): void {
  Deno.writeTextFileSync(path, text);
}

/** Removes a directory with all that is in it; a missing one is fine. */
export function removeTree(path: string): void {
  orMissing(() => Deno.removeSync(path, { recursive: true }));
}

/** Gives a directory its final name, durably. */
export function moveDirectory(from: string, to: string): void {
  // An empty directory at the new name is replaced, as rename(2) does.
  Deno.renameSync(from, to);
  syncDirectory(parentOf(to));
}

/** Throws why this user cannot create files in a directory, by trying to. */
export function probeWrite(directory: string): void {
  const probe = `${directory}/.write-probe-${Deno.pid}`;
  Deno.openSync(probe, { write: true, create: true, mode: 0o600 }).close();
  Deno.removeSync(probe);
}

/** Whether this user can create files in a directory; probes by doing so, since root and ACLs exist. */
export function isWritable(directory: string): boolean {
  try {
    probeWrite(directory);
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

function orMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Makes a file belong to somebody else. */
export function giveTo(path: string, { uid, gid }: { uid: number; gid: number }): void {
  Deno.chownSync(path, uid, gid);
}
