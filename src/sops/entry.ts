import { isForbidden, lstat, stat } from "../host/files.ts";

/** What is at a path, as far as its inode says; nothing is opened for it. */
export interface Entry {
  readonly type: "file" | "directory" | "link" | "other";
  /** The nine bits of rwx. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** The file system it lies on. */
  readonly device: number;
  /** When it changed last, in milliseconds since 1970. */
  readonly modified: number;
}

/** An entry, or why there is none to be seen. */
export type Look =
  | Entry
  | { readonly type: "missing" | "forbidden" }
  | { readonly type: "broken"; readonly reason: string };

/** What the path itself is, a link not followed. */
export function lookAt(path: string): Look {
  return look(path, lstat);
}

/** What the path leads to. */
export function lookBehind(path: string): Look {
  return look(path, stat);
}

/** What a path is read for; nothing when this user may not. */
export function unlessForbidden<T>(read: () => T): T | "forbidden" {
  try {
    return read();
  } catch (error) {
    if (isForbidden(error)) return "forbidden";
    throw error;
  }
}

function look(path: string, read: typeof lstat): Look {
  try {
    const info = read(path);
    if (info === undefined) return { type: "missing" };
    return {
      type: info.isSymlink
        ? "link"
        : info.isFile
        ? "file"
        : info.isDirectory
        ? "directory"
        : "other",
      mode: (info.mode ?? 0) & 0o777,
      uid: info.uid ?? 0,
      gid: info.gid ?? 0,
      size: info.size,
      device: info.dev,
      modified: info.mtime?.getTime() ?? 0,
    };
  } catch (error) {
    if (isForbidden(error)) return { type: "forbidden" };
    // A loop of links, or a disk that cannot be read. What Deno itself refuses is a bug of ours.
    if (!(error instanceof Error) || error.name === "NotCapable") throw error;
    return { type: "broken", reason: error.message };
  }
}
