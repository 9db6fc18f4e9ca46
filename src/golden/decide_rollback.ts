import {
  type Decision,
  type Effect,
  type Facts,
  isLost,
  type Limits,
  say,
  type State,
} from "./decide_trial.ts";
import { rejectionOf, withRejected } from "./rejected_state.ts";
import { type Trial, withHistory } from "./trial_state.ts";

/**
 * The target is booted and lost: golden takes its place. The counter is durable before anything is
 * done, so that no crash can make the tries endless. All that happens in one boot is one try: where
 * the reboot was refused, or somebody runs the validation once more, it is only taken up again.
 */
export function rollBack(state: State, trial: Trial, facts: Facts, limits: Limits): Decision {
  const { golden } = state;
  if (golden === undefined || facts.goldenTrouble !== undefined) {
    return exhausted(trial, facts.goldenTrouble ?? "nothing is golden");
  }
  const isTaken = trial.rolledBackIn === facts.bootId;
  if (!isTaken && trial.rollbackTries >= limits.maxRollbackTries) {
    return exhausted(trial, `the rollback was tried ${trial.rollbackTries} times in vain`);
  }
  if (facts.loader.kind === "unreachable") {
    return {
      effects: [
        ...(trial === state.trial ? [] : [{ kind: "write-trial", trial } as const]),
        say("error", `cannot roll back now: ${facts.loader.reason}; not rebooting blindly`),
      ],
      ending: "failed",
    };
  }
  const message = `rolling back to ${golden.path}: ${whyLost(trial)}`;
  const begun: Effect[] = [
    { kind: "write-trial", trial: begin(trial, facts) },
    say("error", message),
    { kind: "notify", news: { event: "rolling-back", toplevel: trial.target, message } },
  ];
  return {
    effects: [
      ...(isTaken ? [say("error", `${message}, once more`)] : begun),
      ...install(golden.path),
      { kind: "reboot", reason: `rolled back to ${golden.path}` },
    ],
    ending: "rolled-back",
  };
}

function begin(trial: Trial, { bootId }: Facts): Trial {
  const rollbackTries = trial.rollbackTries + 1;
  return { ...trial, phase: "rollback", rollbackTries, rolledBackIn: bootId };
}

/**
 * Another generation than the target is booted: from the loader's menu, by its own fallback, or
 * after the rollback. Nothing is counted and nothing reboots here. `validated` says whether this
 * boot was judged healthy; undefined in early boot, where the trial stays for the validation.
 */
export function elsewhere(
  state: State,
  before: Trial,
  facts: Facts,
  limits: Limits,
  validated: boolean | undefined,
): Decision {
  const { golden } = state;
  let trial = before;
  if (facts.loaderGaveUp && !isLost(trial, limits)) {
    const { now: time, bootId } = facts;
    const reason = "it never got as far as the check, and the boot loader gave up on it";
    trial = withHistory(
      { ...trial, failures: limits.maxFailures },
      { bootId, time, outcome: "failed", reason },
    );
  }
  const written: Effect[] = trial === state.trial ? [] : [{ kind: "write-trial", trial }];
  const stay = (...effects: Effect[]): Decision => ({
    effects: [...written, ...effects],
    ending: validated === false ? "failed" : "done",
  });
  if (!isLost(trial, limits) && validated !== undefined && wasUndone(trial, facts)) {
    const text = `${trial.target} is not what boots next: it is not on trial any longer`;
    return stay({ kind: "remove-trial" }, say("info", text));
  }
  if (!isLost(trial, limits)) {
    return stay(
      say(
        "info",
        `on trial is ${trial.target}, booted is ${facts.booted ?? "unknown"}: not counted`,
      ),
    );
  }
  if (golden === undefined || facts.goldenTrouble !== undefined) {
    const why = facts.goldenTrouble ?? "nothing is golden";
    return stay(say("error", `${trial.target} failed and cannot be replaced: ${why}`));
  }
  if (facts.loader.kind === "unreachable") {
    const text = `cannot make ${golden.path} the default now: ${facts.loader.reason}`;
    return stay(say(validated === undefined ? "warn" : "error", text));
  }
  const finish = facts.booted === golden.path ? completed(state, trial, facts, validated) : [];
  if (isDefault(golden.path, facts)) {
    return stay(...finish, ...(finish.length > 0 ? [] : [otherIsBooted(golden.path, facts)]));
  }
  const next: Trial = { ...trial, phase: "rollback" };
  return {
    effects: [
      { kind: "write-trial", trial: next },
      say("error", `making ${golden.path} the default: ${whyLost(trial)}`),
      ...install(golden.path),
      ...finish,
    ],
    ending: validated === false ? "failed" : "done",
  };
}

