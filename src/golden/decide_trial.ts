import type { Golden } from "./golden_state.ts";
import type { Rejected } from "./rejected_state.ts";
import type { Trial } from "./trial_state.ts";

/** What the state files say; corrupt ones count as missing, and were kept aside. */
export interface State {
  readonly trial: Trial | undefined;
  readonly golden: Golden | undefined;
  readonly rejected: Rejected;
}

/** What the boot loader will start next, as far as it can be told. */
export type LoaderDefault =
  /** The toplevel of the default entry. */
  | { readonly kind: "known"; readonly path: string }
  /** There is no loader to ask: the profile alone decides. */
  | { readonly kind: "none" }
  /** Its files or its tool cannot be reached just now. */
  | { readonly kind: "unreachable"; readonly reason: string };

/** What is so on the host when a decision is taken. Paths are toplevels, links resolved. */
export interface Facts {
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly bootId: string;
  /** What this boot started with. */
  readonly booted: string | undefined;
  /**
   * What is active now; another one after a live switch. A specialisation of the target that was
   * booted, or the reverse, counts as what was booted: some hosts switch to one in every boot.
   */
  readonly current: string | undefined;
  /** What the system profile leads to. */
  readonly profile: string | undefined;
  /** The booted system is the trial's target or a specialisation of it. */
  readonly bootedIsTarget: boolean;
  /** Why what is golden cannot be rolled back to: its path is gone or is no system. */
  readonly goldenTrouble: string | undefined;
  readonly loader: LoaderDefault;
  /** The boot loader's own counter of the target's entry has run out. */
  readonly loaderGaveUp: boolean;
  /** The specialisation that was booted, and of which toplevel. */
  readonly specialisation: { readonly name: string; readonly parent: string } | undefined;
  /** The profile's number for the booted system. */
  readonly generation: number | null;
}

/** How patient a trial is. */
export interface Limits {
  /** Judged failures until the rollback. */
  readonly maxFailures: number;
  /** Clean shutdowns before validation that do not count. */
  readonly maxNeutral: number;
  /** Rollbacks that are begun before the host stays up as it is. */
  readonly maxRollbackTries: number;
  /** Whether what passes becomes golden. */
  readonly autoPin: boolean;
}

/** What happened. */
export type Event =
  | {
    readonly kind: "mark";
    readonly toplevel: string;
    readonly action: string;
    readonly force: boolean;
  }
  /** Early boot. */
  | { readonly kind: "check" }
  /** A clean stop. */
  | { readonly kind: "close" }
  /**
   * The boot is judged; `reason` is why it is not healthy. What is `unexamined` may not pass: its
   * health decided nothing when it would have been looked at.
   */
  | {
    readonly kind: "validate";
    readonly reason: string | undefined;
    readonly unexamined?: boolean;
  };

/** Something to be done, in the order of the list; what comes after a failed one is not done. */
export type Effect =
  | { readonly kind: "write-trial"; readonly trial: Trial }
  | { readonly kind: "remove-trial" }
  | { readonly kind: "write-rejected"; readonly rejected: Rejected }
  /** Keeps a toplevel from the garbage collector, beside what is golden so far. */
  | { readonly kind: "protect"; readonly path: string }
  | { readonly kind: "write-golden"; readonly golden: Golden }
  /** The protected toplevel takes the place of the one that was golden. */
  | { readonly kind: "release-former" }
  | { readonly kind: "set-profile"; readonly path: string }
  | { readonly kind: "install-loader"; readonly path: string }
  /** Fails unless loader default and profile are this toplevel. */
  | { readonly kind: "verify-default"; readonly path: string }
  | { readonly kind: "reboot"; readonly reason: string }
  | { readonly kind: "say"; readonly level: "info" | "warn" | "error"; readonly text: string }
  | { readonly kind: "notify"; readonly news: News };

/** What is worth telling somebody who is not looking. */
export interface News {
  readonly event: "pinned" | "boot-failed" | "rolling-back" | "rolled-back" | "exhausted";
  readonly toplevel: string;
  readonly message: string;
}

/** What a decision comes to. */
export interface Decision {
  readonly effects: readonly Effect[];
  /**
   * `refused`: the caller must not go on. `failed`: this boot is not healthy. `rolled-back`: a
   * rollback is under way.
   */
  readonly ending: "done" | "refused" | "failed" | "rolled-back";
  /** Instead of the rest, when an effect failed. */
  readonly otherwise?: readonly Effect[];
}

/** The decision to do nothing. */
export const nothing: Decision = { effects: [], ending: "done" };

/** A line of narration. */
export function say(level: "info" | "warn" | "error", text: string): Effect {
  return { kind: "say", level, text };
}

/** Whether a trial has come to its end: only the rollback is left, or nothing at all. */
export function isLost(trial: Trial, limits: Limits): boolean {
  return trial.phase !== "pending" || trial.failures >= limits.maxFailures;
}

/**
 * Whether the booted system is what is on trial. Golden never is, not even where it is a
 * specialisation of the target.
 */
export function isOnTrial(
  { golden }: State,
  { bootedIsTarget, booted }: Pick<Facts, "bootedIsTarget" | "booted">,
): boolean {
  return bootedIsTarget && booted !== golden?.path;
}

/**
 * Whether the target is golden already, and only the end of its trial was not written down: the
 * power went in between, or a person pinned it.
 */
export function isOver({ trial, golden }: State): boolean {
  if (trial === undefined || golden === undefined) return false;
  return trial.target === golden.path ||
    (golden.bootId !== null && golden.bootId === trial.open?.bootId);
}

/**
 * Whether a decision looks at the loader. Asking it is the slowest part of the early check, and a
 * boot of a pending target does not need it.
 */
export function looksAtLoader(
  state: State,
  event: Event,
  facts: Pick<Facts, "bootedIsTarget" | "booted" | "bootId">,
  limits: Limits,
): boolean {
  const { trial } = state;
  if (trial === undefined || event.kind === "mark" || event.kind === "close") return false;
  // What is open since an earlier boot may become a failure, and so may this boot.
  const isOpenSince = trial.open !== null && trial.open.bootId !== facts.bootId;
  const judged = (isOpenSince ? 1 : 0) + (event.kind === "validate" ? 1 : 0);
  const coming = { ...trial, failures: trial.failures + judged };
  return !isOnTrial(state, facts) || isLost(coming, limits);
}
