import type { Golden } from "../../src/golden/golden_state.ts";
import type { Rejected } from "../../src/golden/rejected_state.ts";
import type { Trial } from "../../src/golden/trial_state.ts";

/*
 * The world of the exploration: what of a host the state machine can tell apart, as small numbers.
 *
 * What is left out, and why nothing is lost by it (exploration_abstraction_test.ts checks that the
 * reducer commutes with this abstraction, for states and facts of any kind):
 *
 * - Boot ids and the history. The reducer compares boot ids with that of this boot only, so that all
 *   that matters is whether the trial knows this boot: as the one it was marked in, as the open
 *   one, as a judged one, or as one of a rollback. When the host goes off, what was "this boot" becomes "an earlier one".
 *   Only of golden it matters as well whether it was pinned in the boot of the open attempt.
 * - Times, reasons, numbers of generations: they are told and written, not compared, but for a pin
 *   of what is golden, which has both outcomes. Whether `current` is `booted` matters; which other
 *   toplevel it is does not.
 * - The lists of history (20) and rejections (50) have bounds that nothing here can reach: entries
 *   of this boot are the newest, and there are four toplevels.
 * - Early boot, running and being asked to reboot are one phase, "on", in which everything that
 *   can happen in any of them can happen at any time, in any order and number; so more behaviours
 *   are explored than a host has. A check that does not run is one that does not happen, a deadline
 *   and an emergency are a failed validation, a soft-reboot is one more check, a kexec is the way
 *   off and then a choice from the menu (which no counter of the loader sees).
 * - Whether the loader can be reached and whether golden is usable are chosen anew at each decision.
 * - A corrupt state file was moved aside before the reducer sees it: it counts as missing.
 * - Links that lead nowhere: the decision tables have them.
 */

/** G and T1 and T2 are toplevels, S is a specialisation of T1. */
export const toplevels = ["G", "T1", "T2", "S"] as const;
/** The place in `toplevels` that a host is installed with. */
export const G = 0;
/** The place of the toplevel that has a specialisation. */
export const T1 = 1;
/** The place of one more toplevel. */
export const T2 = 2;
/** The place of the specialisation. */
export const S = 3;
/** No toplevel: nothing is golden, nothing is booted. */
export const none = 4;

/** The boot in which golden was pinned: this one, the earlier one of the open attempt, another. */
export const Pinned = { else: 0, here: 1, inAttempt: 2 } as const;

/** What this boot was seen to be, by somebody who knows what really happened. */
export const Verdict = { none: 0, open: 1, closed: 2, failed: 3, passed: 4 } as const;

/** In this boot a counter was raised; after that a reboot was asked for, which counts once a boot. */
export const Urge = { none: 0, counted: 1, asked: 2 } as const;

/** One state of the host. A toplevel is its place in `toplevels`, or `none`. */
export interface World {
  /** A code of `trials`; 0 when nothing is on trial. */
  readonly trial: number;
  readonly golden: number;
  /** The boot in which golden was pinned, one of `Pinned`. */
  readonly pinned: number;
  /** golden.json names what only the root `golden-next` holds. */
  readonly unreleased: number;
  /** One bit a toplevel. */
  readonly rejected: number;
  readonly profile: number;
  /** What the boot loader starts next. */
  readonly loader: number;
  /** The toplevel whose entry has a counter, and one more than the tries it has left; 0: no counter. */
  readonly counted: number;
  readonly tries: number;
  /** `none` when the host is off. */
  readonly booted: number;
  /** Another toplevel is live than the one that was booted. */
  readonly switched: number;

  // The rest is what really happened since the mark, for the invariants only.
  /** Reboots that were asked for without a person. */
  readonly reboots: number;
  /** Boots of the target that failed: told so, or ended without a shutdown, or closed too often. */
  readonly failed: number;
  /** Boots of the target that were shut down cleanly before they were judged. */
  readonly closed: number;
  /** Attempts that were opened, but for those that passed. */
  readonly opened: number;
  /** A rollback is right: enough failed, a person asked for it, or the loader's counter ran out. */
  readonly justified: number;
  /** Of this boot. */
  readonly verdict: number;
  /** What led to a reboot in this boot, one of `Urge`. */
  readonly urge: number;
}

