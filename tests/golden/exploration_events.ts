import {
  type Decisions,
  defaultOf,
  gaveUp,
  isTried,
  type Question,
  type Rules,
} from "./exploration_decisions.ts";
import {
  type Act,
  type Effects,
  type Emit,
  isPinnedHere,
  withoutTrial,
} from "./exploration_effects.ts";
import {
  codeOf,
  none,
  Pinned,
  S,
  sketchOf,
  toplevels,
  Urge,
  Verdict,
  type World,
} from "./exploration_world.ts";

/** What can happen in an exploration, besides boots, judgements, power cuts and failing effects. */
export interface Scope extends Rules {
  readonly name: string;
  /** What can be booted from the menu. */
  readonly toplevels: readonly number[];
  /** What can be deployed, with a mark. */
  readonly marks: readonly number[];
  /** A person may insist on a mark that would be refused. */
  readonly force: boolean;
  /** What a person may pin. */
  readonly pins: readonly number[];
  /** A person may roll back. */
  readonly rollBack: boolean;
  /** Another toplevel may go live, and the booted one again, without a mark. */
  readonly liveSwitch: boolean;
  /** What can be deployed past the mark. */
  readonly unmarked: readonly number[];
  /** State files may be torn at any moment. */
  readonly corruption: boolean;
  /** The tries of an entry whose boots the loader counts; 0: it does not. */
  readonly tries: number;
}

/** Receives a world that can come next, by which event, and in words how. */
export type EmitEvent = (w: World, event: string, how: string) => void;

/** All that can happen in a world. */
export function eventsOf(
  w: World,
  scope: Scope,
  decisions: Decisions,
  effects: Effects,
  emit: EmitEvent,
): void {
  if (scope.corruption) corrupt(w, scope, emit);
  if (w.booted === none) {
    start(w, scope, (next, how) => emit(next, "power on", how));
    for (const each of scope.toplevels) {
      emit({ ...w, booted: each }, "menu", toplevels[each] as string);
    }
    // Without a counter the loader tries the same for ever.
    if (scope.tries > 0) start(w, scope, (next) => emit(powerOff(next, scope), "panic", ""));
    return;
  }
  emit(powerOff(w, scope), "power off", "");
  const ask = (question: Question, event: string): void => {
    answer(question, w, decisions, effects, (next, how) => emit(next, event, how));
  };
  ask({ kind: "check" }, "check");
  ask({ kind: "close" }, "close");
  ask({ kind: "healthy" }, "validate: healthy");
  ask({ kind: "unhealthy" }, "validate: unhealthy");
  ask({ kind: "unexamined" }, "validate: not looked at");
  if (scope.tries > 0 && w.counted === w.booted && w.tries > 0) {
    emit({ ...w, tries: 0 }, "the loader's counter is dropped", "");
    if (w.tries === 1) emit({ ...w, tries: 0, loader: w.booted }, "bless", "default again");
  }
  if (scope.liveSwitch) emit({ ...w, switched: 1 - w.switched }, "live switch", "no mark");
  for (const target of scope.marks) {
    deploy({ kind: "mark", target, force: false }, w, scope, decisions, effects, emit);
    if (scope.force) {
      deploy({ kind: "mark", target, force: true }, w, scope, decisions, effects, emit);
    }
  }
  for (const each of scope.unmarked) deployed({ ...w, profile: each }, each, scope, emit);
  for (const target of scope.pins) {
    ask({ kind: "pin", target }, `pin ${toplevels[target]}`);
  }
  if (scope.rollBack) ask({ kind: "roll-back" }, "roll back by hand");
}

/** One decision, in each way it can be taken and carried out. */
function answer(
  question: Question,
  before: World,
  decisions: Decisions,
  effects: Effects,
  emit: Emit,
  done: Emit = emit,
): void {
  const w = happened(question, before, effects);
  const act: Act = { kind: question.kind, before };
  for (const script of decisions.of(question, w)) {
    effects.explore(script, w, act, emit, script.refused ? emit : done);
  }
}

/** What asks the loader, and so hears of it that a counter ran out. */
const looking: readonly Question["kind"][] = ["check", "healthy", "unhealthy", "unexamined"];

/** What is so as soon as something happened, whatever is made of it. */
export function happened({ kind }: Question, w: World, { rules }: Effects): World {
  if (w.trial === 0) return w;
  if (looking.includes(kind) && gaveUp(w)) return { ...w, justified: 1 };
  if (kind !== "unhealthy" || !isTried(w) || w.switched === 1) return w;
  if (w.verdict === Verdict.failed || w.verdict === Verdict.passed) return w;
  if (sketchOf(w.trial).markedHere) return w;
  return { ...failedOnce(w, rules.limits), verdict: Verdict.failed };
}

