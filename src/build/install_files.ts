import { lstat, makeDirectory, parentOf, stat } from "../host/files.ts";

/** A content that is ready to be written. */
export type Ready =
  | { readonly bytes: Uint8Array<ArrayBuffer>; readonly mode: number }
  | { readonly target: string };

/** Beside its target; hidden, and no name that systemd or a shell would load. */
export function temporaryOf(path: string): string {
  return path.replace(/([^/]*)$/, ".$1.holdfast-new");
}

/** Puts a file or link in place, durably: a reader sees the old or the new, never a part. */
export function put(path: string, ready: Ready): void {
  const temporary = temporaryOf(path);
  remove(temporary);
  try {
    if ("target" in ready) Deno.symlinkSync(ready.target, temporary);
    else writeWhole(temporary, ready);
    Deno.renameSync(temporary, path);
  } catch (error) {
    remove(temporary);
    throw error;
  }
  syncDirectory(parentOf(path));
}

function writeWhole(path: string, { bytes, mode }: { bytes: Uint8Array; mode: number }): void {
  using file = Deno.openSync(path, { write: true, createNew: true, mode });
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  // Everybody's to read and run, under any umask.
  Deno.chmodSync(path, mode);
  file.syncSync();
}

/** Removes a file or link; a missing one is fine. */
export function remove(path: string): void {
  if (lstat(path) === undefined) return;
  Deno.removeSync(path);
  syncDirectory(parentOf(path));
}

/** Removes a directory when there is nothing left in it. */
export function removeIfEmpty(path: string): void {
  try {
    if (lstat(path)?.isDirectory && Deno.readDirSync(path).next().done) Deno.removeSync(path);
  } catch { /* it is not ours to remove */ }
}

/** Creates a directory and its parents, each for everybody to read. */
export function makeDirectories(path: string): void {
  for (const directory of missingDirectories(path).toReversed()) {
    makeDirectory(directory, 0o755);
    syncDirectory(parentOf(directory));
  }
}

/** The directories that a path lacks, the deepest first. */
export function missingDirectories(path: string): readonly string[] {
  const missing: string[] = [];
  for (let each = path; stat(each) === undefined; each = parentOf(each)) missing.push(each);
  return missing;
}

function syncDirectory(path: string): void {
  using directory = Deno.openSync(path, { read: true });
  directory.syncSync();
}
