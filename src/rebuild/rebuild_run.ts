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
  type SessionSettings,
  StepJournal,
  through,
} from "../upgrade/session.ts";
import { phasesOf } from "./phases.ts";
import type { RebuildOptions, rebuildSmartOptions } from "./rebuild.ts";
import { numbered, rollBackTo } from "./rollback.ts";
import type { RebuildRun } from "./run.ts";
import { type EndedPhase, runPhases } from "./run_phases.ts";
import { plannedReport, reportOf, summaryRows } from "./summary.ts";

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
    : phaseList(program, phasesOf(options).map(({ name }) => name), report, !options.dryRun);
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
  const begin = ({ repository }: Pick<Opened, "repository">): RebuildRun => {
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
      mayKill: false,
      inputsBefore: [],
      updated: [],
      runsBefore: toplevelAt(options.currentSystem),
      changes: { dotfiles: [], inputs: [], packages: [], failedUnits: [] },
    };
    // From here on a signal is this run's to hear, also while an earlier one is brought to its end.
    onSignal((signal, leave) => heard(run, stop, signal, leave));
    return run;
  };
  if (options.dryRun) {
    const { repository, status } = await openRepository(settings);
    const run = { ...begin({ repository }), head: status.head ?? "" };
    onSignal((_, leave) => leave());
    const ends: EndedPhase[] = [];
    await runPhases(run, ends);
    if (options.json) report.answer(JSON.stringify(plannedReport(run, ends), null, 2));
    return ExitCode.done;
  }
  // Looked up before an earlier run is brought to its end, which may add to the list.
  const target = number === undefined ? undefined : numbered(records, options, number);
  return await alone({ program, settings, records, begin }, async (run, found) => {
    if (options.rollback) return await rollBackTo(run, target);
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
  // What is cut off while it moves files or activates a system leaves a host half-way: it comes to
  // its end, and is then undone.
  if (run.mayKill && run.isVital !== true) {
    run.report.warn("stopping");
    killRunning();
  } else {
    run.report.warn("stopping once what is under way has ended; a second signal ends this at once");
  }
}

async function rebuild(
  run: RebuildRun,
  found: Status,
  tail: readonly string[],
): Promise<ExitCode> {
  const { list, options } = run;
  await beginJournal(run, found);
  if (!options.commitAfterRebuild) run.holdsBack = "committing is turned off";
  else if (!options.pushAfterRebuild) run.holdsBack = "as asked";
  const ends: EndedPhase[] = [];
  const journal = new StepJournal(run);
  const ending = await through(run, journal, async () => {
    run.mayKill = true;
    try {
      await runPhases(run, ends, journal);
    } finally {
      // It may have been begun early, and nothing is undone beside it.
      await run.capture;
      run.mayKill = false;
    }
  });
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