/** A host as it was installed: nothing is on trial, nothing was ever golden. */
export const installed: World = {
  trial: 0,
  golden: none,
  pinned: 0,
  unreleased: 0,
  rejected: 0,
  profile: G,
  loader: G,
  counted: G,
  tries: 0,
  booted: none,
  switched: 0,
  reboots: 0,
  failed: 0,
  closed: 0,
  opened: 0,
  justified: 0,
  verdict: 0,
  urge: 0,
};

/** What begins anew with each mark. */
export const unknown = {
  reboots: 0,
  failed: 0,
  closed: 0,
  opened: 0,
  justified: 0,
  verdict: 0,
  urge: 0,
};

/**
 * A world as one number below 2^53. Two worlds are one where nothing can ever tell them apart: how
 * often boots failed does not matter once a rollback is right, nor whose entry has no counter.
 */
export function pack(w: World): number {
  const truth = w.justified === 1 ? 0 : w.failed + 4 * (w.closed + 4 * w.verdict);
  const counted = w.tries === 0 ? G : w.counted;
  const low = w.booted + 5 * (w.switched + 2 * (w.reboots + 8 * (w.opened +
                8 * (w.justified + 2 * truth))));
  const high = w.golden + 5 * (w.unreleased + 2 * (w.rejected + 16 * (w.profile +
                4 * (w.loader + 4 * (counted + 4 * (w.tries + 8 * (w.pinned + 3 * w.urge)))))));
  return low + lowSize * (high + highSize * w.trial);
}

const lowSize = 5 * 2 * 8 * 4 * 4 * 8 * 2 * 5;
const highSize = 5 * 2 * 16 * 4 * 4 * 4 * 8 * 3 * 3;

/** The world that was packed. */
export function unpack(key: number): World {
  let rest = key;
  const next = (size: number): number => {
    const value = rest % size;
    rest = (rest - value) / size;
    return value;
  };
  const booted = next(5);
  const switched = next(2);
  const reboots = next(8);
  const opened = next(8);
  const justified = next(2);
  const failed = next(4);
  const closed = next(4);
  const verdict = next(5);
  const golden = next(5);
  const unreleased = next(2);
  const rejected = next(16);
  const profile = next(4);
  const loader = next(4);
  const counted = next(4);
  const tries = next(8);
  const pinned = next(3);
  const urge = next(3);
  const trial = rest;
  // deno-fmt-ignore
  return {
    trial, golden, pinned, unreleased, rejected, profile, loader, counted, tries, booted,
    switched, reboots, failed, closed, opened, justified, verdict, urge,
  };
}

/** What of a trial matters. */
export interface Sketch {
  readonly target: number;
  /** It was marked in this boot. */
  readonly markedHere: boolean;
  readonly phase: Trial["phase"];
  readonly failures: number;
  readonly neutral: number;
  readonly open: "no" | "earlier" | "here";
  readonly aborted: boolean;
  readonly rollbackTries: number;
  /** A rollback was begun in this boot. */
  readonly triedHere: boolean;
  /** This boot was judged already, and how. */
  readonly judgedHere: "no" | "passed" | "failed";
}

const phases = ["pending", "rollback", "exhausted"] as const;
const opens = ["no", "earlier", "here"] as const;
const judgements = ["no", "passed", "failed"] as const;

/**
 * A sketch as a number above 0.
 *
 * @throws {RangeError} when a counter is beyond what any limit of a scope allows
 */
export function codeOf(t: Sketch): number {
  if (Math.max(t.failures, t.neutral, t.rollbackTries) > 3) throw new RangeError(JSON.stringify(t));
  return 1 + t.target + 4 * (Number(t.markedHere) + 2 * (phases.indexOf(t.phase) + 3 *
              (t.failures +
                4 * (t.neutral + 4 * (opens.indexOf(t.open) + 3 * (Number(t.aborted) + 2 *
                              (t.rollbackTries + 4 * (Number(t.triedHere) + 2 *
                                      judgements.indexOf(t.judgedHere)))))))));
}

