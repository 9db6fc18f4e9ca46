import type { Step } from "../cli/steps.ts";
import type { StatusLine } from "../programs/chezmoi.ts";
import type { Commit } from "../programs/jj.ts";
import { lstat } from "../host/files.ts";
import { syncToDisk } from "../host/sync_to_disk.ts";
import { parentOfWorkingCopy, readDrift, recordDrift, relativeToHome } from "./capture.ts";
import type { HomeState } from "./home_state.ts";
import { judgeEdit, knownReason, readTargets, seenOf } from "./judge_edit.ts";
import { branchBelow } from "./own_edits.ts";
import { baseTrailers, message, save, some, type SyncRun, warn } from "./run.ts";
import { sourcesOfSameTargets } from "./same_target.ts";

/** Moves the working copy to the merge's outcome and brings the home there. */
export const applyMerged: Step<SyncRun> = {
  name: "apply",
  describe: (run) =>
    run.pending.length > 0 ? `apply ${some(run.pending)} to the home` : "apply what came in",
  skip: (run) => {
    if (run.merged === undefined) return "nothing was merged";
    const { home } = run.merged;
    return home === run.tip && home === run.state.home && run.pending.length === 0
      ? "the home holds it already"
      : undefined;
  },
  async run(run): Promise<void> {
    const merged = run.merged;
    if (merged === undefined) return;
    const { home: to, base, parked, conflict } = merged;
    const received = await run.programs.git.changedPaths(run.tip, to);
    received.forEach((path) => run.done.received.add(path));
    run.pending.forEach((path) => run.done.applied.add(path));
    // git and jj leave that to the kernel; the journal must not name commits that a power cut takes.
    await syncToDisk(`${run.settings.source}/.git`);
    save(run, { moving: { from: run.tip, to, base, parked: [...parked], conflict } });
    await moveWorkingCopy(run);
    await finishMove(run);
  },
};

/** Takes up a move that was interrupted: working copy first, then the home. */
export async function resumeMove(run: SyncRun): Promise<void> {
  if (run.state.moving === null) return;
  warn(run, "the last sync was interrupted while it applied; finishing that first");
  await moveWorkingCopy(run);
  await finishMove(run);
}

/**
 * Brings the working copy to where the journal says, from wherever it is. A killed `jj new` can leave
 * old files on the new commit, which jj would take for edits that revert other hosts, or new files
 * on the old one. So what equals the old or the new text is no edit; anything else is one, and is
 * carried along.
 */
async function moveWorkingCopy(run: SyncRun): Promise<void> {
  const { jj } = run.programs;
  const [copy] = await jj.snapshot("@");
  if (copy === undefined) throw new Error("jj showed no working-copy commit");
  const to = run.state.moving?.to;
  if (to !== undefined && !(copy.isEmpty && copy.parents.length === 1 && copy.parents[0] === to)) {
    await leave(run, copy);
  }
  run.tip = await parentOfWorkingCopy(run);
}

/** Leaves a working-copy commit for the journal's, taking along what was edited in it. */
async function leave(run: SyncRun, copy: Commit): Promise<void> {
  const { jj, git } = run.programs;
  const { moving } = run.state;
  if (moving === null) return;
  const sinceOld = new Set(await git.changedPaths(moving.from, copy.id));
  const sinceNew = await git.changedPaths(moving.to, copy.id);
  const edits = sinceNew.filter((path) => sinceOld.has(path));
  let { to } = moving;
  if (edits.length > 0) {
    const subject = `Edit the source on ${run.settings.host}`;
    to = await jj.compose([to], message(run, subject), [{ from: copy.id, only: edits }]);
    save(run, { moving: { ...moving, to } });
  }
  await jj.newWorkingCopy(to);
  if (!copy.isEmpty) run.replaced.add(copy.id);
  // An edit of the source in this very moment went into the commit that was left, or is on top now.
  const [left] = await jj.commits(`present(${copy.change})`);
  if (left !== undefined && left.id !== copy.id && !left.isEmpty && !left.isWorkingCopy) {
    return await leave(run, left);
  }
  const [now] = await jj.snapshot("@");
  if (now?.isEmpty === false) run.again = true;
}

/** Applies, sorts out what chezmoi refused, and closes the journal. */
async function finishMove(run: SyncRun): Promise<void> {
  const { moving } = run.state;
  if (moving === null) return;
  const output = await run.programs.chezmoi.apply();
  const raced = output.status === 0 ? [] : await sortRefused(run, output.stderr);
  if (raced.length > 0) await rebaseRaced(run, raced);
  const { to, base, parked, conflict } = run.state.moving ?? moving;
  const done = { moving: null, captured: null, rewritten: null };
  save(run, { home: to, base, parked, conflict, ...done });
  run.pending = [];
}

