import { Failure } from "../cli/failure.ts";
import type { ParsedState } from "../cli/parse_state.ts";
import { readStateFile } from "../cli/state_file.ts";
import { isForbidden, lstat } from "../host/files.ts";
import { lockHolder } from "../host/lock.ts";

/** A state file as this user sees it. */
export type Found<T> =
  | ParsedState<T>
  | { readonly kind: "missing" }
  /** This user may not read it. */
  | { readonly kind: "forbidden" };

/** A lock: who has it, and in what words. */
export type LockFound =
  | { readonly kind: "free" }
  | { readonly kind: "held"; readonly by: string }
  /** This user cannot tell. */
  | { readonly kind: "unknown" };

/** Reads a state file; whatever is wrong with it is an answer, too. */
export function findState<T>(path: string, parse: (text: string) => ParsedState<T>): Found<T> {
  try {
    return readStateFile(path, parse) ?? { kind: "missing" };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { cause } = error;
    if (isForbidden(cause)) return { kind: "forbidden" };
    // What Deno itself refuses is a bug of ours.
    if (!(cause instanceof Error) || cause.name === "NotCapable") throw error;
    return { kind: "corrupt", reason: cause.message };
  }
}

/** What a path is, the link itself where it is one. */
export type PathFound =
  | { readonly kind: "file" | "directory" | "link" | "other"; readonly modified: string }
  | { readonly kind: "missing" | "forbidden" };

/** Looks at an inode; a disk that cannot be read counts as one this user may not look at. */
export function findPath(path: string): PathFound {
  try {
    const info = lstat(path);
    if (info === undefined) return { kind: "missing" };
    const kind = info.isSymlink
      ? "link"
      : info.isFile
      ? "file"
      : info.isDirectory
      ? "directory"
      : "other";
    return { kind, modified: (info.mtime ?? new Date(0)).toISOString() };
  } catch (error) {
    if (error instanceof Error && error.name === "NotCapable") throw error;
    return { kind: "forbidden" };
  }
}

/**
 * Whether somebody holds a lock. To see that, its flock is taken for an instant, which those who take
 * it wait for; a file without a holder's name in it is not even opened.
 */
export async function findLock(path: string): Promise<LockFound> {
  try {
    const info = lstat(path);
    if (info === undefined || info.isFile && info.size === 0) return { kind: "free" };
    if (!info.isFile) return { kind: "unknown" };
    const holder = await lockHolder(path);
    if (holder === undefined) return { kind: "free" };
    if (holder === "unknown") return { kind: "held", by: "another program" };
    return { kind: "held", by: `${holder.program} since ${holder.since}` };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { kind: "unknown" };
  }
}
