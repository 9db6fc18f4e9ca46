import type { Commit } from "../programs/jj.ts";
import type { StatusLine } from "../programs/chezmoi.ts";
import type { HomeState } from "./home_state.ts";

/** Whether the working-copy commit can be built upon. */
export type SourceVerdict =
  | { readonly kind: "sound" }
  | { readonly kind: "refuse"; readonly message: string; readonly hint: string };

/** Judges the working copy: what cannot be synced is refused before anything is touched. */
export function judgeSource(facts: {
  readonly source: string;
  readonly branch: string;
  readonly commits: readonly Commit[];
  /** The branch git has checked out, `undefined` when HEAD is detached, as jj leaves it. */
  readonly checkedOut: string | undefined;
}): SourceVerdict {
  const { source, branch } = facts;
  if (facts.checkedOut !== undefined && facts.checkedOut !== branch) {
    return {
      kind: "refuse",
      message: `${source} has branch "${facts.checkedOut}" checked out, not "${branch}"`,
      hint: `git -C ${source} switch ${branch}, or sync that branch with --branch`,
    };
  }
  const copy = facts.commits.find((commit) => commit.isWorkingCopy);
  if (copy === undefined) throw new Error("jj showed no working-copy commit");
  if (copy.parents.length !== 1) {
    return {
      kind: "refuse",
      message: `the working copy of ${source} merges ${copy.parents.length} commits`,
      hint: `finish it there: jj -R ${source} commit, then jj -R ${source} new`,
    };
  }
  const conflicted = facts.commits.find((commit) =>
    commit.hasConflict && (commit.isWorkingCopy || commit.id === copy.parents[0])
  );
  if (conflicted !== undefined) {
    return {
      kind: "refuse",
      message: `the working copy of ${source} has unresolved conflicts`,
      hint: `resolve them: jj -R ${source} resolve`,
    };
  }
  return { kind: "sound" };
}

/** What the drift of a home asks of a sync. */
export interface DriftPlan {
  /** Edited here since chezmoi wrote them: to be captured, if they can be. */
  readonly edited: readonly StatusLine[];
  /** Untouched here and behind the source: an apply brings them up to date. */
  readonly behind: readonly StatusLine[];
}

/**
 * Sorts the lines of `chezmoi status`.
 *
 * @param isKnown whether an earlier run found the target to be nothing for a sync
 */
export function sortDrift(
  lines: readonly StatusLine[],
  isKnown: (line: StatusLine) => boolean,
): DriftPlan {
  const open = lines.filter((line) => !isKnown(line));
  return {
    edited: open.filter((line) => line.actual === "M"),
    // A plain script shows up for ever; scripts run when something else is applied.
    behind: open.filter((line) => line.actual === " " && line.target !== "R"),
  };
}

/** The reason a home's target differs without being the sync's business, by its status alone. */
export function reasonOf(line: StatusLine): string | undefined {
  if (line.actual === "D") {
    return "deleted here: `chezmoi apply` restores it, `chezmoi forget` stops managing it";
  }
  return undefined;
}

/** Whether everything is as the last sync left it, here and on the remote. */
export function nothingToDo(facts: {
  readonly state: HomeState;
  readonly commits: readonly Commit[];
  readonly drift: DriftPlan;
  /** Deleted targets that no earlier run has reported. */
  readonly unreported: number;
  readonly remoteMain: string | undefined;
  /** Where the local branch is; several commits when it is conflicted. */
  readonly localMain: readonly string[];
  /** The remote's conflict bookmarks are those of the last fetch. */
  readonly sameConflicts: boolean;
  readonly parkedIsPublished: boolean;
}): boolean {
  const { state, drift } = facts;
  const copy = facts.commits.find((commit) => commit.isWorkingCopy);
  return state.moving === null && !state.capturing &&
    copy !== undefined && copy.isEmpty && copy.parents.length === 1 &&
    copy.parents[0] === state.home &&
    state.main !== null && facts.remoteMain === state.main &&
    facts.localMain.every((commit) => commit === state.main) &&
    (state.parked.length > 0
      ? facts.parkedIsPublished
      // What is resolved is withdrawn from the remote as well.
      : state.home === state.main && state.published.length === 0) &&
    facts.sameConflicts && facts.unreported === 0 &&
    drift.edited.length === 0 && drift.behind.length === 0;
}
