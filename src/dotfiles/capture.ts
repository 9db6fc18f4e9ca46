import type { Step } from "../cli/steps.ts";
import { isOwnPush, type StatusLine } from "../programs/chezmoi.ts";
import { lstat } from "../host/files.ts";
import { sortDrift } from "./decide_sync.ts";
import type { HomeState } from "./home_state.ts";
import { judgeEdit, knownReason, readTargets, seenOf } from "./judge_edit.ts";
import { message, save, some, type SyncRun, warn } from "./run.ts";
import { uncapturable } from "./source_name.ts";

/** Takes what was edited on this host, in the source and in the home, into commits. */
export const captureEdits: Step<SyncRun> = {
  name: "capture",
  describe: (run) => `capture the edits made on ${run.settings.host}`,
  async run(run): Promise<void> {
    run.merged = undefined;
    run.waiting = !run.policy.commit && await hasEdits(run);
    if (run.waiting) {
      return warn(run, "autoCommit is off: edits on this host wait, and what came in");
    }
    await commitSourceEdits(run);
    await captureHome(run);
    if (run.prime) await prime(run);
  },
};

/** Whether something was edited on this host, in the source or in the home. */
async function hasEdits(run: SyncRun): Promise<boolean> {
  const [copy] = await run.programs.jj.snapshot("@");
  return copy?.isEmpty === false || (await readDrift(run)).some((line) => line.actual === "M");
}

/**
 * Lets chezmoi note down the targets that are as they should be already. Without that it takes them
 * for a person's own files and refuses to update them. What differs and was edited is refused.
 */
async function prime(run: SyncRun): Promise<void> {
  await run.programs.chezmoi.apply(["scripts"]);
  run.prime = false;
}

/** What was edited in the source directory itself becomes a commit, under the person's own words. */
async function commitSourceEdits(run: SyncRun): Promise<void> {
  const { jj } = run.programs;
  const [copy] = await jj.snapshot("@");
  if (copy === undefined) throw new Error("jj showed no working-copy commit");
  if (!copy.isEmpty) {
    if (copy.hasDescription) await jj.newWorkingCopy("@");
    else await jj.commitWorkingCopy(message(run, `Edit the source on ${run.settings.host}`));
  }
  const before = copy.parents[0] as string;
  run.tip = copy.isEmpty ? before : await parentOfWorkingCopy(run);
  const paths = copy.isEmpty ? [] : await run.programs.git.changedPaths(before, run.tip);
  paths.forEach((path) => run.done.committed.add(path));
}

/** Edits of the home that chezmoi can take over become a commit on top. */
async function captureHome(run: SyncRun): Promise<void> {
  const drift = await sortHome(run, await readDrift(run));
  run.pending = drift.pending;
  recordDrift(run, drift.reasons);
  const targets = drift.capturable;
  if (targets.length === 0) return;

  const before = run.tip;
  const [clean] = await run.programs.jj.snapshot("@");
  if (clean?.isEmpty !== true) {
    // Edited in the source in this very moment: re-add might overwrite it.
    run.again = true;
    return;
  }
  save(run, { capturing: true, captured: before });
  const output = await run.programs.chezmoi.reAdd(targets);
  if (isOwnPush(output)) {
    warn(run, "chezmoi's git.autoPush was held back: the sync pushes; turn it off in chezmoi.toml");
  } else if (output.status !== 0) warn(run, `chezmoi re-add: ${output.stderr.trim()}`);
  const [copy] = await run.programs.jj.snapshot("@");
  const names = targets.map((target) => relativeToHome(run, target));
  if (copy?.isEmpty === false) {
    const subject = `Edit ${some(names)} on ${run.settings.host}`;
    await run.programs.jj.commitWorkingCopy(message(run, subject, names.length > 3 ? names : []));
  }
  // Also when the working copy is empty: chezmoi itself commits, where its git.autoCommit is set.
  run.tip = await parentOfWorkingCopy(run);
  if (run.tip !== before) names.forEach((name) => run.done.captured.add(name));
  save(run, { capturing: false, captured: run.tip });
}

/** The drift of a home, sorted by what a sync does about it. */
interface SortedHome {
  /** To be taken over as they are. */
  readonly capturable: string[];
  /** For the apply: behind the source, or edited here *and* changed in the source. */
  readonly pending: string[];
  /** Left alone, each with the reason. */
  readonly reasons: HomeState["drift"];
}

