import { confirmOnTerminal } from "../terminal/ask.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { Failure } from "../cli/failure.ts";
import type { PhaseEnd } from "../terminal/phase_list.ts";
import { runSteps } from "../cli/steps.ts";
import { movingRef } from "../config/moving_ref.ts";
import { monotonic } from "../host/clock.ts";
import { warn } from "../upgrade/run.ts";
import { asFailure, type StepJournal } from "../upgrade/session.ts";
import { type Phase, phasesOf } from "./phases.ts";
import type { RebuildRun } from "./run.ts";

/** How a phase ended, for the report. */
export interface EndedPhase extends PhaseEnd {
  readonly name: string;
}

/**
 * Does one phase after the other.
 *
 * @throws {Failure} when one that is fatal fails, or the run was told to stop
 */
export async function runPhases(
  run: RebuildRun,
  ends: EndedPhase[],
  journal?: StepJournal,
): Promise<void> {
  for (const phase of phasesOf(run.options)) {
    const started = monotonic();
    const end = (outcome: PhaseEnd["outcome"], detail: string): void => {
      const ended = { outcome, detail, seconds: (monotonic() - started) / 1000 };
      ends.push({ name: phase.name, ...ended });
      run.list.end(phase.name, ended);
    };
    const skipped = phase.skip?.(run) ?? await declined(run, phase);
    if (skipped !== undefined) {
      end("skipped", skipped);
      continue;
    }
    run.list.begin(phase.name);
    const warned = run.warnings.length;
    try {
      const records = await runSteps(phase.steps, run, {
        dryRun: run.isDry,
        report: run.report,
        ...(journal === undefined ? {} : { watch: journal }),
      });
      const isSkipped = records.every(({ outcome }) => outcome === "skipped");
      const idle = isSkipped
        ? [...new Set(records.map(({ detail }) => detail))].join("; ")
        : run.isDry
        ? undefined
        : phase.idle?.(run);
      if (idle !== undefined) end("skipped", idle);
      else if (run.isDry) end("planned", "");
      else end(run.warnings.length > warned ? "warned" : "done", phase.tell?.(run) ?? "");
    } catch (error) {
      const failure = asFailure(error);
      if (phase.isFatal || run.stop?.aborted || await isHalfway(run)) {
        end("failed", failure.message);
        throw failure;
      }
      warn(run, `${phase.name}: ${failure.message}; going on without it`);
      if (failure.hint !== undefined) run.report.hint(failure.hint);
      if (failure.code === ExitCode.needsPerson) run.needsPerson = true;
      end("warned", failure.message);
    }
  }
}

/** Whether files were left between two commits: nothing may be built from that. */
async function isHalfway({ repository: { tree } }: RebuildRun): Promise<boolean> {
  return await tree.commitId(movingRef) !== undefined;
}

/** Why a person does not want a phase; nothing when they do, or nobody is asked. */
async function declined(run: RebuildRun, phase: Phase): Promise<string | undefined> {
  const { options, list, isDry } = run;
  if (!options.interactive || isDry) return undefined;
  const lines = await previewed(run, phase);
  list.rest();
  for (const line of lines) run.report.info(`  ${line}`);
  const said = await confirmOnTerminal(`${phase.name}?`);
  if (said === "yes") return undefined;
  if (phase.isFatal || said === "cancel") {
    const stands = run.isWell ? "what is live stays" : "nothing went live";
    throw new Failure(`${phase.name} was declined; ${stands}`);
  }
  return "declined";
}

/** What a phase is about to apply. That it cannot be shown is no reason not to ask. */
async function previewed(run: RebuildRun, phase: Phase): Promise<readonly string[]> {
  try {
    return await phase.preview?.(run) ?? [];
  } catch (error) {
    return [`it cannot be shown: ${asFailure(error).message}`];
  }
}
