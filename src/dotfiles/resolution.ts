import { message, type SyncRun } from "./run.ts";

/** Names a path that a merge resolved, in that merge's description. */
export const resolvedTrailer = "Holdfast-Resolved: ";

/** The base of this host's edits and the commit with all of them; or that the branch is the base. */
export type Rebased =
  | { readonly kind: "base"; readonly base: string; readonly tip: string }
  | { readonly kind: "branch"; readonly fork: string };

/**
 * The base of this host's edits, once a person resolved some of what is parked: a merge that took in
 * one of this host's conflict commits. The resolved paths then count as merged up to the text of
 * that commit, and only what was edited since is an edit.
 *
 * @param base of the parked edits, as recorded
 */
export async function basedOnResolution(
  run: SyncRun,
  base: string,
  main: string,
): Promise<Rebased> {
  const { jj } = run.programs;
  const none: Rebased = { kind: "base", base, tip: run.tip };
  const { published } = run.state;
  if (published.length === 0) return none;
  const [taken] = await jj.ids(
    `(${published.map((id) => `present(${id})`).join(" | ")}) & ::${main}`,
  );
  if (taken === undefined) return none;
  const resolved = await resolvedPaths(run, taken, main);
  const parked = new Set(run.state.parked);
  for (const path of resolved) parked.delete(path);
  const isOwn = await run.programs.git.isAncestor(taken, run.tip);
  if (parked.size === 0 && isOwn) return { kind: "branch", fork: taken };

  // Part of it is resolved, or an earlier text of it: a base that says so path by path.
  const newBase = await jj.compose(
    [base],
    message(run, `Resolved elsewhere, as it was on ${run.settings.host}`),
    [{ from: taken, only: resolved }],
  );
  const tip = await jj.compose(
    [newBase],
    message(run, `Edits on ${run.settings.host}`),
    [{ from: run.tip }],
  );
  return { kind: "base", base: newBase, tip };
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
  // A merge made by hand took all of it.
  return named.length > 0 ? named : await git.changedPaths(`${conflict}^`, conflict);
}
