import { basedOnResolution } from "./resolution.ts";
import { message, type SyncRun } from "./run.ts";

/** This host's edits and what to merge them with. */
export interface OwnEdits {
  /** The remote's branch, or this host's own on top of it. */
  readonly onto: string;
  /** The commit with all of the edits. */
  readonly tip: string;
  /** The edits' commits, up to `tip`. */
  readonly revset: string;
  /** What the edits, and those on `onto`, are relative to. */
  readonly fork: string;
}

/**
 * Works out this host's edits. Usually they are the commits that the remote's branch lacks. Where
 * paths have a base of their own (parked, or edited while the source changed) the commits above that
 * base are the edits; the base itself is no edit and must never reach the branch.
 */
export async function ownEdits(run: SyncRun): Promise<OwnEdits> {
  const { main, tip, state } = run;
  const published = publishedRevset(run);
  if (state.base === null || main === undefined) {
    const onto = main ?? (state.base === null ? tip : await parentOf(run, state.base));
    const without = state.base === null ? published : `${published} ~ ::${state.base}`;
    const fork = state.base ?? await forkOf(run, tip);
    return { onto, tip, revset: `::${tip} ~ ${without}`, fork };
  }
  const resolved = await basedOnResolution(run, state.base, main);
  if (resolved.kind === "branch") {
    return { onto: main, tip, revset: `::${tip} ~ ${published}`, fork: resolved.fork };
  }
  const { git, jj } = run.programs;
  const { base } = resolved;
  // Earlier conflict commits hang on the last one's further parents.
  const kept = state.conflict === null ? "" : ` ~ ::parents(${state.conflict})`;
  const branch = await parentOf(run, state.base);
  const isPushed = (await jj.ids(`${branch} & (${published})`)).length > 0;
  const isAhead = await git.isAncestor(main, branch);
  if (isPushed || isAhead) {
    const onto = isAhead ? branch : main;
    const revset = `::${resolved.tip} ~ (${published}) ~ ::${branch} ~ ::${base}${kept}`;
    return { onto, tip: resolved.tip, revset, fork: base };
  }
  // The branch moved on, and commits below the base were never pushed: both together are the edits.
  const { host } = run.settings;
  const fork = await jj.compose(
    [await forkOf(run, resolved.tip)],
    message(run, `Before edits on ${host}`),
    [{ from: base, only: state.parked }],
  );
  const all = await jj.compose([fork], message(run, `Edits on ${host}`), [{ from: resolved.tip }]);
  return { onto: main, tip: all, revset: all, fork };
}

/** The commit a base was put on: the branch as it was then. */
export async function parentOf(run: SyncRun, base: string): Promise<string> {
  const [parent] = await run.programs.jj.ids(`parents(${base})`);
  if (parent === undefined) throw new Error(`${base} has no parent`);
  return parent;
}

/** What is no edit of this host: the remote's branch, and what it was before it was rewritten. */
function publishedRevset(run: SyncRun): string {
  const { main, state } = run;
  const known = [main, state.rewritten].filter((id) => id !== undefined && id !== null);
  return known.length === 0 ? "none()" : `(${known.map((id) => `::${id}`).join(" | ")})`;
}

async function forkOf(run: SyncRun, tip: string): Promise<string> {
  const [fork] = await run.programs.jj.ids(`heads(::${tip} & ${publishedRevset(run)})`);
  return fork ?? "root()";
}
