import type { Git, TreeEntry } from "../programs/git.ts";
import { bookmarked, conflictBookmarks, type Programs } from "./facts.ts";
import { literal } from "../programs/jj.ts";
import { resolvedPaths } from "./resolution.ts";
import { targetKey } from "./source_name.ts";

/** What one host has parked. */
export interface ParkedConflict {
  /** The bookmark on the remote. */
  readonly bookmark: string;
  readonly host: string;
  /** The commit with that host's texts; its parent has the texts before. */
  readonly commit: string;
  readonly base: string;
  /** ISO 8601. */
  readonly time: string;
  /** Source paths that are still to be resolved. */
  readonly paths: readonly string[];
}

/** All that is parked, as of the last fetch. */
export interface Parked {
  /** The remote's branch; `undefined` when it has none. */
  readonly main: string | undefined;
  readonly conflicts: readonly ParkedConflict[];
}

/** Reads what all hosts have parked; talks to no remote. */
export async function readParked(
  programs: Programs,
  where: { readonly remote: string; readonly branch: string },
): Promise<Parked> {
  const { jj } = programs;
  const { remote, branch } = where;
  const commits = await jj.commits([
    `present(${literal(branch)}@${literal(remote)})`,
    `remote_bookmarks(glob:"conflict/*", remote=exact:${literal(remote)})`,
  ].join(" | "));
  const main = bookmarked(commits, `${branch}@${remote}`);
  const bookmarks = [...conflictBookmarks(commits, remote)].sort(([a], [b]) => a < b ? -1 : 1);
  const conflicts = await Promise.all(bookmarks.map(async ([bookmark, commit]) => {
    return await readConflict(programs, main, bookmark, commit);
  }));
  return { main, conflicts: conflicts.filter(({ paths }) => paths.length > 0) };
}

async function readConflict(
  programs: Programs,
  main: string | undefined,
  bookmark: string,
  commit: string,
): Promise<ParkedConflict> {
  const { git } = programs;
  const [base = commit] = await git.parentsOf(commit);
  const [{ time, description }, all] = await Promise.all([
    git.describe(commit),
    git.changedPaths(base, commit),
  ]);
  const isTaken = main !== undefined && await git.isAncestor(commit, main);
  const resolved = new Set(isTaken ? await resolvedPaths({ programs }, commit, main) : []);
  const host = /^Holdfast-Host: (.+)$/m.exec(description)?.[1] ??
    bookmark.slice("conflict/".length);
  return { bookmark, host, commit, base, time, paths: all.filter((path) => !resolved.has(path)) };
}

/** One target that is parked, on one host or several. */
export interface ParkedTarget {
  /** The target's path as its sources spell it, relative to the home. */
  readonly key: string;
  readonly conflicts: readonly ParkedConflict[];
}

/** The parked targets, sorted. */
export function targetsOf(conflicts: readonly ParkedConflict[]): readonly ParkedTarget[] {
  const keys = new Set(conflicts.flatMap(({ paths }) => paths.map(targetKey)));
  return [...keys].sort().map((key) => ({
    key,
    conflicts: conflicts.filter(({ paths }) => paths.some((path) => targetKey(path) === key)),
  }));
}

/** The source paths under which a conflict parks a target. */
export function pathsOf(target: ParkedTarget, conflict: ParkedConflict): readonly string[] {
  return conflict.paths.filter((path) => targetKey(path) === target.key);
}

/** A source of a target in some commit. */
export interface SourceEntry extends TreeEntry {
  readonly path: string;
}

/** The source of a target in a commit; `undefined` when it has none. */
export async function sourceOf(
  git: Git,
  commit: string,
  key: string,
): Promise<SourceEntry | undefined> {
  const paths = (await git.filesOf(commit)).filter((path) => targetKey(path) === key);
  const [found] = await git.entries(commit, paths);
  return found === undefined ? undefined : { path: found[0], ...found[1] };
}