/** Put on trial in an earlier boot, and then not deployed: a check or the installation failed. */
function wasUndone(trial: Trial, facts: Facts): boolean {
  const { markedIn, open, failures, neutral } = trial;
  return markedIn !== facts.bootId && open === null && failures === 0 && neutral === 0 &&
    facts.booted !== undefined && isDefault(facts.booted, facts);
}

/** The rollback is complete: the target is refused from now on, and after the validation forgotten. */
function completed(
  state: State,
  trial: Trial,
  facts: Facts,
  validated: boolean | undefined,
): Effect[] {
  const message = `back on golden ${facts.booted}: ${trial.target} is rejected, ${whyLost(trial)}`;
  const health = validated === false
    ? [say("error", `golden ${facts.booted} is not healthy either: staying up, not rebooting`)]
    : [];
  return [
    ...rejecting(state, trial, facts),
    ...(validated === undefined ? [say("warn", message)] : [
      ...health,
      {
        kind: "notify",
        news: { event: "rolled-back", toplevel: trial.target, message },
      } as const,
      { kind: "remove-trial" } as const,
    ]),
  ];
}

/** What makes the target of a lost trial refused; nothing when it is already. */
export function rejecting(state: State, trial: Trial, facts: Facts): Effect[] {
  if (rejectionOf(state.rejected, trial.target) !== undefined) return [];
  const rejection = { path: trial.target, time: facts.now, reason: whyLost(trial) };
  return [{ kind: "write-rejected", rejected: withRejected(state.rejected, rejection) }];
}

/** Profile, loader, and a look at what came of it. */
export function install(path: string): Effect[] {
  return [
    { kind: "set-profile", path },
    { kind: "install-loader", path },
    { kind: "verify-default", path },
  ];
}

/** Whether the next boot will be this toplevel, and the next rebuild starts from it. */
export function isDefault(path: string, { profile, loader }: Facts): boolean {
  return profile === path && (loader.kind === "none" || sameLoader(path, loader));
}

function sameLoader(path: string, loader: Facts["loader"]): boolean {
  return loader.kind === "known" && loader.path === path;
}

function exhausted(trial: Trial, why: string): Decision {
  const message = `${trial.target} failed and cannot be replaced: ${why}; staying up`;
  const effects: Effect[] = [say("error", message)];
  if (trial.phase !== "exhausted") {
    effects.unshift({ kind: "write-trial", trial: { ...trial, phase: "exhausted" } });
    effects.push({
      kind: "notify",
      news: { event: "exhausted", toplevel: trial.target, message },
    });
  }
  return { effects, ending: "failed" };
}

function whyLost({ failures, history, phase }: Trial): string {
  const last = history.findLast((each) => each.outcome === "failed")?.reason;
  if (last === undefined) return phase === "rollback" ? "rolled back by hand" : "it failed";
  return `${failures} failed ${failures === 1 ? "boot" : "boots"}, the last: ${last}`;
}

function otherIsBooted(golden: string, { booted }: Facts): Effect {
  return say("info", `golden ${golden} is the default, booted is ${booted}`);
}
