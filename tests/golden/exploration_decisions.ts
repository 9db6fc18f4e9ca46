import { decidePin, decideRollBack } from "../../src/golden/decide_by_hand.ts";
import { decide } from "../../src/golden/decide_event.ts";
import {
  type Decision,
  type Effect,
  type Event,
  type Facts,
  type Limits,
  type LoaderDefault,
  looksAtLoader,
  type State,
} from "../../src/golden/decide_trial.ts";
import type { Golden } from "../../src/golden/golden_state.ts";
import {
  codeOf,
  G,
  goldenOf,
  maskOf,
  none,
  pathOf,
  Pinned,
  rejectedOf,
  S,
  sketch,
  sketchOf,
  T1,
  thisBoot,
  toplevelAt,
  trialOf,
  type World,
} from "./exploration_world.ts";

/** One effect that leaves a trace in the world; the words are for traces. */
export interface Step {
  readonly kind: Exclude<Effect["kind"], "say" | "notify">;
  /**
   * A toplevel, the code of a trial, a set of rejected ones, or what is golden and where it was
   * pinned.
   */
  readonly value: number;
  readonly words: {
    readonly before: string;
    readonly after: string;
    readonly failedLate: string;
  };
}

/** What a decision comes to in the world. */
export interface Script {
  readonly steps: readonly Step[];
  readonly otherwise: readonly Step[];
  readonly refused: boolean;
}

/** Something to decide. */
export type Question =
  | { readonly kind: "mark"; readonly target: number; readonly force: boolean }
  | { readonly kind: "check" | "close" | "healthy" | "unhealthy" | "roll-back" }
  | { readonly kind: "pin"; readonly target: number };

/** What is not part of the world. */
export interface Rules {
  readonly limits: Limits;
  /** Without one the profile alone decides what is booted. */
  readonly hasLoader: boolean;
  /** The reducer with a seeded fault. */
  readonly mutate?: Mutation;
}

/** Changes what the reducer is given. */
export type Mutation = (
  given: { readonly state: State; readonly event: Event; readonly facts: Facts; limits: Limits },
) => { readonly state: State; readonly event: Event; readonly facts: Facts; limits: Limits };

/** Whether a boot of a toplevel is a boot of another one. */
export function isOf(booted: number, target: number): boolean {
  return booted === target || booted === S && target === T1;
}

/** Whether the booted system is on trial, whatever the reducer thinks. */
export function isTried(w: World): boolean {
  return w.trial !== 0 && w.booted !== w.golden && isOf(w.booted, sketchOf(w.trial).target);
}

/** What the boot loader starts next. */
export function defaultOf(w: World, rules: Rules): number {
  return rules.hasLoader ? w.loader : w.profile;
}

/** Whether the counter of the entry on trial has run out. */
export function gaveUp(w: World): boolean {
  return w.trial !== 0 && w.tries === 1 && w.counted === sketchOf(w.trial).target;
}

/** The reducer's answers, each asked for once. */
export class Decisions {
  /** A decision that looked at the loader although it had said that it would not. */
  unfaithful: string | undefined;
  readonly #known = new Map<number, readonly Script[]>();
  readonly #scripts = new Map<string, Script>();

  constructor(readonly rules: Rules) {}

  /**
   * What may be done about a question: first with the loader in reach and golden usable, then what
   * is different without the one or the other.
   */
  of(question: Question, w: World): readonly Script[] {
    const event = code(question);
    const { trial, golden, rejected, profile, booted, switched } = w;
    const loader = defaultOf(w, this.rules);
    let key = (trial * 3 + w.pinned) * 5 + golden;
    key = key * 16 + rejected;
    key = ((key * 4 + profile) * 4 + loader) * 5 + booted;
    key = ((key * 2 + switched) * 2 + Number(gaveUp(w))) * 32 + event;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const scripts = new Set<Script>();
    for (const trouble of [undefined, "it is gone"]) {
      if (trouble !== undefined && golden === none) continue;
      for (const reachable of [true, false]) {
        const script = this.#ask(question, w, trouble, reachable);
        if (script !== undefined) scripts.add(script);
      }
    }
    const all = [...scripts];
    this.#known.set(key, all);
    return all;
  }

  #ask(question: Question, w: World, trouble: string | undefined, reachable: boolean):
    | Script
    | undefined {
    const state: State = {
      trial: w.trial === 0 ? undefined : trialOf(sketchOf(w.trial)),
      golden: goldenOf(w.golden, w.pinned),
      rejected: rejectedOf(w.rejected),
    };
    const facts = factsOf(w, this.rules, trouble, reachable);
    const isByHand = question.kind === "roll-back";
    // The programs for people stop before the decision in either case.
    if (isByHand && (trouble !== undefined || !reachable || state.golden === undefined)) return;
    if (isByHand) return this.#script(decideRollBack(state, state.golden as Golden, facts, true));
    if (question.kind === "pin") {
      return this.#script(decidePin(state, goldenOf(question.target, Pinned.else) as Golden));
    }
    return this.#script(this.#decide(state, eventOf(question), facts));
  }

