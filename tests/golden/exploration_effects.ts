import { defaultOf, isOf, isTried, type Question, type Rules } from "./exploration_decisions.ts";
import type { Script, Step } from "./exploration_script.ts";
import { none, Pinned, sketchOf, unknown, Urge, Verdict, type World } from "./exploration_world.ts";

/** What must never happen, by the names that docs and reports use. */
export const invariants = {
  I1: "a mark leads to a bounded number of reboots",
  I2: "only a boot of what is on trial is rebooted",
  I3: "no rollback, and no count, before enough boots really failed",
  I4: "what is golden was healthy in a boot of its own, or a person vouched for it",
  I5: "without a trial that can be read nothing reboots",
  I6: "a rollback is complete only when loader, profile and golden agree",
  I7: "a mark leads to a bounded number of attempts",
  I8: "a reboot comes after a counter that is durable",
  I9: "a root holds what golden.json names, at each instant",
  I10: "whatever fails, the host comes to rest; what is healthy is pinned",
  I11: "a decision that does not look at the loader does not depend on it",
  I12: "nothing becomes golden and rejected at once by the machine",
  I13: "where the health of a boot is not looked at, nothing is done that depends on it",
  I14: "a loader that cannot be reached is not touched, and nothing is spent on it",
  I15: "what failed is refused from then on, until a person insists",
} as const;

/** The name of an invariant. */
export type Invariant = keyof typeof invariants;

/** Who does something, and on what grounds. */
export interface Act {
  readonly kind: Question["kind"];
  /** The world when the decision was taken. */
  readonly before: World;
}

/** Receives a world that can come next, and in words how. */
export type Emit = (w: World, how: string) => void;

/** Carries out decisions, with each failure and crash that can come between. */
export class Effects {
  /** What was violated since it was last emptied. */
  readonly violated = new Set<Invariant>();

  constructor(readonly rules: Rules) {}

  /** All that can become of a script; `done` receives the world where nothing went wrong. */
  explore(script: Script, w: World, act: Act, emit: Emit, done: Emit = emit): void {
    this.#run(script.steps, w, act, emit, done, script.otherwise);
  }

  /** What becomes of a script when nothing goes wrong, and whether it ended in a reboot. */
  succeed(script: Script, w: World, act: Act): { readonly w: World; readonly rebooted: boolean } {
    let last = w;
    for (const step of script.steps) {
      const next = this.#apply(step, last, act);
      if (next === undefined) return this.#fallBack(script, last, act);
      last = next;
    }
    return { w: last, rebooted: script.steps.at(-1)?.kind === "reboot" };
  }

  #fallBack(script: Script, w: World, act: Act): { readonly w: World; readonly rebooted: boolean } {
    const last = script.otherwise.reduce((at, step) => this.#apply(step, at, act) ?? at, w);
    return { w: last, rebooted: false };
  }

