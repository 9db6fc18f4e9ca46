import type { Chezmoi, StatusLine, StatusTrouble } from "../programs/chezmoi.ts";
import type { Git } from "../programs/git.ts";
import type { RemoteTrouble } from "../programs/remote_trouble.ts";
import { type Commit, type Jj, literal } from "../programs/jj.ts";
import { lstat } from "../host/files.ts";

/** The programs of one source directory. */
export interface Programs {
  readonly git: Git;
  readonly jj: Jj;
  readonly chezmoi: Chezmoi;
}

/** The remote's branches by name, why it gave none, or `offline` when it was not to be asked. */
export type RemoteHeads = ReadonlyMap<string, string> | RemoteTrouble | "offline";

/** What a sync starts from. */
export interface Observation {
  /** The working-copy commit, its parents, the branch here and there, all conflict bookmarks. */
  readonly commits: readonly Commit[];
  readonly heads: RemoteHeads;
  readonly drift: readonly StatusLine[] | StatusTrouble;
}

/** The branch of the remote that is synced. */
export interface Where {
  readonly remote: string;
  readonly branch: string;
  /** The remote is not to be asked. */
  readonly offline: boolean;
}

/**
 * Looks at source, remote and home at once; takes the working copy's files into `@`.
 *
 * @param status the drift of the home, asked for as early as can be: it takes longest
 */
export async function observe(
  programs: Programs,
  where: Where,
  status: ReturnType<Chezmoi["status"]>,
): Promise<Observation> {
  const revset = observedRevset(where.branch, where.remote);
  const [drift, commits, heads] = await Promise.all([
    status,
    programs.jj.snapshot(revset),
    where.offline ? "offline" as const : programs.git.remoteHeads(where.remote),
  ]);
  return { commits, heads, drift };
}

function observedRevset(branch: string, remote: string): string {
  return [
    "@ | parents(@)",
    // Unlike the plain name, this stands a bookmark that is conflicted.
    `bookmarks(exact:${literal(branch)})`,
    `present(${literal(branch)}@${literal(remote)})`,
    `remote_bookmarks(glob:"conflict/*", remote=exact:${literal(remote)})`,
  ].join(" | ");
}

/** The commits a bookmark points to: several when it is conflicted. */
export function allBookmarked(commits: readonly Commit[], bookmark: string): readonly string[] {
  return commits.filter((commit) => commit.bookmarks.includes(bookmark)).map(({ id }) => id);
}

/** The commit a bookmark points to, local (`name`) or a remote's (`name@remote`). */
export function bookmarked(commits: readonly Commit[], bookmark: string): string | undefined {
  return commits.find((commit) => commit.bookmarks.includes(bookmark))?.id;
}

/** The conflict bookmarks of all hosts on the remote, as last fetched: commit id by bookmark. */
export function conflictBookmarks(
  commits: readonly Commit[],
  remote: string,
): ReadonlyMap<string, string> {
  const suffix = `@${remote}`;
  return new Map(commits.flatMap((commit) =>
    commit.bookmarks
      .filter((name) => name.startsWith("conflict/") && name.endsWith(suffix))
      .map((name) => [name.slice(0, -suffix.length), commit.id] as const)
  ));
}

/** Whether the remote has the conflict bookmarks of the last fetch. */
export function sameConflicts(
  heads: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): boolean {
  const there = [...heads].filter(([name]) => name.startsWith("conflict/"));
  return there.length === known.size && there.every(([name, id]) => known.get(name) === id);
}

/** What git calls an unfinished operation, by the file that tells of it. */
const unfinished = {
  "MERGE_HEAD": "a merge",
  "rebase-merge": "a rebase",
  "rebase-apply": "a rebase",
  "CHERRY_PICK_HEAD": "a cherry-pick",
  "REVERT_HEAD": "a revert",
  "BISECT_LOG": "a bisection",
} as const;

/** What kind of repository the source directory is. */
export interface SourceKind {
  readonly git: "repository" | "worktree" | "none";
  readonly jj: boolean;
  /** The git operation a person has not finished, in words. */
  readonly unfinished: string | undefined;
}

/** Looks at the source's repository without running anything. */
export function sourceKind(source: string): SourceKind {
  const git = lstat(`${source}/.git`);
  return {
    git: git === undefined ? "none" : git.isDirectory ? "repository" : "worktree",
    jj: lstat(`${source}/.jj`) !== undefined,
    unfinished: Object.entries(unfinished)
      .find(([name]) => lstat(`${source}/.git/${name}`) !== undefined)?.[1],
  };
}