/** The loader starts its default; the last try of a counted entry makes another one the default. */
export function start(w: World, scope: Scope, emit: Emit): void {
  const booted = defaultOf(w, scope);
  const name = toplevels[booted] as string;
  if (booted !== w.counted || w.tries < 2) return emit({ ...w, booted }, name);
  const tries = w.tries - 1;
  if (tries > 1) return emit({ ...w, booted, tries }, name);
  for (const loader of scope.toplevels) {
    if (loader === booted || loader === S) continue;
    emit({ ...w, booted, tries, loader }, `${name}, then ${toplevels[loader]}`);
  }
}

/** The host goes off: what was this boot is an earlier one, and an attempt has its end. */
export function powerOff(w: World, { limits }: Rules): World {
  const off: World = {
    ...w,
    booted: none,
    switched: 0,
    verdict: Verdict.none,
    urge: Urge.none,
    trial: earlier(w.trial),
    pinned: w.pinned !== Pinned.here ? w.pinned : isPinnedHere(w) ? Pinned.inAttempt : Pinned.else,
  };
  const counts = w.verdict === Verdict.open || w.verdict === Verdict.closed;
  if (!counts) return off;
  if (w.verdict === Verdict.closed && w.closed < limits.maxNeutral) {
    return { ...off, closed: w.closed + 1 };
  }
  return failedOnce(off, limits);
}

/** One true failure more, up to what makes a rollback right. */
function failedOnce(w: World, { maxFailures }: Rules["limits"]): World {
  if (w.justified === 1) return w;
  return w.failed + 1 < maxFailures ? { ...w, failed: w.failed + 1 } : { ...w, justified: 1 };
}

const ages: number[] = [];

function earlier(code: number): number {
  if (code === 0) return 0;
  const known = ages[code];
  if (known !== undefined) return known;
  const trial = sketchOf(code);
  const open = trial.open === "here" ? "earlier" : trial.open;
  return ages[code] = codeOf({
    ...trial,
    markedHere: false,
    judgedHere: "no",
    triedHere: false,
    open,
  });
}

function corrupt(w: World, rules: Rules, emit: EmitEvent): void {
  if (w.trial !== 0) emit(withoutTrial(w), "trial.json is torn", "");
  if (w.golden !== none) emit(withoutGolden(w, rules), "golden.json is torn", "");
  if (w.rejected !== 0) emit({ ...w, rejected: 0 }, "rejected.json is torn", "");
}

/** That a boot passed is known from golden.json until its trial is removed: it counts if torn. */
function withoutGolden(w: World, { limits }: Rules): World {
  const torn = { ...w, golden: none, pinned: Pinned.else, unreleased: 0 };
  if (w.pinned === Pinned.inAttempt) return failedOnce(torn, limits);
  return isPinnedHere(w) ? { ...torn, verdict: Verdict.open } : torn;
}

/** As nixos-rebuild does it: profile, mark, and if that is not refused loader and live switch. */
function deploy(
  question: Question & { readonly kind: "mark" },
  w: World,
  scope: Scope,
  decisions: Decisions,
  effects: Effects,
  emit: EmitEvent,
): void {
  const { target, force } = question;
  const event = `mark ${toplevels[target]}${force ? " with force" : ""}`;
  answer(
    question,
    { ...w, profile: target },
    decisions,
    effects,
    (next, how) => emit(next, event, how),
    (next, how) => {
      if (!force && hasFailed(target, w, scope)) effects.violated.add("I15");
      emit(next, event, how);
      deployed(next, target, scope, (then, _, more) => emit(then, event, more));
    },
  );
}

/** A toplevel was rejected, or is about to be. */
function hasFailed(toplevel: number, w: World, { limits }: Scope): boolean {
  if (toplevel === w.golden) return false;
  if ((w.rejected >> toplevel & 1) === 1) return true;
  if (w.trial === 0) return false;
  const { target, phase, failures } = sketchOf(w.trial);
  return target === toplevel && (phase !== "pending" || failures >= limits.maxFailures);
}

function deployed(w: World, target: number, scope: Scope, emit: EmitEvent): void {
  const loaded = scope.hasLoader ? { ...w, loader: target } : w;
  const counted = scope.tries === 0
    ? loaded
    : { ...loaded, counted: target, tries: scope.tries + 1 };
  const event = `deploy ${toplevels[target]} without a mark`;
  emit(counted, event, "installed");
  emit({ ...counted, switched: Number(target !== w.booted) }, event, "installed and live");
}
