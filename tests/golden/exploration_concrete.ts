import fc from "fast-check";
import { decidePin, decideRollBack } from "../../src/golden/decide_by_hand.ts";
import { decide } from "../../src/golden/decide_event.ts";
import {
  type Decision,
  type Event,
  type Facts,
  type Limits,
  type LoaderDefault,
  looksAtLoader,
  type State,
} from "../../src/golden/decide_trial.ts";
import type { Golden } from "../../src/golden/golden_state.ts";
import type { Rejected } from "../../src/golden/rejected_state.ts";
import type { Trial } from "../../src/golden/trial_state.ts";
import { eventOf, isOf, type Question } from "./exploration_decisions.ts";
import {
  codeOf,
  G,
  installed,
  maskOf,
  none,
  Pinned,
  S,
  sketch,
  T1,
  toplevelAt,
  toplevels,
  type World,
} from "./exploration_world.ts";

/** State files and facts as a host may have them, with all that the exploration leaves out. */
export interface Concrete {
  readonly state: State;
  readonly facts: Facts;
  /** The ids of all boots that it knows of; the first is this one. */
  readonly boots: readonly string[];
  /** The paths of the toplevels. */
  readonly at: readonly string[];
}

const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
const tail = fc.stringMatching(/^[0-9a-z]{31}-[a-z0-9.-]{1,12}$/);
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map((date) => date.toISOString());
const flag = fc.boolean();
const small = fc.nat({ max: 2 });
const extra = fc.dictionary(fc.constantFrom("since", "by", "note"), fc.string(), { maxKeys: 2 });
const outcome = fc.constantFrom("passed", "failed", "neutral");

/** Each toplevel has its place in `toplevels` as the first digit of its hash. */
const paths = fc.tuple(...toplevels.map((_, at) => tail.map((each) => `/nix/store/${at}${each}`)));
const foreign = tail.map((each) => `/nix/store/7${each}`);
const places = fc.nat({ max: toplevels.length - 1 });

function loadersOf(at: readonly string[]): fc.Arbitrary<LoaderDefault> {
  return fc.oneof(
    fc.constantFrom(...at).map((path) => ({ kind: "known" as const, path })),
    fc.constant({ kind: "none" as const }),
    fc.string().map((reason) => ({ kind: "unreachable" as const, reason })),
  );
}

function trialsOf(at: readonly string[], boots: readonly string[]): fc.Arbitrary<Trial> {
  const [here, ...earlier] = boots as [string, ...string[]];
  const attempt = (bootId: fc.Arbitrary<string>): fc.Arbitrary<Trial["history"][number]> =>
    fc.record({ bootId, time, outcome, reason: fc.string() });
  return fc.record({
    schema: fc.constant(1 as const),
    target: fc.constantFrom(...at),
    markedAt: time,
    markedIn: fc.constantFrom(...boots),
    phase: fc.constantFrom("pending", "rollback", "exhausted"),
    failures: small,
    neutral: small,
    open: fc.option(fc.record({ bootId: fc.constantFrom(...boots), since: time })),
    aborted: flag,
    rollbackTries: fc.nat({ max: 3 }),
    rolledBackIn: fc.option(fc.constantFrom(...boots)),
    // What was judged in this boot was judged last.
    history: fc.tuple(
      fc.array(attempt(fc.constantFrom(...earlier)), { maxLength: 18 }),
      fc.array(attempt(fc.constant(here)), { maxLength: 2 }),
    ).map((each) => each.flat()),
    more: extra,
  }).map(({ more, ...trial }) => ({ ...more, ...trial }));
}

function goldensOf(at: readonly string[], boots: readonly string[]): fc.Arbitrary<Golden> {
  return fc.record({
    schema: fc.constant(1 as const),
    path: fc.constantFrom(...at),
    parent: fc.option(fc.constantFrom(...at)),
    specialisation: fc.option(fc.string()),
    generation: fc.option(fc.nat()),
    pinnedAt: time,
    bootId: fc.option(fc.constantFrom(...boots)),
    more: extra,
  }).map(({ more, ...golden }) => ({ ...more, ...golden }));
}

function rejectionsOf(at: readonly string[]): fc.Arbitrary<Rejected> {
  return fc.tuple(fc.subarray([...at]), fc.array(foreign, { maxLength: 20 })).chain((
    [own, other],
  ) =>
    fc.tuple(
      fc.shuffledSubarray([...own, ...other], { minLength: own.length + other.length }),
      time,
      fc.string(),
    )
  ).map(([each, time, reason]) => ({
    schema: 1,
    rejected: each.map((path) => ({ path, time, reason })),
  }));
}

