/** What every run is made of, whichever program and whichever steps: alone, journaled, ended. */
import { ExitCode } from "../cli/exit_code.ts";
import { busyFailure, Failure, refusal } from "../cli/failure.ts";
import type { StepEnd, StepWatch } from "../cli/steps.ts";
import { keep, take } from "../config/autosave.ts";
import { underLock } from "../config/lock_repository.ts";
import { finishMove } from "../config/move.ts";
import { findWorkTree, type Opened, openRepository } from "../config/repository.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { ProcessError, ProgramMissingError, ProgramStartError } from "../host/process.ts";
import type { Status } from "../programs/git_status.ts";
import { clearStaleLocks, freeOfStaleLocks } from "../programs/stale_locks.ts";
import type { WorkTree } from "../programs/work_tree.ts";
import { toplevelAt } from "../programs/nix.ts";
import { endBadly, type Ending, endStopped, endWell } from "./end_run.ts";
import { note } from "./pull_upstream.ts";
import type { Records } from "./records.ts";
import { underStateLock } from "./state_lock.ts";
import { recover } from "./recover.ts";
import { trackedTree, type UpgradeRun, type UpgradeSettings } from "./run.ts";

/** What opens the repository and waits for whoever is at work in it. */
export type SessionSettings =
  & UpgradeSettings
  & Parameters<typeof openRepository>[0]
  & { readonly wait: number };

/** Whose run it is, what it goes by, and how one is made once the repository is open. */
export interface Session<R extends UpgradeRun> {
  readonly program: string;
  readonly settings: SessionSettings;
  readonly records: Records;
  readonly begin: (opened: Opened) => R;
  /** Is told, under the locks, why no run could begin; not that somebody else is at work. */
  readonly refused?: (failure: Failure) => Promise<void>;
}

/**
 * Works on the repository alone, once a run that was cut short is brought to its end.
 *
 * @throws {Failure} (busy) when somebody else works on it
 */
export async function alone<R extends UpgradeRun>(
  session: Session<R>,
  work: (run: R, found: Status) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { program, settings } = session;
  const tree = await findWorkTree(settings);
  const locked = async (): Promise<ExitCode> => {
    const begun = await begunFree(tree, session).catch(async (error) => {
      await tellRefused(session, asFailure(error));
      throw error;
    });
    return typeof begun === "number" ? begun : await work(begun.run, begun.found);
  };
  return await underLock(
    tree,
    program,
    settings.wait,
    () => underStateLock(settings.stateDir, program, locked),
  );
}

/** Has it known why no run could begin. That it cannot be recorded must not hide what it was. */
async function tellRefused<R extends UpgradeRun>(
  { refused, records }: Session<R>,
  failure: Failure,
): Promise<void> {
  if (failure.code === ExitCode.busy) return;
  try {
    await refused?.(failure);
  } catch (error) {
    records.report.warn(`the refusal is not recorded: ${(error as Error).message}`);
  }
}

/** What a run begins with; lock files that nobody holds are removed, and are no reason to refuse it. */
async function begunFree<R extends UpgradeRun>(
  tree: WorkTree,
  session: Session<R>,
): ReturnType<typeof begunWhole<R>> {
  const where = { source: tree.source, gitDirectory: tree.commonDirectory };
  const busy = (who: string, cause: Error): Failure => busyFailure(who, tree.source, cause);
  // Whoever had the lock until now may have changed all of it, and may have been killed.
  await clearStaleLocks(where, busy);
  return await freeOfStaleLocks(where, () => begunWhole(session), busy);
}

/**
 * A run that begins with nothing of an earlier one left: neither a run nor a move of files that was
 * cut short. An exit code where it must not go on after that.
 */
async function begunWhole<R extends UpgradeRun>(
  { program, settings, records, begin }: Session<R>,
): Promise<{ readonly run: R; readonly found: Status } | ExitCode> {
  const opened = await openRepository(settings);
  const { repository, status, isMoving } = opened;
  const left = records.journal;
  if (left?.repo !== undefined && left.repo !== repository.tree.source) {
    throw refusal(
      `a run of ${left.program} in ${left.repo} was cut short, and is not ended yet`,
      `\`${program} --repo ${left.repo}\` ends it`,
    );
  }
  if (left !== undefined) {
    const code = await recover(await placed(begin(opened), status), left);
    if (code !== undefined) return code;
  } else if (isMoving) await finishMove(repository.tree, repository);
  const found = left !== undefined || isMoving ? await repository.tree.status() : status;
  return { run: await placed(begin(opened), found), found };
}

/** A run that knows where the files are, from a look at them. */
async function placed<R extends UpgradeRun>(run: R, status: Status): Promise<R> {
  const { tree } = run.repository;
  if (status.head === undefined) {
    throw new Failure(`${tree.source} has no commit yet`, { hint: "make the first one by hand" });
  }
  return Object.assign(run, {
    head: status.head,
    tree: await trackedTree(run.repository, status),
  });
}

/** Opens the journal of a run: from here on the next run can undo it. */
export async function beginJournal(
  { repository, records, settings, head, tree, program }: UpgradeRun,
  { changes }: Status,
): Promise<void> {
  // What is uncommitted has to be found again when a person undoes this run tomorrow.
  const saved = changes.length === 0
    ? { commit: head, tree }
    : await take(repository.tree, head, repository);
  if ("ref" in saved) await keep(repository.tree, saved);
  records.journal = {
    schema: 1,
    id: isoSeconds(now()),
    program,
    repo: repository.tree.source,
    step: "begin",
    before: {
      head,
      files: saved.commit,
      tree: saved.tree,
      toplevel: toplevelAt(settings.currentSystem) ?? null,
      profile: toplevelAt(settings.profile) ?? null,
    },
    found: tree,
    pulled: null,
    activating: null,
    announced: [],
    beside: [],
  };
}

/** Notes each step in the journal before it begins, and how it ended. */
export class StepJournal implements StepWatch {
  /** The step that was begun last. */
  current = "begin";
  readonly ends: StepEnd[] = [];

  constructor(readonly run: UpgradeRun, readonly told: (record: StepEnd) => void = () => {}) {}

  begin(name: string, onlyLooks: boolean): void {
    if (this.run.stop?.aborted) throw new Failure(`stopped before the step "${name}"`);
    this.current = name;
    // Nobody has to know of it afterwards: there is nothing to undo.
    if (!onlyLooks) note(this.run, { step: name });
  }

  end(record: StepEnd): void {
    this.ends.push(record);
    this.told(record);
  }
}

/** Does all steps of a run, and what has to be done when one of them fails. */
export async function through(
  run: UpgradeRun,
  journal: StepJournal,
  steps: () => Promise<unknown>,
): Promise<Ending> {
  try {
    await steps();
    return run.stop?.aborted ? await endStopped(run, journal.current) : endWell(run);
  } catch (error) {
    const failure = asFailure(error);
    return run.stop?.aborted
      ? await endStopped(run, journal.current)
      : await endBadly(run, journal.current, failure);
  }
}

/** A program that failed where no step expected it is a failure of that step, not the end of all. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ProgramMissingError) {
    const hint = `install ${error.program} and put it on PATH`;
    return new Failure(error.message, { hint, cause: error });
  }
  const isOfProgram = error instanceof ProcessError || error instanceof ProgramStartError;
  if (isOfProgram) return new Failure(error.message, { cause: error });
  throw error;
}