const sketches: (Sketch | undefined)[] = [];

/** The sketch behind a code other than 0. */
export function sketchOf(code: number): Sketch {
  return sketches[code] ??= decode(code - 1);
}

function decode(code: number): Sketch {
  let rest = code;
  const next = (size: number): number => {
    const value = rest % size;
    rest = (rest - value) / size;
    return value;
  };
  return {
    target: next(4),
    markedHere: next(2) === 1,
    phase: phases[next(3)] as Trial["phase"],
    failures: next(4),
    neutral: next(4),
    open: opens[next(3)] as Sketch["open"],
    aborted: next(2) === 1,
    rollbackTries: next(4),
    triedHere: next(2) === 1,
    judgedHere: judgements[next(3)] as Sketch["judgedHere"],
  };
}

const paths = [...toplevels, "none"].map((name, at) =>
  `/nix/store/${String(at).repeat(32)}-nixos-system-${name}`
);

/** The path of a toplevel. */
export function pathOf(toplevel: number): string {
  return paths[toplevel] as string;
}

/** The toplevel at a path. */
export function toplevelAt(path: string): number {
  return Number(path.slice("/nix/store/".length, "/nix/store/".length + 1));
}

/** The id of this boot, and of any earlier one. */
export const thisBoot = "1".repeat(32);
const earlierBoot = "0".repeat(32);
const now = "2026-01-02T03:04:05Z";

/** The plainest trial of a sketch. */
export function trialOf(sketch: Sketch): Trial {
  const open = sketch.open === "here" ? thisBoot : earlierBoot;
  return {
    schema: 1,
    target: pathOf(sketch.target),
    markedAt: now,
    markedIn: sketch.markedHere ? thisBoot : earlierBoot,
    phase: sketch.phase,
    failures: sketch.failures,
    neutral: sketch.neutral,
    open: sketch.open === "no" ? null : { bootId: open, since: now },
    aborted: sketch.aborted,
    rollbackTries: sketch.rollbackTries,
    rolledBackIn: sketch.triedHere ? thisBoot : null,
    history: sketch.judgedHere === "no"
      ? []
      : [{ bootId: thisBoot, time: now, outcome: sketch.judgedHere, reason: "a reason" }],
  };
}

/** What of a trial matters in a boot. */
export function sketch(trial: Trial, bootId: string): Sketch {
  const judged = trial.history.findLast((each) => each.bootId === bootId)?.outcome;
  return {
    target: toplevelAt(trial.target),
    markedHere: trial.markedIn === bootId,
    phase: trial.phase,
    failures: trial.failures,
    neutral: trial.neutral,
    open: trial.open === null ? "no" : trial.open.bootId === bootId ? "here" : "earlier",
    aborted: trial.aborted,
    rollbackTries: trial.rollbackTries,
    triedHere: trial.rolledBackIn === bootId,
    judgedHere: judged === undefined ? "no" : judged === "failed" ? judged : "passed",
  };
}

const pinnedIn = [null, thisBoot, earlierBoot] as const;

/** golden.json for a toplevel that was pinned in one of the boots of `Pinned`. */
export function goldenOf(toplevel: number, pinned: number): Golden | undefined {
  return toplevel === none ? undefined : {
    schema: 1,
    path: pathOf(toplevel),
    parent: toplevel === S ? pathOf(T1) : null,
    specialisation: toplevel === S ? "s" : null,
    generation: null,
    pinnedAt: now,
    bootId: pinnedIn[pinned] as string | null,
  };
}

/** rejected.json for some toplevels. */
export function rejectedOf(mask: number): Rejected {
  const each = toplevels.map((_, at) => at).filter((at) => (mask >> at & 1) === 1);
  return {
    schema: 1,
    rejected: each.map((at) => ({ path: pathOf(at), time: now, reason: "it failed" })),
  };
}

/** The toplevels of rejected.json. */
export function maskOf({ rejected }: Rejected): number {
  return rejected.reduce((mask, { path }) => mask | 1 << toplevelAt(path), 0);
}
