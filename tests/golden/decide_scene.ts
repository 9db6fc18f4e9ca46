import assert from "node:assert/strict";
import { decide } from "../../src/golden/decide_event.ts";
import type {
  Decision,
  Effect,
  Event,
  Facts,
  Limits,
  State,
} from "../../src/golden/decide_trial.ts";
import type { Golden } from "../../src/golden/golden_state.ts";
import type { Rejected } from "../../src/golden/rejected_state.ts";
import type { Trial } from "../../src/golden/trial_state.ts";

/** A toplevel; its name is what tests say of it. */
export function toplevel(name: string): string {
  return `/nix/store/${"0".repeat(32)}-${name}`;
}

/** What was proven good, what is on trial, one more, and a specialisation of what is on trial. */
export const good = toplevel("good");
/** What is on trial. */
export const fresh = toplevel("fresh");
/** One that is neither. */
export const other = toplevel("other");
/** A specialisation of what is on trial. */
export const special = toplevel("special");

/** The boot in which something is decided. */
export const thisBoot = "1".repeat(32);
/** One before it. */
export const earlierBoot = "2".repeat(32);
const now = "2026-01-02T03:04:05Z";

/** The limits that are the default. */
export const limits: Limits = {
  maxFailures: 2,
  maxNeutral: 2,
  maxRollbackTries: 2,
  autoPin: true,
};

/** `fresh` on trial since an earlier boot, but for what is given. */
export function trial(given: Partial<Trial> = {}): Trial {
  return {
    schema: 1,
    target: fresh,
    markedAt: now,
    markedIn: earlierBoot,
    phase: "pending",
    failures: 0,
    neutral: 0,
    open: null,
    aborted: false,
    rollbackTries: 0,
    rolledBackIn: null,
    history: [],
    ...given,
  };
}

/** An attempt that is open in a boot. */
export function openIn(bootId: string): Pick<Trial, "open"> {
  return { open: { bootId, since: now } };
}

/** A boot that was judged. */
export function judgedIn(
  bootId: string,
  outcome: Trial["history"][number]["outcome"] = "failed",
): Pick<Trial, "history"> {
  return { history: [{ bootId, time: now, outcome, reason: "a reason" }] };
}

/** golden.json. */
export function goldenIs(path: string, bootId: string | null = null): Golden {
  return {
    schema: 1,
    path,
    parent: null,
    specialisation: null,
    generation: 7,
    pinnedAt: now,
    bootId,
  };
}

/** rejected.json. */
export function rejecting(...paths: readonly string[]): Rejected {
  return { schema: 1, rejected: paths.map((path) => ({ path, time: now, reason: "a reason" })) };
}

/** Nothing is on trial, `good` is golden, nothing was rejected, but for what is given. */
export function stateWith(given: Partial<State> = {}): State {
  return { trial: undefined, golden: goldenIs(good), rejected: rejecting(), ...given };
}

/** `fresh` is on trial. */
export function onTrial(given: Partial<Trial> = {}, more: Partial<State> = {}): State {
  return stateWith({ trial: trial(given), ...more });
}

/** A boot of a toplevel that is the default, but for what is given. */
export function bootOf(booted: string | undefined, given: Partial<Facts> = {}): Facts {
  return {
    now,
    bootId: thisBoot,
    booted,
    current: booted,
    profile: booted,
    bootedIsTarget: booted === fresh || booted === special,
    goldenTrouble: undefined,
    loader: booted === undefined ? { kind: "none" } : { kind: "known", path: booted },
    loaderGaveUp: false,
    specialisation: booted === special ? { name: "special", parent: fresh } : undefined,
    generation: 8,
    ...given,
  };
}

/** A loader that cannot be asked. */
export const outOfReach: Pick<Facts, "loader"> = {
  loader: { kind: "unreachable", reason: "it is not mounted" },
};

/** One row of a decision table. */
export interface Row {
  readonly state: State;
  readonly facts: Facts;
  readonly event: Event;
  readonly limits?: Partial<Limits>;
  /** As `outline` has it. */
  readonly does: readonly string[];
  readonly otherwise?: readonly string[];
  readonly ending: Decision["ending"];
}

/** Each row is a test, and its name what is promised. */
export function table(rows: Readonly<Record<string, Row>>): void {
  for (const [promise, row] of Object.entries(rows)) {
    Deno.test(promise, () => {
      const { state, event, facts, does, ending, otherwise = [] } = row;
      const decision = decide(state, event, facts, { ...limits, ...row.limits });
      assert.deepEqual(outline(decision.effects), does);
      assert.equal(decision.ending, ending);
      assert.deepEqual(outline(decision.otherwise ?? []), otherwise);
    });
  }
}

/** Effects in short, without narration; of a trial only what is not as at the beginning. */
export function outline(effects: readonly Effect[]): readonly string[] {
  return effects.flatMap((effect) => {
    switch (effect.kind) {
      case "say":
        return [];
      case "write-trial":
        return [`write-trial ${outlineOf(effect.trial)}`];
      case "write-rejected":
        return [["write-rejected", ...effect.rejected.rejected.map(nameOf)].join(" ")];
      case "write-golden":
        return [`write-golden ${nameOf(effect.golden)}`];
      case "notify":
        return [`notify ${effect.news.event}`];
      case "remove-trial":
      case "release-former":
      case "reboot":
        return [effect.kind];
      default:
        return [`${effect.kind} ${nameOf(effect)}`];
    }
  });
}

function outlineOf(trial: Trial): string {
  const { target, phase, failures, neutral, rollbackTries, open, aborted, history } = trial;
  const counters = { failures, neutral, rollbacks: rollbackTries };
  const last = history.at(-1);
  return [
    nameOf({ path: target }),
    phase,
    ...Object.entries(counters).filter(([, count]) => count > 0).map((each) => each.join(" ")),
    ...(open === null ? [] : [open.bootId === thisBoot ? "open" : "open since an earlier boot"]),
    ...(aborted ? ["aborted"] : []),
    ...(last === undefined || last.reason === "a reason" ? [] : [`judged ${last.outcome}`]),
  ].join(", ");
}

function nameOf({ path }: { readonly path: string }): string {
  return path.slice(path.indexOf("-") + 1);
}

/** What makes a toplevel the default, verified. */
export function installing(path: string): readonly string[] {
  return ["set-profile", "install-loader", "verify-default"].map((each) =>
    `${each} ${nameOf({ path })}`
  );
}

/** The state files once a decision was carried out. */
export function stateAfter(state: State, { effects }: Pick<Decision, "effects">): State {
  let { trial, golden, rejected } = state;
  for (const effect of effects) {
    if (effect.kind === "write-trial") trial = effect.trial;
    if (effect.kind === "remove-trial") trial = undefined;
    if (effect.kind === "write-golden") golden = effect.golden;
    if (effect.kind === "write-rejected") rejected = effect.rejected;
  }
  return { trial, golden, rejected };
}