  #run(
    steps: readonly Step[],
    w: World,
    act: Act,
    emit: Emit,
    done: Emit,
    otherwise: readonly Step[] | undefined,
  ): void {
    // What really happened is not forgotten with a trial that comes back.
    const emitPlain: Emit = (each, how) => emit(each.trial === 0 ? withoutTrial(each) : each, how);
    // What follows an effect is the same as what comes before the next: it is told once.
    const isNew = (next: World): boolean => next !== last || this.violated.size > 0;
    let last = w;
    if (steps[0] !== undefined) emit(w, steps[0].words.before);
    for (const [at, step] of steps.entries()) {
      const { words, kind } = step;
      // When the one thing to write cannot be written, nothing can be done about it.
      const canFail = otherwise !== undefined &&
        (otherwise.length > 0 || act.kind === "healthy" && kind !== "write-trial");
      const next = this.#apply(step, last, act);
      if (canFail) this.#run(otherwise, last, act, emit, emit, undefined);
      if (next === undefined) return;
      if (isNew(next)) emit(next, words.after);
      if (canFail && next !== last) {
        // It reports a failure although it is done, as a rename does whose directory is not synced.
        const late = { ...next, ...truthOf(last) };
        this.#run(otherwise, late, act, emitPlain, emitPlain, undefined);
      }
      // A loader that takes the request and does not care.
      if (kind === "install-loader" && next !== last) {
        this.#run(steps.slice(at + 1), last, act, emit, emit, otherwise);
      }
      last = next;
    }
    const end = ended(last, act);
    if (done !== emit || steps.length === 0 || end !== last) done(end, "all is done");
  }

  /** One effect; `undefined` when it cannot succeed. */
  #apply({ kind, value }: Step, w: World, act: Act): World | undefined {
    const isByHand = act.kind === "roll-back" || act.kind === "pin";
    const isAutomatic = !isByHand && act.kind !== "mark";
    switch (kind) {
      case "write-trial":
        return this.#writeTrial(value, w, act);
      case "remove-trial": {
        const isPinned = w.golden === w.booted && act.kind === "healthy";
        const isPassed = isPinned || act.kind === "healthy" && !this.rules.limits.autoPin;
        const isDone = isLeftOver(w) || isPassed && isOpen(act.before) || this.#isUndone(w);
        if (isAutomatic && !isDone) this.#demandComplete(w);
        if (act.kind !== "pin" && !isDone) this.#demandRejected(w);
        return withoutTrial(w);
      }
      case "write-rejected": {
        const added = value & ~w.rejected;
        if (isAutomatic && added !== 0) {
          this.#demandFailures(w);
          this.#demandComplete(w);
        }
        if (!isByHand && w.golden !== none && (added >> w.golden & 1) === 1) {
          this.violated.add("I12");
        }
        return { ...w, rejected: value };
      }
      case "protect":
        // Only one toplevel beside golden's own root can be held.
        if (w.unreleased === 1 && value !== w.golden) this.violated.add("I9");
        return w;
      case "write-golden":
        return this.#writeGolden(value, w, act);
      case "release-former":
        return { ...w, unreleased: 0 };
      case "set-profile":
        if (isAutomatic) this.#demandFailures(w);
        return { ...w, profile: value };
      case "install-loader":
        if (isAutomatic) this.#demandFailures(w);
        return this.rules.hasLoader ? { ...w, loader: value } : w;
      case "verify-default":
        return w.profile === value && defaultOf(w, this.rules) === value ? w : undefined;
      case "reboot":
        if (isByHand) this.#demandComplete(w);
        return isByHand ? w : this.#reboot(w, act);
    }
  }

  #writeTrial(code: number, w: World, act: Act): World {
    const trial = sketchOf(code);
    const before = w.trial === 0 ? undefined : sketchOf(w.trial);
    const isSameAttempt = trial.open === "earlier" || w.pinned !== Pinned.inAttempt;
    const isCounted = w.urge === Urge.none && countersOf(code) > countersOf(w.trial);
    const written = {
      ...w,
      trial: code,
      pinned: isSameAttempt ? w.pinned : Pinned.else,
      urge: isCounted ? Urge.counted : w.urge,
    };
    if (act.kind === "mark") {
      if (before?.target !== trial.target && !isLeftOver(w)) this.#demandRejected(w);
      return { ...written, ...unknown };
    }
    if (act.kind === "roll-back") {
      const verdict = trial.open === "here" ? w.verdict : Verdict.none;
      if (before?.target === trial.target) return { ...written, justified: 1, verdict };
      return { ...written, ...unknown, justified: 1 };
    }
    if (trial.phase !== "pending" && before?.phase === "pending") this.#demandFailures(w);
    if (act.kind === "check" && trial.open === "here") {
      // Of two openings in one boot both count: there should be only one.
      const opened = w.opened + 1;
      if (opened > this.rules.limits.maxFailures + this.rules.limits.maxNeutral) {
        this.violated.add("I7");
      }
      return { ...written, opened: Math.min(opened, 7), verdict: Verdict.open };
    }
    if (w.verdict === Verdict.open && trial.open === "here" && trial.aborted) {
      return { ...written, verdict: Verdict.closed };
    }
    if (act.kind === "healthy" && trial.judgedHere !== "no") {
      const opened = w.opened - Number(isOpen(act.before));
      return { ...written, opened, verdict: Verdict.passed };
    }
    return written;
  }

  #writeGolden(value: number, w: World, act: Act): World {
    const golden = value % none;
    const pinned = Math.floor(value / none);
    if (act.kind !== "pin") {
      const isProven = act.kind === "healthy" && golden === w.booted && w.switched === 0 &&
        (w.trial === 0 ? isOf(golden, w.profile) : isOpen(w) && w.opened > 0);
      if (!isProven) this.violated.add("I4");
      // But for a specialisation that a person once left behind, and that passes with its parent.
      const isTarget = w.trial === 0 || sketchOf(w.trial).target === golden;
      if (isTarget && (w.rejected >> golden & 1) === 1) this.violated.add("I12");
    }
    const unreleased = Number(golden !== w.golden || w.unreleased === 1);
    // A boot that was pinned passed, whether or not that is written down once more.
    const verdict = pinned === Pinned.here && isOpen(w) ? Verdict.passed : w.verdict;
    return { ...w, golden, pinned, unreleased, verdict };
  }

  #reboot(w: World, { before }: Act): World {
    const { maxFailures, maxRollbackTries } = this.rules.limits;
    if (before.trial === 0 || w.trial === 0) {
      this.violated.add("I5");
      return w;
    }
    const reboots = w.reboots + Number(w.urge !== Urge.asked);
    if (reboots > maxFailures + maxRollbackTries) this.violated.add("I1");
    if (!isTried(w)) this.violated.add("I2");
    if (w.urge === Urge.none) this.violated.add("I8");
    if (sketchOf(w.trial).phase !== "pending") this.#demandComplete(w);
    return { ...w, reboots: Math.min(reboots, 7), urge: Urge.asked };
  }

  /** It was never tried, and something else is what boots: there is nothing to roll back. */
  #isUndone(w: World): boolean {
    const { phase, failures, neutral, open, markedHere } = sketchOf(w.trial);
    return !markedHere && phase === "pending" && failures + neutral === 0 && open === "no" &&
      !isTried(w) && w.profile === w.booted &&
      (!this.rules.hasLoader || defaultOf(w, this.rules) === w.booted);
  }

  #demandFailures(w: World): void {
    if (w.justified === 0) this.violated.add("I3");
  }

  /** What is lost is forgotten only once it is refused. */
  #demandRejected(w: World): void {
    if (w.trial === 0) return;
    const { target, phase, failures } = sketchOf(w.trial);
    const isLost = phase !== "pending" || failures >= this.rules.limits.maxFailures;
    if (isLost && (w.rejected >> target & 1) === 0) this.violated.add("I15");
  }

  #demandComplete(w: World): void {
    const isComplete = w.golden !== none && w.profile === w.golden &&
      defaultOf(w, this.rules) === w.golden;
    if (!isComplete) this.violated.add("I6");
  }
}

