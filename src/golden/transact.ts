import { ExitCode } from "../cli/exit_code.ts";
import { decide } from "./decide_event.ts";
import {
  type Decision,
  type Effect,
  type Event,
  type Limits,
  looksAtLoader,
} from "./decide_trial.ts";
import { observe } from "./facts.ts";
import { type Means, perform } from "./perform.ts";
import { loadState } from "./state_files.ts";
import { lockState } from "./state_lock.ts";

/** Observe, decide, act, with nobody in between: what an event leads to, done. */
export async function transact(
  event: Event,
  means: Means,
  limits: Limits,
  patience?: number,
): Promise<ExitCode> {
  const { settings, report } = means;
  using _lock = await lockState(settings.stateDir, patience);
  const { state, isWhole } = loadState(settings.stateDir, settings.bootId, report);
  const facts = await observe(settings, state, {
    loader: (booted) => looksAtLoader(state, event, booted, limits),
    // Only what becomes golden is called by its number.
    generation: event.kind === "validate",
  });
  const decision = decide(state, event, facts, limits);
  const failure = await perform(isWhole ? decision : withoutReboot(decision), means);
  const code = exitCode(decision, failure?.failed);
  // A unit that found corrupt state shows up as failed, so that somebody looks.
  return code === ExitCode.done && !isWhole ? ExitCode.failed : code;
}

/** What is decided upon a state of which a part was corrupt never reboots. */
function withoutReboot(decision: Decision): Decision {
  return { ...decision, effects: decision.effects.filter(({ kind }) => kind !== "reboot") };
}

/** How a decision ended, for a unit or a script. */
export function exitCode({ ending }: Decision, failed: Effect | undefined): ExitCode {
  if (failed !== undefined) {
    return ending === "rolled-back" && failed.kind !== "write-trial"
      ? ExitCode.rollbackFailed
      : ExitCode.failed;
  }
  switch (ending) {
    case "done":
      return ExitCode.done;
    case "failed":
      return ExitCode.failed;
    case "refused":
      return ExitCode.needsPerson;
    case "rolled-back":
      return ExitCode.rolledBack;
  }
}
