import type { Step } from "../cli/steps.ts";
import type { Entry, StatusLine } from "../programs/chezmoi.ts";
import { umask } from "../host/environment.ts";
import { sha256 } from "../host/digest.ts";
import { lstat } from "../host/files.ts";
import { parentOfWorkingCopy, readDrift, recordDrift, wroteSource } from "./capture.ts";
import { reasonOf } from "./decide_sync.ts";
import { branchBelow } from "./own_edits.ts";
import { message, save, some, type SyncRun, warn } from "./run.ts";
import { sourcesOfSameTargets } from "./same_target.ts";
import { targetKey, uncapturable, wroteThis } from "./source_name.ts";

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
  const { jj, git } = run.programs;
  const { moving } = run.state;
  if (moving === null) return;
  const [copy] = await jj.snapshot("@");
  if (copy === undefined) throw new Error("jj showed no working-copy commit");
  if (!(copy.isEmpty && copy.parents.length === 1 && copy.parents[0] === moving.to)) {
    const sinceOld = new Set(await git.changedPaths(moving.from, copy.id));
    const sinceNew = await git.changedPaths(moving.to, copy.id);
    const edits = sinceNew.filter((path) => sinceOld.has(path));
    let to = moving.to;
    if (edits.length > 0) {
      const subject = `Edit the source on ${run.settings.host}`;
      to = await jj.compose([to], message(run, subject), [{ from: copy.id, only: edits }]);
      save(run, { moving: { ...moving, to } });
    }
    await jj.newWorkingCopy(to);
    if (!copy.isEmpty) run.replaced.add(copy.id);
    // An edit of the source in this very moment is on top now, and the next round takes it in.
    const [now] = await jj.snapshot("@");
    if (now?.isEmpty === false) run.again = true;
  }
  run.tip = await parentOfWorkingCopy(run);
}

/** Applies, sorts out what chezmoi refused, and closes the journal. */
async function finishMove(run: SyncRun): Promise<void> {
  const { moving } = run.state;
  if (moving === null) return;
  const output = await run.programs.chezmoi.apply();
  const raced = output.status === 0 ? [] : await sortRefused(run, output.stderr);
  if (raced.length > 0) await rebaseRaced(run, raced);
  const { to, base, parked, conflict } = run.state.moving ?? moving;
  save(run, { home: to, base, parked, conflict, moving: null, rewritten: null });
  run.pending = [];
}

/** A target that was edited here on a text which the source no longer has. */
interface Raced {
  readonly path: string;
  readonly source: string;
}

/**
 * Looks at what an apply refused. Returns the targets that were edited on the text of the last sync
 * while the source has moved on; the rest is left alone with a reason, or waits for the next round.
 */
async function sortRefused(run: SyncRun, stderr: string): Promise<readonly Raced[]> {
  const lines = await readDrift(run);
  const { chezmoi } = run.programs;
  const [managed, entries] = await Promise.all([chezmoi.managed(), chezmoi.entries()]);
  const reasons: Record<string, string> = {};
  const raced: Raced[] = [];
  for (const line of lines) {
    const source = managed.get(line.path);
    const verdict = await judgeRefused(run, line, source, entries.get(line.path));
    if (verdict === "raced") raced.push({ path: line.path, source: source ?? "" });
    else if (verdict === "again") run.again = run.policy.commit;
    else if (verdict === "failed") warn(run, `cannot apply ${line.path}: ${stderr.trim()}`);
    else if (verdict !== undefined) reasons[line.path] = verdict.reason;
  }
  recordDrift(run, reasons);
  return raced;
}

async function judgeRefused(
  run: SyncRun,
  line: StatusLine,
  source: string | undefined,
  entry: Entry | undefined,
): Promise<"raced" | "again" | "failed" | { readonly reason: string } | undefined> {
  const reason = reasonOf(line) ?? run.state.drift[line.path];
  if (reason !== undefined) return { reason };
  if (line.target === "R") return undefined;
  const exists = lstat(line.path);
  if (line.actual === " ") {
    return entry === undefined && exists !== undefined
      ? { reason: "was here before it was managed: chezmoi-resolve --take local|remote decides" }
      : "failed";
  }
  if (source === undefined) return { reason: "the mode of a directory, or not a file" };
  const kind = uncapturable(source) ?? (exists?.isFile === true ? undefined : "not a regular file");
  if (kind !== undefined) return { reason: kind };
  if (await wroteSource(run, source, entry)) return "again";
  return entry !== undefined && await wroteBefore(run, source, entry) ? "raced" : {
    reason: "edited here on a text the sync does not know: chezmoi-resolve --take local|remote " +
      "decides",
  };
}

/** Whether what chezmoi last wrote is what the last sync's source said of the same target. */
async function wroteBefore(run: SyncRun, source: string, entry: Entry): Promise<boolean> {
  const { git } = run.programs;
  const key = targetKey(source);
  const before = (await git.filesOf(run.state.home)).filter((path) => targetKey(path) === key);
  const [path] = before;
  if (path === undefined || before.length > 1) return false;
  const bytes = await git.bytesOf(run.state.home, path);
  return bytes !== undefined &&
    wroteThis(entry, { path, sha256: await sha256(bytes) }, umask());
}

/**
 * Gives raced targets their old source back on this host, so that the next round captures the edit
 * relative to the text it was made on and merges it with what came in meanwhile.
 */
async function rebaseRaced(run: SyncRun, raced: readonly Raced[]): Promise<void> {
  const { jj, git } = run.programs;
  const { moving, home } = run.state;
  if (moving === null) return;
  const trees = await Promise.all([git.filesOf(home), git.filesOf(moving.to)]);
  const paths = sourcesOfSameTargets(raced.map(({ source }) => source), trees);
  const rest = moving.parked.filter((path) => !paths.includes(path));
  const parts = [{ from: home, only: paths }];
  // A base always lies right on the branch.
  const base = await jj.compose(
    [moving.base === null ? moving.to : await branchBelow(run, moving.base)],
    message(run, `Before ${some(paths)} was edited on ${run.settings.host}`),
    moving.base === null ? parts : [{ from: moving.base, only: rest }, ...parts],
  );
  const to = moving.base === null
    ? base
    : await jj.compose([base], message(run, "Texts parked on this host"), [
      { from: moving.to, only: rest },
    ]);
  const parked = [...new Set([...moving.parked, ...paths])];
  save(run, { moving: { ...moving, from: moving.to, to, base, parked } });
  await moveWorkingCopy(run);
  run.again = true;
}
