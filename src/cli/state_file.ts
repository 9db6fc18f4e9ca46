import { lstat, readText } from "../host/files.ts";
import { Failure } from "./failure.ts";
import type { ParsedState } from "./parse_state.ts";

/** More than any state file ever has, in bytes. */
const greatestSize = 1024 * 1024;

/**
 * Reads a state file; `undefined` only when it is missing.
 *
 * @throws {Failure} when it is there and cannot be read at all
 */
export function readStateFile<T>(
  path: string,
  parse: (text: string) => ParsedState<T>,
): ParsedState<T> | undefined {
  const info = readable(path, lstat);
  if (info === undefined) return undefined;
  if (!info.isFile) return { kind: "corrupt", reason: "it is no regular file" };
  if (info.size > greatestSize) {
    return { kind: "corrupt", reason: `it has ${info.size} bytes, more than any state` };
  }
  const text = readStateText(path);
  return text === undefined ? undefined : parse(text);
}

/**
 * Reads a state file as it is; `undefined` only when it is missing.
 *
 * @throws {Failure} when it is there and cannot be read at all
 */
export function readStateText(path: string): string | undefined {
  return readable(path, readText);
}

function readable<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${(error as Error).message}`, {
      hint: "nothing was done; `sudo` may help, else look at the disk",
      cause: error,
    });
  }
}
