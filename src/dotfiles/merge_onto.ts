import { hostTrailer, message, type SyncRun } from "./run.ts";
import {
  filesInDoubledDirectories,
  sourcesOfSameTargets,
  targetsWithTwoSources,
} from "./same_target.ts";

/** Edits to be merged: what lies between a fork and a tip. */
export interface Edits {
  /** What both sides started from. */
  readonly fork: string;
  /** The commit with all of the edits. */
  readonly tip: string;
  /** The edits' commits. */
  readonly revset: string;
}

/** What a merge onto a branch came to. */
export interface Outcome {
  /** The branch with all edits that do not collide. */
  readonly branch: string;
  /** The source paths that collide: the branch has its own text of them. */
  readonly colliding: readonly string[];
}

/** Merges edits onto a commit, which stays an ancestor of the outcome. */
export async function mergeOnto(run: SyncRun, onto: string, edits: Edits): Promise<Outcome> {
  const { jj } = run.programs;
  const copy = await copyOnto(run, onto, edits);
  if (copy === undefined) return { branch: onto, colliding: [] };
  const colliding = await collisions(run, { ...edits, onto, copy });
  const isSound = colliding.length === 0 &&
    (await jj.ids(`conflicts() & ${onto}..${copy}`)).length === 0;
  if (isSound && !await sameTree(run, onto, copy)) return { branch: copy, colliding };
  // Only the sum of the edits, without what collides, may be pushed.
  const sum = await jj.compose(
    [onto],
    message(run, `Edits on ${run.settings.host}`),
    [{ from: copy, except: colliding }],
  );
  await jj.abandon(`${onto}..${copy}`);
  if (!await sameTree(run, onto, sum)) return { branch: sum, colliding };
  await jj.abandon(sum);
  return { branch: onto, colliding };
}

/** Copies the edits' commits; as one commit where a merge among them could not be copied exactly. */
async function copyOnto(
  run: SyncRun,
  onto: string,
  { fork, tip, revset }: Edits,
): Promise<string | undefined> {
  const { jj } = run.programs;
  const all = await jj.ids(revset);
  for (const id of all) run.replaced.add(id);
  const merges = await jj.ids(`(${revset}) & merges()`);
  const commits = merges.length === 0 ? `(${revset}) ~ empty()` : await jj.compose(
    [fork],
    message(run, `Edits on ${run.settings.host}`),
    [{ from: tip }],
  );
  const [newest] = await jj.ids(`(${commits}) ~ empty()`);
  return newest && await jj.duplicate(commits, newest, onto, hostTrailer(run));
}

/**
 * The paths that cannot be merged: conflicts, and sources that would be two of one target (a changed
 * mode renames a source). All names of such a target go together.
 */
async function collisions(
  run: SyncRun,
  sides: Edits & { readonly onto: string; readonly copy: string },
): Promise<readonly string[]> {
  const { jj, git } = run.programs;
  const hasConflict = (await jj.ids(`conflicts() & ${sides.copy}`)).length > 0;
  const [conflicted, merged, theirs] = await Promise.all([
    hasConflict ? jj.conflictedPaths(sides.copy) : [],
    hasConflict ? jj.filesOf(sides.copy) : git.filesOf(sides.copy),
    git.filesOf(sides.onto),
  ]);
  const doubled = [
    ...targetsWithTwoSources(merged, theirs),
    ...filesInDoubledDirectories(merged, theirs),
  ];
  if (conflicted.length + doubled.length === 0) return [];
  const [ours, before] = await Promise.all([git.filesOf(sides.tip), jj.filesOf(sides.fork)]);
  return sourcesOfSameTargets([...conflicted, ...doubled], [merged, theirs, ours, before]);
}

async function sameTree(run: SyncRun, a: string, b: string): Promise<boolean> {
  return (await run.programs.git.changedPaths(a, b)).length === 0;
}