  #decide(state: State, event: Event, facts: Facts): Decision {
    const { limits, mutate } = this.rules;
    if (mutate !== undefined) {
      const given = mutate({ state, event, facts, limits });
      return decide(given.state, given.event, given.facts, given.limits);
    }
    if (looksAtLoader(state, event, facts, limits)) return decide(state, event, facts, limits);
    const blind: Facts = { ...facts, loader: unreachable, loaderGaveUp: false };
    const decision = decide(state, event, blind, limits);
    const said = JSON.stringify(decision);
    for (const loader of loaders) {
      for (const loaderGaveUp of [true, false]) {
        const other = decide(state, event, { ...facts, loader, loaderGaveUp }, limits);
        if (JSON.stringify(other) !== said) {
          this.unfaithful ??= JSON.stringify({ state, event, facts, loader, loaderGaveUp });
        }
      }
    }
    return decision;
  }

  #script(decision: Decision): Script {
    const script = scriptOf(decision, thisBoot);
    const text = JSON.stringify(script);
    const known = this.#scripts.get(text);
    if (known !== undefined) return known;
    this.#scripts.set(text, script);
    return script;
  }
}

/** The facts of a world. */
export function factsOf(
  w: World,
  rules: Rules,
  goldenTrouble: string | undefined,
  reachable: boolean,
): Facts {
  const target = w.trial === 0 ? none : sketchOf(w.trial).target;
  const knowsParent = w.booted === S && (target === T1 || w.profile === T1);
  const booted = pathOf(w.booted);
  const loader: LoaderDefault = !rules.hasLoader
    ? { kind: "none" }
    : reachable
    ? { kind: "known", path: pathOf(w.loader) }
    : unreachable;
  return {
    now: "2026-01-02T03:04:05Z",
    bootId: thisBoot,
    booted,
    current: w.switched === 0 ? booted : pathOf(w.booted === G ? T1 : G),
    profile: pathOf(w.profile),
    bootedIsTarget: isOf(w.booted, target),
    goldenTrouble,
    loader,
    loaderGaveUp: loader.kind === "known" && gaveUp(w),
    specialisation: knowsParent ? { name: "s", parent: pathOf(T1) } : undefined,
    generation: null,
  };
}

/** What a decision changes, and how it ends. */
export function scriptOf(decision: Decision, bootId: string): Script {
  const { effects, otherwise, ending } = decision;
  return {
    steps: effects.flatMap((each) => stepOf(each, bootId)),
    otherwise: (otherwise ?? []).flatMap((each) => stepOf(each, bootId)),
    refused: ending === "refused",
  };
}

function stepOf(effect: Effect, bootId: string): Step[] {
  const { kind } = effect;
  if (kind === "say" || kind === "notify") return [];
  const words = {
    before: `crash before ${kind}, or it fails`,
    after: `crash after ${kind}`,
    failedLate: `${kind} fails once it is done`,
  };
  return [{ kind, value: valueOf(effect, bootId), words }];
}

function valueOf(effect: Effect, bootId: string): number {
  switch (effect.kind) {
    case "write-trial":
      return codeOf(sketch(effect.trial, bootId));
    case "write-rejected":
      return maskOf(effect.rejected);
    case "write-golden":
      return toplevelAt(effect.golden.path) +
        none * (effect.golden.bootId === bootId ? Pinned.here : Pinned.else);
    case "protect":
    case "set-profile":
    case "install-loader":
    case "verify-default":
      return toplevelAt(effect.path);
    default:
      return 0;
  }
}

const unreachable: LoaderDefault = { kind: "unreachable", reason: "it is not mounted" };
const loaders: readonly LoaderDefault[] = [
  unreachable,
  { kind: "none" },
  ...[G, T1, S].map((each): LoaderDefault => ({ kind: "known", path: pathOf(each) })),
];

const kinds = ["check", "close", "healthy", "unhealthy", "roll-back", "mark", "pin"];

function code(question: Question): number {
  const kind = kinds.indexOf(question.kind);
  if (question.kind === "mark") return 8 + question.target * 2 + Number(question.force);
  return question.kind === "pin" ? 16 + question.target : kind;
}

function eventOf(question: Question): Event {
  switch (question.kind) {
    case "mark":
      return {
        kind: "mark",
        toplevel: pathOf(question.target),
        action: "switch",
        force: question.force,
      };
    case "check":
    case "close":
      return { kind: question.kind };
    default: {
      const reason = question.kind === "healthy" ? undefined : "a unit failed";
      return { kind: "validate", reason };
    }
  }
}