/** A target that was edited here on a text which the source no longer has. */
interface Raced {
  readonly source: string;
  /** The commit that has the text. */
  readonly at: string;
}

/**
 * Looks at what an apply refused. Returns the targets that were edited on an earlier text while the
 * source has moved on; the rest is left alone with a reason, or waits for the next round.
 */
async function sortRefused(run: SyncRun, stderr: string): Promise<readonly Raced[]> {
  const refused = await readDrift(run);
  // A script may change targets.
  const now = await runRefusedScripts(run, stderr, refused) ? await readDrift(run) : refused;
  const lines = now.filter((line) => line.target !== "R");
  const targets = await readTargets(run);
  const { drift, moving, home } = run.state;
  const reasons: HomeState["drift"] = {};
  const raced: Raced[] = [];
  const leave = (line: StatusLine, reason: string): void => {
    reasons[line.path] = { reason, seen: seenOf(line) };
  };
  for (const line of lines) {
    const known = knownReason(drift, line);
    if (line.actual === " ") {
      const isForeign = !targets.entries.has(line.path) && lstat(line.path) !== undefined;
      if (known ?? isForeign) leave(line, known ?? preexisting);
      else warn(run, `cannot apply ${line.path}: ${stderr.trim()}`);
      continue;
    }
    const verdict = await judgeEdit(run, line, targets, [moving?.from ?? home, home]);
    if (verdict.kind === "raced") raced.push(verdict);
    else if (verdict.kind === "capture") run.again ||= run.policy.commit;
    else leave(line, verdict.kind === "leave" ? verdict.reason : known ?? unknownText);
  }
  recordDrift(run, reasons);
  return raced;
}

const preexisting =
  "was here before it was managed: chezmoi-resolve PATH --take local|remote decides";
const unknownText =
  "edited here on a text the sync does not know: chezmoi-resolve PATH --take local|remote decides";

/**
 * Runs the scripts that changed. chezmoi takes a changed `run_once_` or `run_onchange_` script for a
 * target that was edited, and refuses it along with those. Returns whether there were any.
 */
async function runRefusedScripts(
  run: SyncRun,
  stderr: string,
  lines: readonly StatusLine[],
): Promise<boolean> {
  const { chezmoi } = run.programs;
  const refused = new Set(
    [...stderr.matchAll(/^chezmoi: (.+): exit status \d+$/gm)].map(([, it]) => it),
  );
  const scripts = await chezmoi.scripts();
  const changed = lines.filter((line) => line.target === "R")
    .map((line) => line.path)
    .filter((path) => refused.has(relativeToHome(run, path)) && scripts.get(path)?.isConditional);
  if (changed.length === 0) return false;
  const output = await chezmoi.runScripts(changed);
  if (output.status !== 0) warn(run, `a script failed: ${output.stderr.trim()}`);
  return true;
}

/**
 * Gives raced targets their old source back on this host, so that the next round captures the edit
 * relative to the text it was made on and merges it with what came in meanwhile.
 */
async function rebaseRaced(run: SyncRun, raced: readonly Raced[]): Promise<void> {
  const { jj, git } = run.programs;
  const { moving, home } = run.state;
  if (moving === null) return;
  const trees = await Promise.all([home, moving.from, moving.to].map((it) => git.filesOf(it)));
  const parts = raced.map(({ source, at }) => ({
    from: at,
    only: sourcesOfSameTargets([source], trees),
  }));
  const paths = parts.flatMap(({ only }) => only);
  const rest = moving.parked.filter((path) => !paths.includes(path));
  // A base always lies right on the branch.
  const base = await jj.compose(
    [moving.base === null ? moving.to : await branchBelow(run, moving.base)],
    message(
      run,
      `Before ${some(paths)} was edited on ${run.settings.host}`,
      baseTrailers([...rest, ...paths]),
    ),
    moving.base === null ? parts : [{ from: moving.base, only: rest }, ...parts],
  );
  const to = moving.base === null
    ? base
    : await jj.compose([base], message(run, "Texts parked on this host"), [
      { from: moving.to, only: rest },
    ]);
  const parked = [...new Set([...moving.parked, ...paths])];
  const { conflict } = moving;
  const both = moving.parked.filter((path) => paths.includes(path));
  if (conflict !== null && both.length > 0) {
    // The source's text of such a path was parked a moment ago, and the home's takes its place.
    const what = `${some(both)} was edited in the source and in the home, and elsewhere`;
    warn(run, `${what}: the source's text is kept in the history, commit ${conflict.slice(0, 12)}`);
  }
  const kept = both.length > 0 && conflict !== null
    ? [...run.state.kept, conflict]
    : run.state.kept;
  save(run, { kept, moving: { ...moving, from: moving.to, to, base, parked } });
  await moveWorkingCopy(run);
  run.again = true;
}
