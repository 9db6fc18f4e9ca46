import { healthMatters } from "../../src/golden/decide_boot.ts";
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
import { type Script, scriptOf } from "./exploration_script.ts";
import {
  G,
  goldenOf,
  none,
  pathOf,
  Pinned,
  rejectedOf,
  S,
  sketchOf,
  T1,
  thisBoot,
  toplevels,
  trialOf,
  type World,
} from "./exploration_world.ts";

/** Something to decide. */
export type Question =
  | { readonly kind: "mark"; readonly target: number; readonly force: boolean }
  | { readonly kind: "check" | "close" | "healthy" | "unhealthy" | "unexamined" | "roll-back" }
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

type Unfaithful = "I11" | "I13" | "I14";

/** The answers for each default of the loader, or one for all. */
interface Known {
  readonly blind: readonly Script[] | undefined;
  readonly byLoader: (readonly Script[])[];
}

/** The reducer's answers, each asked for once. */
export class Decisions {
  /** What a decision depended on although it had said that it would not, by the invariant. */
  readonly unfaithful = new Map<Unfaithful, string>();
  readonly #known = new Map<number, Known>();
  readonly #scripts = new Map<string, Script>();

  constructor(readonly rules: Rules) {}

  /**
   * What may be done about a question: first with the loader in reach and golden usable, then what
   * is different without the one or the other.
   */
  of(question: Question, w: World): readonly Script[] {
    const event = code(question);
    let key = (w.trial * 3 + w.pinned) * 5 + w.golden;
    key = (key * 16 + w.rejected) * 4 + w.profile;
    key = ((key * 5 + w.booted) * 2 + w.switched) * 32 + event;
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, known = this.#knowledge(question, w));
    if (known.blind !== undefined) return known.blind;
    const place = defaultOf(w, this.rules) * 2 + Number(gaveUp(w));
    return known.byLoader[place] ??= this.#all(question, w);
  }

  /** Whether a validation looks at the health of a boot. */
  examines(w: World): boolean {
    return healthMatters(stateOf(w), factsOf(w, this.rules, undefined, true), this.rules.limits);
  }

  /** Where the loader is not looked at, what it says makes no difference (I11): asked for once. */
  #knowledge(question: Question, w: World): Known {
    const event = eventOf(question);
    const isBlind = event !== undefined && this.rules.mutate === undefined &&
      !looksAtLoader(stateOf(w), event, factsOf(w, this.rules, undefined, true), this.rules.limits);
    return { blind: isBlind ? this.#all(question, w) : undefined, byLoader: [] };
  }

  #all(question: Question, w: World): readonly Script[] {
    const scripts = new Set<Script>();
    for (const trouble of [undefined, "it is gone"]) {
      if (trouble !== undefined && w.golden === none) continue;
      for (const reachable of [true, false]) {
        const script = this.#ask(question, w, trouble, reachable);
        if (script !== undefined) scripts.add(script);
      }
    }
    return [...scripts];
  }

  #ask(question: Question, w: World, trouble: string | undefined, reachable: boolean):
    | Script
    | undefined {
    const state = stateOf(w);
    const facts = factsOf(w, this.rules, trouble, reachable);
    const isByHand = question.kind === "roll-back";
    // The programs for people stop before the decision in either case.
    if (isByHand && (trouble !== undefined || !reachable || state.golden === undefined)) return;
    if (isByHand) return this.#script(decideRollBack(state, state.golden as Golden, facts, true));
    if (question.kind === "pin") {
      // Reached and not reached stand for the same number of the generation, and another one.
      const golden = goldenOf(question.target, Pinned.else) as Golden;
      return this.#script(decidePin(state, { ...golden, generation: reachable ? null : 1 }));
    }
    const script = this.#script(this.#decide(state, eventOf(question) as Event, facts));
    if (this.rules.mutate !== undefined) return script;
    const touches = script.steps.some(({ kind }) => kind === "install-loader");
    if (touches && facts.loader.kind === "unreachable") this.#tell("I14", { state, facts });
    if (question.kind !== "unhealthy") return script;
    if (healthMatters(state, facts, this.rules.limits)) return script;
    const healthy = this.#decide(state, eventOf({ kind: "unexamined" }) as Event, facts);
    if (this.#script(healthy) !== script) this.#tell("I13", { state, facts });
    return script;
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
          this.#tell("I11", { state, event, facts, loader, loaderGaveUp });
        }
      }
    }
    return decision;
  }

  #tell(invariant: Unfaithful, given: unknown): void {
    if (!this.unfaithful.has(invariant)) this.unfaithful.set(invariant, JSON.stringify(given));
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

/** The plainest state files of a world. */
export function stateOf(w: World): State {
  return {
    trial: w.trial === 0 ? undefined : trialOf(sketchOf(w.trial)),
    golden: goldenOf(w.golden, w.pinned),
    rejected: rejectedOf(w.rejected),
  };
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

const unreachable: LoaderDefault = { kind: "unreachable", reason: "it is not mounted" };
const loaders: readonly LoaderDefault[] = [
  unreachable,
  { kind: "none" },
  ...toplevels.map((_, each): LoaderDefault => ({ kind: "known", path: pathOf(each) })),
];

const kinds = ["check", "close", "healthy", "unhealthy", "roll-back", "unexamined", "mark", "pin"];

function code(question: Question): number {
  const kind = kinds.indexOf(question.kind);
  if (question.kind === "mark") return 8 + question.target * 2 + Number(question.force);
  return question.kind === "pin" ? 16 + question.target : kind;
}

/** What the machine is told; a person's pin and rollback are no events of it. */
export function eventOf(question: Question): Event | undefined {
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
    case "healthy":
      return { kind: "validate", reason: undefined };
    case "unhealthy":
      return { kind: "validate", reason: "a unit failed" };
    case "unexamined":
      return { kind: "validate", reason: undefined, unexamined: true };
    default:
      return undefined;
  }
}
