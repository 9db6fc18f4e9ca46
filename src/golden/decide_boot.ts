import { elsewhere, rollBack } from "./decide_rollback.ts";
import {
  type Decision,
  type Effect,
  type Facts,
  isLost,
  isOnTrial,
  isOver,
  type Limits,
  nothing,
  say,
  type State,
} from "./decide_trial.ts";
import { rejectionOf } from "./rejected_state.ts";
import type { Golden } from "./golden_state.ts";
import { type Trial, withJudged } from "./trial_state.ts";

/** Early boot: an attempt opens, an earlier one that nobody judged is judged. */
export function decideCheck(state: State, facts: Facts, limits: Limits): Decision {
  const { trial } = state;
  if (isOver(state)) return over(state);
  // A soft-reboot runs the check again in the same boot.
  if (trial === undefined || isOf(trial, facts.bootId)) return nothing;
  const judged = judgeOpen(trial, facts, limits);
  if (!isOnTrial(state, facts)) return elsewhere(state, judged, facts, limits, undefined);
  if (isLost(judged, limits)) return rollBack(state, judged, facts, limits);
  const { bootId, now: since } = facts;
  const number = judged.failures + 1;
  return {
    effects: [
      { kind: "write-trial", trial: { ...judged, open: { bootId, since } } },
      say("info", `on trial: ${judged.target}, chance ${number} of ${limits.maxFailures}`),
    ],
    ending: "done",
  };
}

/** A clean stop before the validation does not count, a bounded number of times. */
export function decideClose({ trial }: State, facts: Facts): Decision {
  if (trial === undefined || trial.aborted || trial.open?.bootId !== facts.bootId) return nothing;
  return {
    effects: [
      { kind: "write-trial", trial: { ...trial, aborted: true } },
      say("info", `shut down before ${trial.target} could be validated: not counted`),
    ],
    ending: "done",
  };
}

/**
 * Whether the health of this boot decides anything. Looking at it takes a while, and a live switch
 * starts the validation as well.
 */
export function healthMatters(state: State, facts: Facts, limits: Limits): boolean {
  const { trial, golden } = state;
  const { booted, current, bootId } = facts;
  if (isOver(state) || booted !== current) return false;
  if (trial === undefined) return golden === undefined && limits.autoPin;
  if (!isOnTrial(state, facts)) return isLost(trial, limits) && booted === golden?.path;
  if (isLost(trial, limits)) return false;
  return trial.open?.bootId === bootId || !isOf(trial, bootId) || hasFailed(trial, bootId);
}

/** The boot is judged. */
export function decideValidate(
  state: State,
  { reason: unhealthy, unexamined = false }: {
    readonly reason: string | undefined;
    readonly unexamined?: boolean;
  },
  facts: Facts,
  limits: Limits,
): Decision {
  if (isOver(state)) {
    if (unhealthy === undefined) return over(state);
    return { effects: [...over(state).effects, notCounted(unhealthy, facts)], ending: "failed" };
  }
  if (state.trial === undefined) {
    return unexamined ? nothing : validateOutsideTrial(state, unhealthy, facts, limits);
  }
  const isOpen = state.trial.open?.bootId === facts.bootId;
  // Open since an earlier boot: the check, which would have judged it, did not run in this one.
  const trial = isOpen ? state.trial : judgeOpen(state.trial, facts, limits);
  if (!isOnTrial(state, facts)) {
    const decision = elsewhere(state, trial, facts, limits, unhealthy === undefined);
    if (unhealthy === undefined) return decision;
    return { ...decision, effects: [notCounted(unhealthy, facts), ...decision.effects] };
  }
  if (facts.current !== facts.booted) return liveSwitched(state.trial, isOpen, facts);
  if (isLost(trial, limits)) return rollBack(state, trial, facts, limits);
  if (!isOpen && isOf(trial, facts.bootId)) {
    const known = say("info", `this boot of ${trial.target} was judged before`);
    if (unhealthy === undefined) return { effects: [known], ending: "done" };
    // It was counted, and still runs: the reboot was refused, or not asked for.
    const again = hasFailed(trial, facts.bootId) ? [anotherChance(trial)] : [];
    return { effects: [known, ...again], ending: "failed" };
  }
  if (unhealthy !== undefined) return fail(state, trial, unhealthy, facts, limits);
  if (unexamined) return nothing;
  if (isOpen) return pass(state, trial, facts, limits);
  // Written down, so that the deadline of this boot finds it judged.
  const { bootId, now: time } = facts;
  const reason = "it is healthy, but golden-boot-check did not run in it";
  return {
    effects: [
      {
        kind: "write-trial",
        trial: withJudged(trial, { bootId, time, outcome: "passed", reason }),
      },
      say("warn", `${trial.target}: ${reason}; nothing is pinned`),
    ],
    ending: "done",
  };
}

/** What an interrupted pin has left to do. */
function over({ golden }: State): Decision {
  return { effects: [...rooting(golden), { kind: "remove-trial" }], ending: "done" };
}

