import type { Entry, StatusLine } from "../programs/chezmoi.ts";
import { umask } from "../host/environment.ts";
import { sha256 } from "../host/digest.ts";
import { lstat, readBytes } from "../host/files.ts";
import { reasonOf } from "./decide_sync.ts";
import type { HomeState } from "./home_state.ts";
import type { SyncRun } from "./run.ts";
import { targetKey, uncapturable, wroteThis } from "./source_name.ts";

/** What chezmoi knows of the targets. */
export interface Targets {
  /** Source path by absolute target path. */
  readonly managed: ReadonlyMap<string, string>;
  /** What chezmoi last wrote, by absolute target path. */
  readonly entries: ReadonlyMap<string, Entry>;
}

/** Asks chezmoi what it knows of the targets. */
export async function readTargets(run: SyncRun): Promise<Targets> {
  const { chezmoi } = run.programs;
  const [managed, entries] = await Promise.all([chezmoi.managed(), chezmoi.entries()]);
  return { managed, entries };
}

/** What a sync makes of a target that was edited in the home. */
export type Verdict =
  /** The edit was made on what the source says: it can be taken over. */
  | { readonly kind: "capture"; readonly source: string }
  /** The edit was made on what the source said at a commit, and the source has moved on. */
  | { readonly kind: "raced"; readonly source: string; readonly at: string }
  /** The target is none of a sync's business. */
  | { readonly kind: "leave"; readonly reason: string }
  /** Nobody knows which text the edit was made on. */
  | { readonly kind: "unknown" };

/**
 * Judges a target that is not as chezmoi last left it.
 *
 * @param earlier commits whose text the edit may have been made on
 */
export async function judgeEdit(
  run: SyncRun,
  line: StatusLine,
  { managed, entries }: Targets,
  earlier: readonly string[],
): Promise<Verdict> {
  const deleted = reasonOf(line);
  if (deleted !== undefined) return { kind: "leave", reason: deleted };
  const source = managed.get(line.path);
  if (source === undefined) return { kind: "leave", reason: "the mode of a directory, or no file" };
  const reason = uncapturable(source) ??
    (lstat(line.path)?.isFile === true ? undefined : "not a regular file here");
  if (reason !== undefined) return { kind: "leave", reason };
  const entry = entries.get(line.path);
  if (entry === undefined) return { kind: "unknown" };
  const bytes = readBytes(`${run.settings.source}/${source}`);
  if (bytes !== undefined && await wrote(entry, source, bytes)) return { kind: "capture", source };
  for (const at of earlier) {
    if (await wroteAt(run, at, source, entry)) return { kind: "raced", source, at };
  }
  return { kind: "unknown" };
}

async function wrote(entry: Entry, path: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return wroteThis(entry, { path, sha256: await sha256(bytes) }, umask());
}

/** Whether what chezmoi last wrote is what a commit said of the same target. */
async function wroteAt(
  run: SyncRun,
  commit: string,
  source: string,
  entry: Entry,
): Promise<boolean> {
  const { git } = run.programs;
  const key = targetKey(source);
  const [path, ...others] = (await git.filesOf(commit)).filter((it) => targetKey(it) === key);
  if (path === undefined || others.length > 0) return false;
  const bytes = await git.bytesOf(commit, path);
  return bytes !== undefined && await wrote(entry, path, bytes);
}

/** A target's state as far as a reason to leave it alone depends on it. */
export function seenOf(line: StatusLine): string {
  const info = lstat(line.path);
  const type = info === undefined
    ? "missing"
    : info.isFile
    ? "file"
    : info.isSymlink
    ? "link"
    : info.isDirectory
    ? "directory"
    : "other";
  return `${line.actual}${line.target} ${type}`;
}

/** Why an earlier run left a target alone, as long as the target is as it was then. */
export function knownReason(drift: HomeState["drift"], line: StatusLine): string | undefined {
  const known = drift[line.path];
  return known !== undefined && known.seen === seenOf(line) ? known.reason : undefined;
}

/** The reasons that still hold, by path. */
export function knownReasons(
  drift: HomeState["drift"],
  lines: readonly StatusLine[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.flatMap((line) => {
    const reason = knownReason(drift, line);
    return reason === undefined ? [] : [[line.path, reason]];
  }));
}
