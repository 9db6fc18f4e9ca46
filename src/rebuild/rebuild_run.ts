import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { type PhaseList, phaseList } from "../terminal/phase_list.ts";
import type { Report } from "../cli/report.ts";
import { tableLines } from "../terminal/summary_table.ts";
import { type Opened, openRepository } from "../config/repository.ts";
import { monotonic } from "../host/clock.ts";
import { killRunning } from "../host/process.ts";
import { terminalSize } from "../host/terminal.ts";
import { toplevelAt } from "../programs/nix.ts";
import type { Status } from "../programs/git_status.ts";
import { whyFailed } from "../upgrade/bound_command.ts";
import { close, type Ending } from "../upgrade/end_run.ts";
import type { LastRun } from "../upgrade/last_run_state.ts";
import { tellMetrics } from "../upgrade/metrics_file.ts";
import { Records } from "../upgrade/records.ts";
import type { UpgradeSettings } from "../upgrade/run.ts";
import {
  alone,
  beginJournal,
  placed,
  type SessionSettings,
  StepJournal,
  through,
} from "../upgrade/session.ts";
import { phases } from "./phases.ts";
import type { RebuildOptions, rebuildSmartOptions } from "./rebuild.ts";
import { rollBackTo } from "./rollback.ts";
import type { RebuildRun } from "./run.ts";
import { type EndedPhase, runPhases } from "./run_phases.ts";
import { reportOf, summaryRows } from "./summary.ts";

const program = "rebuild-smart";

/** Milliseconds within which a signal that comes twice is one. */
const echo = 1000;

/** How many lines of a failed build are shown. */
const tailLength = 25;

type RebuildCall = Call<typeof rebuildSmartOptions>;

/** Rolls back, or goes through the phases, and shows them. */
export async function runListed(call: RebuildCall, number: number | undefined): Promise<ExitCode> {
  const { options, report } = call;
  const list = options.rollback
    ? unlisted(report)
    : phaseList(program, phases.map(({ name }) => name), report, !options.dryRun);
  try {
    return await listed(call, list, number);
  } finally {
    list.close();
  }
}

/** For what has no phases. */
function unlisted(report: Report): PhaseList {
  const nothing = (): void => {};
  return { report, begin: nothing, hear: nothing, end: nothing, rest: nothing, close: nothing };
}

async function listed(
  { options, onSignal }: RebuildCall,
  list: PhaseList,
  number: number | undefined,
): Promise<ExitCode> {
  const { report } = list;
  const settings = settingsOf(options);
  const records = new Records(options.stateDir, report, options.dryRun);
  const stop = new AbortController();
  const tail: string[] = [];
  const begin = ({ repository }: Opened): RebuildRun => {
    const run: RebuildRun = {
      settings,
      options,
      repository,
      records,
      report,
      list,
      program,
      action: "switch",
      noSwitch: false,
      byPerson: true,
      isDry: options.dryRun,
      stop: stop.signal,
      hear: (line) => {
        tail.splice(0, tail.length - tailLength + 1);
        tail.push(line);
        list.hear(line);
      },
      beforeMove: async () => void await run.capture,
      warnings: [],
      head: "",
      tree: "",
      upstream: null,
      unwell: [],
      inputs: [],
      stale: [],
      stopped: -Infinity,
      runsBefore: toplevelAt(options.currentSystem),
      changes: { dotfiles: [], inputs: [], packages: [], failedUnits: [] },
    };
    return run;
  };
  if (options.dryRun) {
    const opened = await openRepository(settings);
    await runPhases(await placed(begin(opened), opened.status), []);
    return ExitCode.done;
  }
  return await alone(program, settings, begin, async (run, found) => {
    onSignal((signal, leave) => heard(run, stop, signal, leave));
    if (options.rollback) return await rollBackTo(run, number);
    return await rebuild(run, found, tail);
  });
}

/** What the steps of an upgrade go by, as a person's rebuild wants them. */
function settingsOf(options: RebuildOptions): UpgradeSettings & SessionSettings {
  return {
    ...options,
    preUpdateHooks: options.hooks.pre,
    updateInputs: [],
    hostCanCommitConfig: options.commitAfterRebuild,
    // A person reboots when it suits them.
    rebootPolicy: "never",
    rebootWindow: undefined,
    rebootCommand: [],
  };
}

/**
 * A lost terminal does not stop a rebuild. The first other signal ends it in order, the second one at
 * once: its journal stays, and the next run brings it to an end.
 */
function heard(
  run: RebuildRun,
  stop: AbortController,
  signal: string,
  leave: () => never,
): void {
  if (signal === "SIGHUP") return;
  if (stop.signal.aborted) {
    // A signal to the whole group that a parent passes on as well comes twice, and is meant once.
    if (monotonic() - run.stopped < echo) return;
    run.list.close();
    leave();
  }
  run.stopped = monotonic();
  stop.abort(signal);
  // An activation that is cut off leaves a host half-way: it comes to its end, and is then undone.
  const isGoingBack = ["roll-back", "undo"].includes(run.records.journal?.step ?? "");
  if (run.isSwitching || isGoingBack) {
    run.report.warn("stopping once the activation has ended; a second signal ends this at once");
  } else {
    run.report.warn("stopping");
    killRunning();
  }
}

async function rebuild(
  run: RebuildRun,
  found: Status,
  tail: readonly string[],
): Promise<ExitCode> {
  const { list, options } = run;
  await beginJournal(run, found);
  if (!options.pushAfterRebuild) run.holdsBack = "as asked";
  const ends: EndedPhase[] = [];
  const journal = new StepJournal(run);
  const ending = await through(run, journal, async () => await runPhases(run, ends, journal));
  const isBuild = ending.code !== ExitCode.done && journal.current === "build";
  if (isBuild) { for (const line of tail) run.report.info(`  ${line}`); }
  const last = await close(run, journal.ends, ending);
  list.close();
  tellMetrics(run);
  tell(run, list.report, { ending, last, ends });
  await runPostHooks(run, last);
  return ending.code;
}

function tell(
  run: RebuildRun,
  report: Report,
  { ending, last, ends }: {
    readonly ending: Ending;
    readonly last: LastRun;
    readonly ends: readonly EndedPhase[];
  },
): void {
  if (run.options.json) {
    report.answer(JSON.stringify(reportOf(run, last, ends), null, 2));
  } else {
    const columns = terminalSize()?.columns ?? 0;
    for (const line of tableLines(summaryRows(run, last, ends), columns)) report.answer(line);
  }
  if (ending.code === ExitCode.needsPerson && isLive(last)) {
    report.error("done, but for what a person has to decide: see the warnings");
  } else if (ending.code !== ExitCode.done) report.error(last.message);
  if (ending.hint !== undefined) report.hint(ending.hint);
  if (ending.code === ExitCode.rolledBack) {
    report.hint("mend what failed and run this again; `upgrade-status` tells what runs");
  }
}

/** Whether the system is what it should be. */
function isLive({ result }: LastRun): boolean {
  return ["upgraded", "unchanged", "reboot-pending"].includes(result);
}

/** A person's own commands, told by their environment how it ended. */
async function runPostHooks(
  { options, report }: RebuildRun,
  { result, exitCode, message }: LastRun,
): Promise<void> {
  const env = {
    HOLDFAST_RESULT: result,
    HOLDFAST_EXIT_CODE: String(exitCode),
    HOLDFAST_MESSAGE: message,
  };
  for (const hook of options.hooks.post) {
    const why = await whyFailed(hook, {}, { env });
    if (why !== undefined) report.warn(`hook ${hook.argv.join(" ")}: ${why}`);
  }
}
