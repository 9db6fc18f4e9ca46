import type { Step } from "../cli/steps.ts";
import type { Entry, StatusLine } from "../programs/chezmoi.ts";
import { umask } from "../host/environment.ts";
import { sha256 } from "../host/digest.ts";
import { lstat, readBytes } from "../host/files.ts";
import { reasonOf, sortDrift } from "./decide_sync.ts";
import { message, save, some, type SyncRun, warn } from "./run.ts";
import { uncapturable, wroteThis } from "./source_name.ts";

/** Takes what was edited on this host, in the source and in the home, into commits. */
export const captureEdits: Step<SyncRun> = {
  name: "capture",
  describe: (run) => `capture the edits made on ${run.settings.host}`,
  skip: (run) => run.policy.commit ? undefined : "autoCommit is off",
  async run(run): Promise<void> {
    await commitSourceEdits(run);
    await captureHome(run);
    if (run.prime) await prime(run);
  },
};

/**
 * Lets chezmoi note down the targets that are as they should be already. Without that it takes them
 * for a person's own files and refuses to update them. What differs and was edited is refused.
 */
async function prime(run: SyncRun): Promise<void> {
  await run.programs.chezmoi.apply(["scripts", "externals"]);
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

  save(run, { capturing: true });
  const output = await run.programs.chezmoi.reAdd(targets);
  if (output.status !== 0) warn(run, `chezmoi re-add: ${output.stderr.trim()}`);
  const [copy] = await run.programs.jj.snapshot("@");
  if (copy !== undefined && !copy.isEmpty) {
    const names = targets.map((target) => relativeToHome(run, target));
    const subject = `Edit ${some(names)} on ${run.settings.host}`;
    await run.programs.jj.commitWorkingCopy(message(run, subject, names.length > 3 ? names : []));
    run.tip = await parentOfWorkingCopy(run);
    names.forEach((name) => run.done.captured.add(name));
  }
  save(run, { capturing: false });
}

/** The drift of a home, sorted by what a sync does about it. */
interface SortedHome {
  /** To be taken over as they are. */
  readonly capturable: string[];
  /** For the apply: behind the source, or edited here *and* changed in the source. */
  readonly pending: string[];
  /** Left alone, each with the reason. */
  readonly reasons: Record<string, string>;
}

/**
 * Sorts the drift. An edit is taken over only while the source still says what chezmoi last wrote
 * there: otherwise it was made to another text, and taking it over would revert whoever changed the
 * source.
 */
async function sortHome(run: SyncRun, lines: readonly StatusLine[]): Promise<SortedHome> {
  const { behind: untouched } = sortDrift(lines, run.state.drift);
  // Also what an earlier run left alone: it may have become clear.
  const edited = lines.filter((line) => line.actual === "M");
  const unnoted = await editedUnnoted(run, untouched);
  const behind = untouched.filter((line) => !unnoted.includes(line));
  const sorted: SortedHome = {
    capturable: unnoted.map((line) => line.path),
    pending: behind.map((line) => line.path),
    reasons: stillTrue(run, lines),
  };
  if (edited.length === 0) return sorted;
  const { chezmoi } = run.programs;
  const [managed, entries] = await Promise.all([chezmoi.managed(), chezmoi.entries()]);
  for (const { path } of edited) {
    const source = managed.get(path);
    const reason = source === undefined
      ? "the mode of a directory, or not a file"
      : uncapturable(source) ??
        (lstat(path)?.isFile === true ? undefined : "not a regular file here");
    if (source === undefined || reason !== undefined) sorted.reasons[path] = reason ?? "";
    else if (await wroteSource(run, source, entries.get(path))) {
      sorted.capturable.push(path);
      delete sorted.reasons[path];
    } else if (!(path in sorted.reasons)) sorted.pending.push(path);
  }
  return sorted;
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
  const { chezmoi } = run.programs;
  const [managed, entries] = await Promise.all([chezmoi.managed(), chezmoi.entries()]);
  return differing.filter(({ path }) => {
    const source = managed.get(path);
    return source !== undefined && uncapturable(source) === undefined && !entries.has(path) &&
      lstat(path)?.isFile === true;
  });
}

/** The reasons for drift that still stands: those of earlier runs, and deletions. */
function stillTrue(run: SyncRun, lines: readonly StatusLine[]): Record<string, string> {
  return Object.fromEntries(lines.flatMap((line) => {
    const reason = reasonOf(line) ?? run.state.drift[line.path];
    return reason === undefined ? [] : [[line.path, reason]];
  }));
}

/** Saves what is left alone, when that changed. */
export function recordDrift(run: SyncRun, drift: Readonly<Record<string, string>>): void {
  const sorted = Object.fromEntries(Object.entries(drift).sort(([a], [b]) => a < b ? -1 : 1));
  if (JSON.stringify(sorted) !== JSON.stringify(run.state.drift)) save(run, { drift: sorted });
}

/** Whether what chezmoi last wrote is what this source in the working copy says. */
export async function wroteSource(
  run: SyncRun,
  source: string,
  entry: Entry | undefined,
): Promise<boolean> {
  if (entry === undefined) return false;
  const bytes = readBytes(`${run.settings.source}/${source}`);
  if (bytes === undefined) return false;
  return wroteThis(entry, { path: source, sha256: await sha256(bytes) }, umask());
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

function relativeToHome(run: SyncRun, target: string): string {
  const prefix = `${run.settings.home}/`;
  return target.startsWith(prefix) ? target.slice(prefix.length) : target;
}
