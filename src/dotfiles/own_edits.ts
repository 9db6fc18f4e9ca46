import type { Edits } from "./merge_onto.ts";
import { readResolution } from "./resolution.ts";
import { message, type SyncRun } from "./run.ts";

/**
 * This host's edits above a base: paths that are parked, or were edited while the source changed,
 * are relative to the base's text, everything else to the branch below it. The base itself is no
 * edit and must never reach the branch.
 *
 * @param forked paths that count as edited since the branch forked, since commits below the base
 *     collide there
 */
export async function ownEdits(
  run: SyncRun,
  base: string,
  forked: readonly string[],
): Promise<Edits> {
  const { jj } = run.programs;
  const { main, state, tip } = run;
  const { host } = run.settings;
  const branch = await branchBelow(run, base);
  const resolution = main === undefined ? undefined : await readResolution(run, main);
  const rest = forked.filter((path) => !state.parked.includes(path));
  if (resolution === undefined && rest.length === 0) {
    // Earlier conflict commits hang on the last one's further parents.
    const earlier = state.conflict === null ? "" : ` ~ ::parents(${state.conflict})`;
    const published = publishedRevset(run);
    const revset = `::${tip} ~ ${published} ~ ::${branch} ~ ::${base}${earlier}`;
    return { fork: base, tip, revset };
  }
  const fork = await jj.compose([branch], message(run, `Before edits on ${host}`), [
    { from: base },
    ...(resolution === undefined ? [] : [{ from: resolution.taken, only: resolution.paths }]),
    ...(rest.length === 0 ? [] : [{ from: await forkOf(run, branch), only: rest }]),
  ]);
  const all = await jj.compose([fork], message(run, `Edits on ${host}`), [{ from: tip }]);
  return { fork, tip: all, revset: all };
}

/** The commit a base was put on: the branch as this host had it then. */
export async function branchBelow(run: SyncRun, base: string): Promise<string> {
  const [branch] = await run.programs.git.parentsOf(base);
  if (branch === undefined) throw new Error(`${base} has no parent`);
  return branch;
}

/** What is no edit of this host: the remote's branch, and what it was before it was rewritten. */
export function publishedRevset(run: SyncRun): string {
  const { main, state } = run;
  const known = [main, state.rewritten].filter((id) => id !== undefined && id !== null);
  return known.length === 0 ? "none()" : `(${known.map((id) => `::${id}`).join(" | ")})`;
}

/** Where a commit left what is published. */
export async function forkOf(run: SyncRun, tip: string): Promise<string> {
  const [fork] = await run.programs.jj.ids(`heads(::${tip} & ${publishedRevset(run)})`);
  return fork ?? "root()";
}
