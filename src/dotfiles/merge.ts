import { refusal } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import type { Part } from "../programs/jj.ts";
import { hostTrailer, message, some, type SyncRun } from "./run.ts";
import { basedOnResolution } from "./resolution.ts";
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
  if (main === undefined) return clean(run.tip);
  if (state.parked.length > 0 && run.tip === state.home && await git.isAncestor(main, run.tip)) {
    return {
      main,
      home: run.tip,
      base: state.base,
      parked: state.parked,
      conflict: state.conflict,
    };
  }
  const edits = await ownEdits(run, main);
  if (edits === undefined) {
    if (await git.isAncestor(main, run.tip)) return await own(run, main);
    if (await git.isAncestor(run.tip, main)) return clean(main);
  }
  const base = edits?.base;
  const tip = edits?.tip ?? run.tip;
  const revset = `(::${tip} ~ ::${main}${base === undefined ? "" : ` ~ ::${base}`}) ~ empty()`;
  const [newest, ...older] = await jj.ids(revset);
  if (newest === undefined) return clean(main);
  for (const id of [newest, ...older]) run.replaced.add(id);
  const copy = await jj.duplicate(revset, newest, main, hostTrailer(run));
  const fork = base ?? (await jj.ids(`heads(::${tip} & ::${main})`))[0] ?? "root()";
  const colliding = await collisions(run, { main, tip, copy, fork });
  if (colliding.length > 0) return await park(run, { main, tip, copy, fork, paths: colliding });
  if (await sameTree(run, main, copy)) {
    await jj.abandon(`${main}..${copy}`);
    return clean(main);
  }
  if (older.length === 0 || (await jj.ids(`conflicts() & ${main}..${copy}`)).length === 0) {
    return clean(copy);
  }
  // Commits on the way conflict although their sum does not: only the sum may be pushed.
  const subject = `Edits on ${run.settings.host}`;
  const squashed = await jj.compose([main], message(run, subject), [{ from: copy }]);
  await jj.abandon(`${main}..${copy}`);
  return clean(squashed);
}

/** This host's edits where they are relative to a base of their own. */
async function ownEdits(
  run: SyncRun,
  main: string,
): Promise<{ readonly base: string; readonly tip: string } | undefined> {
  if (run.state.base === null) return undefined;
  return await basedOnResolution(run, run.state.base, main);
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
  readonly main: string;
  readonly tip: string;
  /** This host's edits copied onto `main`; may hold conflicts. */
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
    git.filesOf(sides.main),
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
  const { main, tip, copy, fork, paths } = sides;
  const host = run.settings.host;
  const rest: Part = { from: copy, except: paths };
  const merged = await jj.compose([main], message(run, `Edits on ${host}`), [rest]);
  const keeps = !await sameTree(run, main, merged);
  if (!keeps) await jj.abandon(merged);
  const next = keeps ? merged : main;
  const names = some(paths);
  const base = await jj.compose(
    [next],
    message(run, `Before ${names} was edited on ${host} and elsewhere`),
    [{ from: fork, only: paths }],
  );
  const conflict = await jj.compose(
    [base],
    message(run, `${names} as edited on ${host}`, paths.map((path) => `Holdfast-Parked: ${path}`)),
    [{ from: tip, only: paths }],
  );
  await jj.abandon(`${main}..${copy}`);
  return { main: next, home: conflict, base, parked: paths, conflict };
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
