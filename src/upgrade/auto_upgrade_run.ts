import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { type Failure, usageFailure } from "../cli/failure.ts";
import { runSteps } from "../cli/steps.ts";
import { type Opened, openRepository } from "../config/repository.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { hostName } from "../host/environment.ts";
import type { Status } from "../programs/git_status.ts";
import type { autoUpgradeOptions } from "./auto_upgrade.ts";
import { close, closeRefused } from "./end_run.ts";
import { tellMetrics } from "./metrics_file.ts";
import { parseDuration, pausedUntil } from "./pause.ts";
import { Records } from "./records.ts";
import type { UpgradeRun } from "./run.ts";
import { alone, beginJournal, StepJournal, through } from "./session.ts";
import { reboot, upgradeSteps } from "./steps.ts";
import { undoLastRun } from "./undo_last_run.ts";

const program = "auto-upgrade";

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
    report.answer(
      options.json
        ? JSON.stringify({ result: "paused", until: paused })
        : `paused until ${paused}; --resume ends that`,
    );
    return ExitCode.done;
  }
  const begin = ({ repository }: Opened): UpgradeRun => ({
    settings: options,
    repository,
    records,
    report,
    program,
    action: options.action,
    noSwitch: options.noSwitch,
    byPerson: false,
    warnings: [],
    head: "",
    tree: "",
    upstream: null,
    unwell: [],
  });
  if (options.dryRun) {
    if (paused !== undefined) report.info(`paused until ${paused}: nothing would be done before`);
    await runSteps(upgradeSteps, begin(await openRepository(options)), { dryRun: true, report });
    return ExitCode.done;
  }
  const run = { records, settings: options, report, program };
  // A person who wants an upgrade undone is there to see why not.
  const refused = async (failure: Failure): Promise<void> => {
    await closeRefused(run, options.host ?? hostName(), failure);
    tellMetrics(run);
  };
  return await alone(
    { program, settings: options, records, begin, ...(options.undo ? {} : { refused }) },
    async (run, found) => await upgrade(call, run, found),
  );
}

async function upgrade(
  call: AutoUpgradeCall,
  run: UpgradeRun,
  found: Status,
): Promise<ExitCode> {
  const { options, report } = call;
  if (options.undo) return await undoLastRun(run, call);
  await beginJournal(run, found);
  const journal = new StepJournal(run, ({ name, outcome, detail, seconds }) => {
    if (outcome === "done") report.info(`${name}: ${detail} (${seconds.toFixed(1)} s)`);
  });
  const ending = await through(
    run,
    journal,
    () => runSteps(upgradeSteps, run, { dryRun: false, report, watch: journal }),
  );
  const last = await close(run, journal.ends, ending);
  tellMetrics(run);
  if (options.json) report.answer(JSON.stringify(last, null, 2));
  else if (ending.code === ExitCode.done) report.answer(last.message);
  else report.error(last.message);
  if (ending.hint !== undefined) report.hint(ending.hint);
  if (run.reboots === true) await reboot(run);
  return ending.code;
}
