import { refusal } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { type Edits, mergeOnto, type Outcome } from "./merge_onto.ts";
import { branchBelow, forkOf, ownEdits, publishedRevset } from "./own_edits.ts";
import { baseTrailers, message, parkedTrailer, some, type SyncRun } from "./run.ts";

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
  const { git } = run.programs;
  const { main, state, tip } = run;
  const unchanged = await stillParked(run);
  if (unchanged !== undefined) return unchanged;
  if (state.base !== null) return await mergeAboveBase(run, state.base);
  if (main === undefined) return clean(tip);
  if (state.rewritten === null) {
    if (await git.isAncestor(main, tip)) return await own(run, main);
    if (await git.isAncestor(tip, main)) return await remembering(run, main, []);
  }
  const edits = { tip, fork: await forkOf(run, tip), revset: `::${tip} ~ ${publishedRevset(run)}` };
  return await conclude(run, await mergeOnto(run, main, edits), edits, []);
}

/**
 * Merges when some paths have a base of their own. The commits below the base go onto the branch
 * first, for the case that they were never pushed; then what was edited since the base.
 */
async function mergeAboveBase(run: SyncRun, base: string): Promise<Merged> {
  const branch = await branchBelow(run, base);
  const below = await mergeBelow(run, branch);
  const edits = await ownEdits(run, base, below.colliding);
  const both = below.colliding.filter((path) => run.state.parked.includes(path));
  // Such a path has three texts: the branch's, the source's below the base, and the home's.
  const kept = both.length > 0 ? [branch] : [];
  return await conclude(run, await mergeOnto(run, below.branch, edits), edits, kept);
}

async function mergeBelow(run: SyncRun, branch: string): Promise<Outcome> {
  const { main } = run;
  if (main === undefined || await run.programs.git.isAncestor(main, branch)) {
    return { branch, colliding: [] };
  }
  const published = publishedRevset(run);
  const fork = await forkOf(run, branch);
  return await mergeOnto(run, main, { tip: branch, fork, revset: `::${branch} ~ ${published}` });
}

/** What is parked stays so as long as neither this host nor the remote has anything new. */
async function stillParked(run: SyncRun): Promise<Merged | undefined> {
  const { main, state } = run;
  const { base, parked, conflict } = state;
  if (base === null || conflict === null || run.tip !== conflict || state.home !== run.tip) return;
  const branch = await branchBelow(run, base);
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
  return await remembering(run, run.tip, []);
}

function clean(commit: string): Merged {
  return { main: commit, home: commit, base: null, parked: [], conflict: null };
}

/** @param kept further commits whose texts must stay reachable */
async function conclude(
  run: SyncRun,
  { branch, colliding }: Outcome,
  { fork }: Edits,
  kept: readonly string[],
): Promise<Merged> {
  if (colliding.length === 0) return await remembering(run, branch, kept);
  const { jj } = run.programs;
  const { host } = run.settings;
  const names = some(colliding);
  const base = await jj.compose(
    [branch],
    message(run, `Before ${names} was edited on ${host} and elsewhere`, baseTrailers(colliding)),
    [{ from: fork, only: colliding }],
  );
  const trailers = colliding.map((path) => parkedTrailer + path);
  const conflict = await jj.compose(
    [base, ...await toKeep(run, branch, kept)],
    message(run, `${names} as edited on ${host}`, trailers),
    [{ from: base }, { from: run.tip, only: colliding }],
  );
  return { main: branch, home: conflict, base, parked: colliding, conflict };
}

/**
 * The branch at a commit, with nothing parked. A text that was parked, pushed and then edited again
 * stays in the history: others may have seen it.
 */
async function remembering(
  run: SyncRun,
  commit: string,
  kept: readonly string[],
): Promise<Merged> {
  const forgotten = await toKeep(run, commit, kept);
  if (forgotten.length === 0) return clean(commit);
  const subject = `Keep what was parked on ${run.settings.host}`;
  const parents = [commit, ...forgotten];
  return clean(await run.programs.jj.compose(parents, message(run, subject), [{ from: commit }]));
}

/** The commits whose texts would not be reachable from a commit. */
async function toKeep(
  run: SyncRun,
  commit: string,
  kept: readonly string[],
): Promise<readonly string[]> {
  const all = new Set([...await superseded(run), ...run.state.kept, ...kept]);
  const missing: string[] = [];
  for (const id of all) {
    if (!await run.programs.git.isAncestor(id, commit)) missing.push(id);
  }
  return missing;
}

/** The pushed conflict commits with texts that this host has edited again since. */
async function superseded(run: SyncRun): Promise<readonly string[]> {
  const { git } = run.programs;
  const last = run.state.published.at(-1);
  if (last === undefined || await git.commitId(last) === undefined) return [];
  if (run.main !== undefined && await git.isAncestor(last, run.main)) return [];
  const [base, ...earlier] = await git.parentsOf(last);
  const parked = base === undefined ? [] : await git.changedPaths(base, last);
  const changed = new Set(await git.changedPaths(last, run.tip));
  // The same texts again: what that commit kept is kept on, without a link for each time.
  return parked.some((path) => changed.has(path)) ? [last] : earlier;
}

/** The step that merges. */
export const mergeEdits: Step<SyncRun> = {
  name: "merge",
  describe: (run) => `merge this host's edits with ${run.settings.remote}'s ${run.settings.branch}`,
  skip: (run) => run.waiting ? "edits on this host wait" : undefined,
  async run(run): Promise<void> {
    run.merged = await merge(run);
  },
};