function factsOf(
  at: readonly string[],
  bootId: string,
  trial: Trial | undefined,
): fc.Arbitrary<Facts> {
  return fc.record({
    now: time,
    booted: places,
    current: fc.option(places, { nil: undefined }),
    profile: places,
    goldenTrouble: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
    loader: loadersOf(at),
    isSpent: flag,
    name: fc.string(),
    generation: fc.option(fc.nat()),
  }).map(({ now, booted, current, profile, goldenTrouble, loader, isSpent, name, generation }) => {
    const target = trial === undefined ? none : toplevelAt(trial.target);
    const parent = at[T1] as string;
    return {
      now,
      bootId,
      booted: at[booted],
      // Mostly what was booted.
      current: at[current ?? booted],
      profile: at[profile],
      bootedIsTarget: isOf(booted, target),
      goldenTrouble,
      loader,
      loaderGaveUp: trial !== undefined && loader.kind === "known" && isSpent,
      specialisation: booted === S && (target === T1 || profile === T1)
        ? { name, parent }
        : undefined,
      generation,
    };
  });
}

/** Hosts of any kind. */
export const concretes: fc.Arbitrary<Concrete> = fc.tuple(
  paths,
  fc.uniqueArray(hex, { minLength: 4, maxLength: 4 }),
).chain(([at, boots]) =>
  fc.record({
    trial: fc.option(trialsOf(at, boots), { nil: undefined, freq: 8 }),
    golden: fc.option(goldensOf(at, boots), { nil: undefined }),
    rejected: rejectionsOf(at),
  }).chain((state) =>
    factsOf(at, boots[0] as string, state.trial).map((facts) => ({ state, facts, boots, at }))
  )
);

/** All that can be asked. */
export const questions: fc.Arbitrary<Question> = fc.oneof(
  fc.constantFrom("check", "close", "healthy", "unhealthy", "unexamined", "roll-back").map((
    kind,
  ) => ({ kind })),
  fc.record({ kind: fc.constant("mark"), target: places, force: flag }),
  fc.record({ kind: fc.constant("pin"), target: places }),
);

/** Limits of any kind. */
export const limits: fc.Arbitrary<Limits> = fc.record({
  maxFailures: fc.integer({ min: 1, max: 3 }),
  maxNeutral: fc.nat({ max: 3 }),
  maxRollbackTries: fc.integer({ min: 1, max: 3 }),
  autoPin: flag,
});

/** What the programs would decide; `undefined` where they end before that. */
export function decisionOf(
  { state, facts, at }: Concrete,
  question: Question,
  limits: Limits,
): Decision | undefined {
  if (question.kind === "pin") {
    const path = at[question.target] as string;
    const { now: pinnedAt, generation } = facts;
    const golden = { schema: 1, path, parent: null, specialisation: null, pinnedAt, bootId: null };
    return decidePin(state, { ...golden, schema: 1, generation });
  }
  if (question.kind === "roll-back") {
    const { goldenTrouble, loader } = facts;
    if (state.golden === undefined || goldenTrouble !== undefined) return undefined;
    if (loader.kind === "unreachable") return undefined;
    return decideRollBack(state, state.golden, facts, true);
  }
  const plain = eventOf(question) as Event;
  const event = plain.kind === "mark" && question.kind === "mark"
    ? { ...plain, toplevel: at[question.target] as string }
    : plain;
  const seen = looksAtLoader(state, event, facts, limits) ? facts : blind(facts);
  return decide(state, event, seen, limits);
}

/** The facts where the loader is not asked. */
function blind(facts: Facts): Facts {
  return { ...facts, loader: { kind: "unreachable", reason: "not asked" }, loaderGaveUp: false };
}

/** The world that stands for a host. */
export function abstractOf({ state: { trial, golden, rejected }, facts }: Concrete): World {
  const { bootId, loader, booted, current, profile, loaderGaveUp } = facts;
  const place = (path: string | undefined): number => toplevelAt(path as string);
  const isPinnedIn = (id: string | undefined): boolean => id !== undefined && golden?.bootId === id;
  return {
    ...installed,
    trial: trial === undefined ? 0 : codeOf(sketch(trial, bootId)),
    golden: golden === undefined ? none : place(golden.path),
    pinned: isPinnedIn(bootId)
      ? Pinned.here
      : isPinnedIn(trial?.open?.bootId)
      ? Pinned.inAttempt
      : Pinned.else,
    rejected: own(maskOf(rejected)),
    profile: place(profile),
    loader: loader.kind === "known" ? place(loader.path) : G,
    ...(loaderGaveUp ? { counted: place(trial?.target), tries: 1 } : {}),
    booted: place(booted),
    switched: Number(current !== booted),
  };
}

/** Of a set of rejected toplevels those that the exploration has. */
export function own(mask: number): number {
  return mask & 2 ** toplevels.length - 1;
}
