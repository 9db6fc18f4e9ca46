import type { SyncRun } from "./run.ts";

/** Names a path that a merge resolved, in that merge's description. */
export const resolvedTrailer = "Holdfast-Resolved: ";

/** What a person resolved of what this host has parked. */
export interface Resolved {
  /** The conflict commit of this host that was merged: its texts have been taken into account. */
  readonly taken: string;
  readonly paths: readonly string[];
}

/**
 * Finds a resolution of this host's conflict: a merge within the branch that took in one of its
 * conflict commits. The resolved paths count as merged up to that commit's text, and only what was
 * edited since is an edit.
 */
export async function readResolution(run: SyncRun, main: string): Promise<Resolved | undefined> {
  const { published } = run.state;
  if (published.length === 0) return undefined;
  const own = published.map((id) => `present(${id})`).join(" | ");
  const [taken] = await run.programs.jj.ids(`(${own}) & ::${main}`);
  if (taken === undefined) return undefined;
  return { taken, paths: await resolvedPaths(run, taken, main) };
}

/** The paths of a conflict commit that merges within the branch resolved. */
export async function resolvedPaths(
  run: Pick<SyncRun, "programs">,
  conflict: string,
  main: string,
): Promise<readonly string[]> {
  const { jj, git } = run.programs;
  const merges = `children(${conflict}) & ::${main}`;
  const descriptions = (await jj.show(merges, 'description ++ "\\n"')).split("\n");
  const named = descriptions.filter((line) => line.startsWith(resolvedTrailer))
    .map((line) => line.slice(resolvedTrailer.length));
  if (named.length > 0) return named;
  // A merge made by hand took all of it.
  const [base] = await git.parentsOf(conflict);
  return base === undefined ? [] : await git.changedPaths(base, conflict);
}