/**
 * The world when a program came to its end: a boot that it found healthy must not count as failed,
 * nor one in which it found that another toplevel went live.
 */
function ended(w: World, { kind, before }: Act): World {
  if (w.trial === 0 || !isTried(before) || isLeftOver(before)) return w;
  if (before.switched === 1) {
    const isSeen = kind === "healthy" || kind === "unhealthy" || kind === "unexamined";
    return isSeen && w.verdict === Verdict.open ? { ...w, verdict: Verdict.closed } : w;
  }
  const isJudged = w.verdict === Verdict.failed || w.verdict === Verdict.passed;
  if (kind !== "healthy" || isJudged || sketchOf(before.trial).markedHere) return w;
  return { ...w, verdict: Verdict.passed };
}

/** The world without a trial: nothing of what really happened matters any more. */
export function withoutTrial(w: World): World {
  const pinned = w.pinned === Pinned.here ? w.pinned : Pinned.else;
  return { ...w, trial: 0, pinned, ...unknown };
}

/** The trial has passed, or its target is golden: what says otherwise is left over. */
export function isLeftOver({ trial, golden, pinned }: World): boolean {
  if (trial === 0) return false;
  return sketchOf(trial).target === golden || pinned === Pinned.inAttempt ||
    isPinnedHere({ trial, pinned });
}

/** Golden was pinned in the attempt that is open in this boot. */
export function isPinnedHere({ trial, pinned }: Pick<World, "trial" | "pinned">): boolean {
  return pinned === Pinned.here && trial !== 0 && sketchOf(trial).open === "here";
}

/** An attempt is open in this boot, and was not judged. */
function isOpen({ trial }: World): boolean {
  if (trial === 0) return false;
  const { open, judgedHere } = sketchOf(trial);
  return open === "here" && judgedHere === "no";
}

function truthOf(
  { reboots, failed, closed, opened, justified, verdict, urge }: World,
): Partial<World> {
  return { reboots, failed, closed, opened, justified, verdict, urge };
}

function countersOf(trial: number): number {
  if (trial === 0) return 0;
  const { failures, rollbackTries } = sketchOf(trial);
  return failures + rollbackTries;
}
