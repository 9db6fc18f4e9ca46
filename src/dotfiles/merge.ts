import { refusal } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import type { Part } from "../programs/jj.ts";
import { hostTrailer, message, some, type SyncRun } from "./run.ts";
import { ownEdits, parentOf } from "./own_edits.ts";
import { sourcesOfSameTargets, targetsWithTwoSources } from "./same_target.ts";

/** What a merge came to: where the branch goes and what this host holds. */
export interface Merged {
  /** The new tip of the branch: the remote's with this host's edits, free of conflicts. */
  readonly main: string;
  /** What the home is to hold: `main`, with the parked paths at this host's text. */
  readonly home: string;
  /** What the parked texts are relative to; `null` when nothing is parked. */
  readonly base: string | null;
  readonly parked: readonly string[];
  readonly conflict: string | null;
}

/**
 * Merges this host's edits with the remote's branch, off the working copy. Paths that collide are
 * parked: the branch keeps the remote's text, this host keeps its own, and every other path syncs.
 *
 *     main ── N ── base ── conflict ── @      N: the branch, without this host's text of the paths
 *                                             base: the paths as they were before both sides edited
 *                                             conflict: the paths as they are on this host
 *
 * Every tree is free of conflict markers, and copying `conflict` onto the branch shows the exact
 * three-way conflict on any host.
 */
export async function merge(run: SyncRun): Promise<Merged> {
  const { jj, git } = run.programs;
  const { main, state } = run;
  const unchanged = await stillParked(run);
  if (unchanged !== undefined) return unchanged;
  if (state.base === null && state.rewritten === null) {
    if (main === undefined) return clean(run.tip);
    if (await git.isAncestor(main, run.tip)) return await own(run, main);
    if (await git.isAncestor(run.tip, main)) return clean(main);
  }
  const { onto, tip, revset, fork } = await ownEdits(run);
  const [newest, ...older] = await jj.ids(`(${revset}) ~ empty()`);
  if (newest === undefined) return await remembering(run, onto);
  for (const id of [newest, ...older]) run.replaced.add(id);
  const copy = await jj.duplicate(`(${revset}) ~ empty()`, newest, onto, hostTrailer(run));
  const colliding = await collisions(run, { onto, tip, copy, fork });
  if (colliding.length > 0) return await park(run, { onto, tip, copy, fork, paths: colliding });
  if (await sameTree(run, onto, copy)) {
    await jj.abandon(`${onto}..${copy}`);
    return await remembering(run, onto);
  }
  if (older.length === 0 || (await jj.ids(`conflicts() & ${onto}..${copy}`)).length === 0) {
    return await remembering(run, copy);
  }
  // Commits on the way conflict although their sum does not: only the sum may be pushed.
  const subject = `Edits on ${run.settings.host}`;
  const squashed = await jj.compose([onto], message(run, subject), [{ from: copy }]);
  await jj.abandon(`${onto}..${copy}`);
  return await remembering(run, squashed);
}

/** What is parked stays so as long as neither this host nor the remote has anything new. */
async function stillParked(run: SyncRun): Promise<Merged | undefined> {
  const { main, state } = run;
  const { base, parked, conflict } = state;
  if (base === null || conflict === null || run.tip !== conflict || state.home !== run.tip) return;
  const branch = await parentOf(run, base);
  if (main !== undefined && !await run.programs.git.isAncestor(main, branch)) return;
  return { main: branch, home: run.tip, base, parked, conflict };
}

/** The remote is behind: this host's commits go there as they are. */
async function own(run: SyncRun, main: string): Promise<Merged> {
  const conflicted = await run.programs.jj.ids(`conflicts() & ${main}..${run.tip}`);
  if (conflicted.length > 0) {
    throw refusal(
      `commit ${conflicted[0]?.slice(0, 12)} in ${run.settings.source} has unresolved conflicts`,
      `resolve it there with jj; it would be pushed to ${run.settings.remote}`,
    );
  }
  return clean(run.tip);
}

function clean(commit: string): Merged {
  return { main: commit, home: commit, base: null, parked: [], conflict: null };
}