/** The attempt that an earlier boot left behind, judged by how that boot ended. */
function judgeOpen(trial: Trial, { now: time }: Facts, limits: Limits): Trial {
  const { open, aborted } = trial;
  if (open === null) return trial;
  const { bootId } = open;
  return aborted && trial.neutral < limits.maxNeutral
    ? withJudged({ ...trial, neutral: trial.neutral + 1 }, {
      bootId,
      time,
      outcome: "neutral",
      reason: "it was shut down before it could be validated",
    })
    : withJudged({ ...trial, failures: trial.failures + 1 }, {
      bootId,
      time,
      outcome: "failed",
      reason: aborted
        ? "it was shut down before it could be validated, too often"
        : "it ended without a shutdown: a crash, a hang or a power cut",
    });
}

/** Whether a trial knows this boot already: it was marked, opened or judged in it. */
function isOf({ markedIn, open, history }: Trial, bootId: string): boolean {
  return markedIn === bootId || open?.bootId === bootId ||
    history.some((each) => each.bootId === bootId);
}

/** Whether this boot of a trial was judged, and failed. */
function hasFailed({ history }: Trial, bootId: string): boolean {
  return history.findLast((each) => each.bootId === bootId)?.outcome === "failed";
}

function anotherChance({ target }: Trial): Effect {
  return { kind: "reboot", reason: `${target} gets another chance` };
}

/** What runs is not what was booted, so that its health says nothing about the target. */
function liveSwitched(trial: Trial, isOpen: boolean, { current }: Facts): Decision {
  const text = `${current} went live in this boot: ${trial.target} is not judged by it`;
  return {
    effects: [
      ...(isOpen && !trial.aborted
        ? [{ kind: "write-trial", trial: { ...trial, aborted: true } } as const]
        : []),
      say("warn", text),
    ],
    ending: "done",
  };
}

function fail(
  state: State,
  trial: Trial,
  reason: string,
  facts: Facts,
  limits: Limits,
): Decision {
  const { bootId, now: time } = facts;
  const failed = withJudged(
    { ...trial, failures: trial.failures + 1 },
    { bootId, time, outcome: "failed", reason },
  );
  if (isLost(failed, limits)) return rollBack(state, failed, facts, limits);
  const message = `${trial.target} failed (${failed.failures} of ${limits.maxFailures}): ${reason}`;
  return {
    effects: [
      { kind: "write-trial", trial: failed },
      say("error", message),
      { kind: "notify", news: { event: "boot-failed", toplevel: trial.target, message } },
      anotherChance(trial),
    ],
    ending: "failed",
  };
}

function pass(state: State, trial: Trial, facts: Facts, limits: Limits): Decision {
  const { bootId, now: time, booted } = facts;
  const reason = "it is healthy, and that could not be recorded";
  const passed = withJudged(trial, { bootId, time, outcome: "passed", reason });
  const effects: readonly Effect[] = limits.autoPin
    ? [...pinning(state, goldenOf(facts)), { kind: "remove-trial" }]
    : [{ kind: "remove-trial" }, say("info", `${booted} passed; not pinned, as set`)];
  // A host that cannot pin must not count healthy boots as failures.
  return { effects, ending: "done", otherwise: [{ kind: "write-trial", trial: passed }] };
}

/** The first golden of a host: what it was booted with, when nothing else is about to be. */
function validateOutsideTrial(
  state: State,
  unhealthy: string | undefined,
  facts: Facts,
  limits: Limits,
): Decision {
  if (unhealthy !== undefined) {
    return { effects: [notCounted(unhealthy, facts)], ending: "failed" };
  }
  if (state.golden !== undefined || !limits.autoPin) return nothing;
  const { booted, current, profile, specialisation } = facts;
  if (booted === undefined || booted !== current || profile === undefined) return nothing;
  if (profile !== booted && profile !== specialisation?.parent) return nothing;
  if (rejectionOf(state.rejected, booted) !== undefined) return nothing;
  return { effects: pinning(state, goldenOf(facts)), ending: "done" };
}

/**
 * What pins: at each instant a root holds whatever golden.json names, so that no garbage collection
 * can come between. A pin that a crash cut short may have left the former one where the next is
 * protected, so that it is rooted for good first.
 */
export function pinning({ golden: former }: State, golden: Golden): Effect[] {
  const message = `golden is now ${golden.path}`;
  return [
    ...rooting(former),
    { kind: "protect", path: golden.path },
    { kind: "write-golden", golden },
    { kind: "release-former" },
    say("info", message),
    { kind: "notify", news: { event: "pinned", toplevel: golden.path, message } },
  ];
}

/** What gives golden its root for good, however the last pin ended. */
export function rooting(golden: Golden | undefined): Effect[] {
  if (golden === undefined) return [];
  return [{ kind: "protect", path: golden.path }, { kind: "release-former" }];
}

function goldenOf({ booted, specialisation, generation, now, bootId }: Facts): Golden {
  return {
    schema: 1,
    path: booted as string,
    parent: specialisation?.parent ?? null,
    specialisation: specialisation?.name ?? null,
    generation,
    pinnedAt: now,
    bootId,
  };
}

function notCounted(unhealthy: string, { booted }: Facts): Effect {
  return say("error", `${booted} is not healthy: ${unhealthy}; it is not on trial, not rebooting`);
}
