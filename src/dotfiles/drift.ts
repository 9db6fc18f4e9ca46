import type { StatusLine } from "../programs/chezmoi.ts";
import { reasonOf } from "./decide_sync.ts";
import { uncapturable } from "./source_name.ts";

/** A target that is not as the source says, in words. */
export interface Drift {
  /** Absolute path in the home. */
  readonly path: string;
  /** The two columns of `chezmoi status`. */
  readonly status: string;
  /** What the next sync does about it. */
  readonly next: "capture" | "apply" | "run" | "leave";
  readonly why: string;
}

/**
 * Says of each line of `chezmoi status` what the next sync does about it, and why.
 *
 * @param managed source path by absolute target path
 * @param known the targets that the last sync left alone, with the reason
 */
export function explainDrift(
  lines: readonly StatusLine[],
  managed: ReadonlyMap<string, string>,
  known: Readonly<Record<string, string>>,
): readonly Drift[] {
  return lines.map((line) => {
    const status = line.actual + line.target;
    const source = managed.get(line.path);
    const why = reasonOf(line) ?? known[line.path] ??
      (line.actual === "M" && source !== undefined ? uncapturable(source) : undefined);
    if (why !== undefined) return { path: line.path, status, next: "leave", why };
    if (line.target === "R") {
      return { path: line.path, status, next: "run", why: "script: runs with the next apply" };
    }
    if (line.actual !== "M") {
      return { path: line.path, status, next: "apply", why: "behind the source" };
    }
    return source === undefined
      ? { path: line.path, status, next: "leave", why: "the mode of a directory, or not a file" }
      : { path: line.path, status, next: "capture", why: "edited here since the last sync" };
  });
}