interface Sides {
  /** What the edits are merged with: the remote's branch, or this host's own on top of it. */
  readonly onto: string;
  readonly tip: string;
  /** This host's edits copied onto that; may hold conflicts. */
  readonly copy: string;
  /** What both sides started from. */
  readonly fork: string;
}

/**
 * The paths that cannot be merged: conflicts, and sources that would be two of one target (a changed
 * mode renames a source). All names of such a target go together.
 */
async function collisions(run: SyncRun, sides: Sides): Promise<readonly string[]> {
  const { jj, git } = run.programs;
  const hasConflict = (await jj.ids(`conflicts() & ${sides.copy}`)).length > 0;
  const [conflicted, merged, theirs] = await Promise.all([
    hasConflict ? jj.conflictedPaths(sides.copy) : [],
    hasConflict ? jj.filesOf(sides.copy) : git.filesOf(sides.copy),
    git.filesOf(sides.onto),
  ]);
  const doubled = targetsWithTwoSources(merged, theirs);
  if (conflicted.length + doubled.length === 0) return [];
  const [ours, before] = await Promise.all([git.filesOf(sides.tip), jj.filesOf(sides.fork)]);
  return sourcesOfSameTargets([...conflicted, ...doubled], [merged, theirs, ours, before]);
}

async function park(
  run: SyncRun,
  sides: Sides & { readonly paths: readonly string[] },
): Promise<Merged> {
  const { jj } = run.programs;
  const { onto, tip, copy, fork, paths } = sides;
  const host = run.settings.host;
  const rest: Part = { from: copy, except: paths };
  const merged = await jj.compose([onto], message(run, `Edits on ${host}`), [rest]);
  const keeps = !await sameTree(run, onto, merged);
  if (!keeps) await jj.abandon(merged);
  const next = keeps ? merged : onto;
  const names = some(paths);
  const base = await jj.compose(
    [next],
    message(run, `Before ${names} was edited on ${host} and elsewhere`),
    [{ from: fork, only: paths }],
  );
  const conflict = await jj.compose(
    [base, ...await superseded(run, tip)],
    message(run, `${names} as edited on ${host}`, paths.map((path) => `Holdfast-Parked: ${path}`)),
    [{ from: base }, { from: tip, only: paths }],
  );
  await jj.abandon(`${onto}..${copy}`);
  return { main: next, home: conflict, base, parked: paths, conflict };
}

/**
 * The branch at a commit, with nothing parked. A text that was parked, pushed and then edited again
 * stays in the history: others may have seen it.
 */
async function remembering(run: SyncRun, commit: string): Promise<Merged> {
  const forgotten: string[] = [];
  for (const id of await superseded(run, run.tip)) {
    if (!await run.programs.git.isAncestor(id, commit)) forgotten.push(id);
  }
  if (forgotten.length === 0) return clean(commit);
  const subject = `Keep what was parked on ${run.settings.host}`;
  const parents = [commit, ...forgotten];
  return clean(await run.programs.jj.compose(parents, message(run, subject), [{ from: commit }]));
}

/** The pushed conflict commits whose texts this host has edited again since. */
async function superseded(run: SyncRun, tip: string): Promise<readonly string[]> {
  const { conflict, published, parked } = run.state;
  if (conflict === null || !published.includes(conflict)) return [];
  const changed = new Set(await run.programs.git.changedPaths(conflict, tip));
  if (parked.some((path) => changed.has(path))) return [conflict];
  // The same texts again: what that commit kept is kept on, without a link for each time.
  const parents = (await run.programs.jj.ids(`parents(${conflict})`)).length;
  const earlier = parents > 1 ? await run.programs.git.commitId(`${conflict}^2`) : undefined;
  return earlier === undefined ? [] : [earlier];
}

async function sameTree(run: SyncRun, a: string, b: string): Promise<boolean> {
  return (await run.programs.git.changedPaths(a, b)).length === 0;
}

/** The step that merges. */
export const mergeEdits: Step<SyncRun> = {
  name: "merge",
  describe: (run) => `merge this host's edits with ${run.settings.remote}'s ${run.settings.branch}`,
  skip: (run) =>
    run.policy.commit || run.pending.length === 0
      ? undefined
      : "edits here wait: autoCommit is off",
  async run(run): Promise<void> {
    run.merged = await merge(run);
  },
};