/**
 * Sorts the drift. An edit is taken over only while the source still says what chezmoi last wrote
 * there: otherwise it was made to another text, and taking it over would revert whoever changed the
 * source.
 */
async function sortHome(run: SyncRun, lines: readonly StatusLine[]): Promise<SortedHome> {
  const { drift } = run.state;
  const { behind } = sortDrift(lines, (line) => knownReason(drift, line) !== undefined);
  const unnoted = await editedUnnoted(run, behind);
  const sorted: SortedHome = {
    capturable: unnoted.map((line) => line.path),
    pending: behind.filter((line) => !unnoted.includes(line)).map((line) => line.path),
    reasons: {},
  };
  const touched = lines.filter((line) => line.actual !== " ");
  const targets = touched.length === 0 ? undefined : await readTargets(run);
  for (const line of lines) {
    const { path } = line;
    if (targets === undefined || line.actual === " ") {
      const reason = knownReason(drift, line);
      if (reason !== undefined) sorted.reasons[path] = { reason, seen: seenOf(line) };
      continue;
    }
    // What an earlier run left alone is judged anew: it may have become clear.
    const verdict = await judgeEdit(run, line, targets, []);
    const reason = verdict.kind === "leave" ? verdict.reason : knownReason(drift, line);
    if (verdict.kind === "capture") sorted.capturable.push(path);
    else if (reason !== undefined) sorted.reasons[path] = { reason, seen: seenOf(line) };
    else sorted.pending.push(path);
  }
  return sorted;
}

/** Saves what is left alone, when that changed. */
export function recordDrift(run: SyncRun, drift: HomeState["drift"]): void {
  const sorted = Object.fromEntries(Object.entries(drift).sort(([a], [b]) => a < b ? -1 : 1));
  if (JSON.stringify(sorted) !== JSON.stringify(run.state.drift)) save(run, { drift: sorted });
}

/**
 * Targets that were edited although chezmoi's database, lost since, does not say so: the record of
 * the last sync knows that the home held the source's text.
 */
async function editedUnnoted(
  run: SyncRun,
  untouched: readonly StatusLine[],
): Promise<readonly StatusLine[]> {
  const differing = untouched.filter((line) => line.target === "M");
  if (!run.prime || !run.homeIsKnown || run.state.home !== run.tip || differing.length === 0) {
    return [];
  }
  const { managed, entries } = await readTargets(run);
  return differing.filter(({ path }) => {
    const source = managed.get(path);
    return source !== undefined && uncapturable(source) === undefined &&
      (run.state.capturing || !entries.has(path)) &&
      lstat(path)?.isFile === true;
  });
}

/**
 * The lines of `chezmoi status`. One target that cannot be worked out (a broken template, a FIFO)
 * makes chezmoi say nothing of all others; then they are asked for without it.
 */
export async function readDrift(run: SyncRun): Promise<readonly StatusLine[]> {
  const { chezmoi } = run.programs;
  let answer = await chezmoi.status();
  if (!("kind" in answer)) return answer;
  const targets = new Set((await chezmoi.managed()).keys());
  // Each failure names one target, so that this ends.
  while ("kind" in answer) {
    if (answer.kind === "busy") throw new ChezmoiBusyError(answer.reason);
    const bad = [...targets].find((target) => relativeToHome(run, target) === targetOf(answer));
    if (bad === undefined) {
      warn(run, `the home's state cannot be read, its edits wait: ${answer.reason}`);
      return [];
    }
    warn(run, `chezmoi cannot work out ${bad}, it is left alone: ${answer.reason}`);
    targets.delete(bad);
    answer = targets.size === 0 ? [] : await chezmoi.status([...targets]);
  }
  return answer;
}

/** Another chezmoi has the database; nothing of the home can be looked at. */
export class ChezmoiBusyError extends Error {
  override readonly name = "ChezmoiBusyError";
}

/** The commit below the working-copy commit. */
export async function parentOfWorkingCopy(run: SyncRun): Promise<string> {
  const [parent] = await run.programs.jj.ids("parents(@)");
  if (parent === undefined) throw new Error("the working-copy commit has no parent");
  return parent;
}

function targetOf(answer: object): string | undefined {
  return "target" in answer ? String(answer.target) : undefined;
}

/** A target as chezmoi names it. */
export function relativeToHome(run: SyncRun, target: string): string {
  const prefix = `${run.settings.home}/`;
  return target.startsWith(prefix) ? target.slice(prefix.length) : target;
}
