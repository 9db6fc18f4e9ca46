import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { Failure, usageFailure } from "../cli/failure.ts";
import { runSteps, type StepEnd } from "../cli/steps.ts";
import { underLock } from "../config/lock_repository.ts";
import { finishMove } from "../config/move.ts";
import { type Opened, openRepository } from "../config/repository.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { ProcessError } from "../host/process.ts";
import type { Status } from "../programs/git_status.ts";
import { toplevelAt } from "../programs/nix.ts";
import type { autoUpgradeOptions } from "./auto_upgrade.ts";
import { close, endBadly, type Ending, endWell } from "./end_run.ts";
import type { LastRun } from "./last_run_state.ts";
import { metricsText } from "./metrics.ts";
import { metricFacts, writeMetrics } from "./metrics_file.ts";
import { parseDuration, pausedUntil } from "./pause.ts";
import { note } from "./pull_upstream.ts";
import { Records } from "./records.ts";
import { recover } from "./recover.ts";
import { trackedTree, type UpgradeRun } from "./run.ts";
import { reboot, upgradeSteps } from "./steps.ts";
import { undoLastRun } from "./undo_last_run.ts";

type AutoUpgradeCall = Call<typeof autoUpgradeOptions>;

/** Does what `auto-upgrade` was called for. */
export async function runAutoUpgrade(call: AutoUpgradeCall): Promise<ExitCode> {
  const { options, report } = call;
  const chosen = [options.pause !== undefined, options.resume, options.undo].filter(Boolean);
  if (chosen.length > 1) throw usageFailure("--pause, --resume and --undo exclude each other");
  if (!options.stateDir.startsWith("/")) {
    throw usageFailure(`stateDir ${JSON.stringify(options.stateDir)} should be an absolute path`);
  }
  const records = new Records(options.stateDir, report);
  const duration = options.pause === undefined ? undefined : parseDuration(options.pause);
  if (duration !== undefined || options.resume) {
    const until = duration === undefined
      ? null
      : isoSeconds(new Date(now().getTime() + duration * 1000));
    records.host = { ...records.host, pausedUntil: until };
    report.answer(until === null ? "resumed" : `paused until ${until}`);
    return ExitCode.done;
  }
  const paused = pausedUntil(records.host, now());
  if (paused !== undefined && !options.undo && !options.dryRun) {
    report.answer(options.json ? JSON.stringify({ result: "paused", until: paused }) : paused);
    return ExitCode.done;
  }
  const { repository: { tree } } = await openRepository(options);
  // Whoever had the lock until now may have changed all of it.
  const work = async (): Promise<ExitCode> =>
    await upgrade(call, records, await openRepository(options));
  return options.dryRun ? await work() : await underLock(tree, "auto-upgrade", options.wait, work);
}

async function upgrade(
  call: AutoUpgradeCall,
  records: Records,
  { repository, status, isMoving }: Opened,
): Promise<ExitCode> {
  const { options, report } = call;
  const begun = (): UpgradeRun => ({
    settings: options,
    repository,
    records,
    report,
    action: options.action,
    noSwitch: options.noSwitch,
    warnings: [],
    head: "",
    tree: "",
    upstream: null,
    unwell: [],
  });
  if (options.dryRun) {
    await runSteps(upgradeSteps, begun(), { dryRun: true, report });
    return ExitCode.done;
  }
  const left = records.journal;
  if (left !== undefined) {
    const code = await recover(await placed(begun(), status), left);
    if (code !== undefined) return code;
  } else if (isMoving) await finishMove(repository.tree, repository);
  const found = left !== undefined || isMoving ? await repository.tree.status() : status;
  const run = await placed(begun(), found);
  if (options.undo) return await undoLastRun(run, call);
  await beginJournal(run, found);
  const { last, ending } = await through(run);
  if (options.metrics !== undefined) tellMetrics(options.metrics, run);
  if (options.json) report.answer(JSON.stringify(last, null, 2));
  else if (ending.code === ExitCode.done) report.answer(last.message);
  else report.error(last.message);
  if (ending.hint !== undefined) report.hint(ending.hint);
  if (run.reboots === true) await reboot(run);
  return ending.code;
}

/** Metrics that cannot be written are worth a line, and no more. */
function tellMetrics(path: string, { records, settings, report }: UpgradeRun): void {
  try {
    writeMetrics(path, metricsText(metricFacts(records, settings)));
  } catch (error) {
    report.warn(`cannot write metrics to ${path}: ${(error as Error).message}`);
  }
}

/** A run that knows where the files are, from a look at them. */
async function placed(run: UpgradeRun, status: Status): Promise<UpgradeRun> {
  const { tree } = run.repository;
  if (status.head === undefined) throw new Failure(`${tree.source} has no commit yet`);
  return { ...run, head: status.head, tree: await trackedTree(run.repository, status) };
}

async function beginJournal(
  { repository, records, settings, head, tree }: UpgradeRun,
  { changes }: Status,
): Promise<void> {
  records.journal = {
    schema: 1,
    id: isoSeconds(now()),
    program: "auto-upgrade",
    step: "begin",
    before: {
      head,
      files: head,
      tree: changes.length === 0 ? tree : (await repository.tree.snapshot()).tree,
      toplevel: toplevelAt(settings.currentSystem) ?? null,
      profile: toplevelAt(settings.profile) ?? null,
    },
    found: tree,
    pulled: null,
    activating: null,
  };
}

/** All steps, and what becomes of a failed one. */
async function through(
  run: UpgradeRun,
): Promise<{ readonly last: LastRun; readonly ending: Ending }> {
  const ends: StepEnd[] = [];
  let current = "begin";
  const watch = {
    begin: (name: string): void => {
      current = name;
      note(run, { step: name });
    },
    end: (record: StepEnd): void => {
      ends.push(record);
      if (record.outcome === "done") {
        run.report.info(`${record.name}: ${record.detail} (${record.seconds.toFixed(1)} s)`);
      }
    },
  };
  let ending: Ending;
  try {
    await runSteps(upgradeSteps, run, { dryRun: false, report: run.report, watch });
    ending = endWell(run);
  } catch (error) {
    ending = await endBadly(run, current, asFailure(error));
  }
  return { last: await close(run, ends, ending), ending };
}

/** A program that failed where no step expected it is a failure of that step, not the end of all. */
function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof ProcessError) return new Failure(error.message, { cause: error });
  throw error;
}
