import { Decisions, type Rules } from "./exploration_decisions.ts";
import { Effects, type Invariant, invariants } from "./exploration_effects.ts";
import { eventsOf, type Scope } from "./exploration_events.ts";
import { NumberTable } from "./exploration_table.ts";
import {
  installed,
  none,
  pack,
  sketchOf,
  toplevels,
  unpack,
  type World,
} from "./exploration_world.ts";

/** What an exploration came to. */
export interface Exploration {
  readonly states: NumberTable;
  readonly decisions: Decisions;
  readonly transitions: number;
  /** The shortest way to the first violation of each invariant, step by step. */
  readonly violations: ReadonlyMap<Invariant, readonly string[]>;
}

/**
 * Visits every world that can come about in a scope, breadth first, so that the way to a violation
 * is the shortest there is. Stops at the first one if told so.
 */
export function explore(scope: Scope, stopsAtFirst = false): Exploration {
  const decisions = new Decisions(scope);
  const effects = new Effects(scope);
  const states = new NumberTable();
  const parents: number[] = [];
  const violations = new Map<Invariant, readonly string[]>();
  let transitions = 0;
  states.add(pack(installed));
  parents.push(-1);
  for (let at = 0; at < states.size; at++) {
    const w = unpack(states.at(at));
    eventsOf(w, scope, decisions, effects, (next, event, how) => {
      transitions++;
      if (next !== w && states.add(pack(next))) {
        parents.push(at);
        if (isMiscounted(next, scope.limits)) effects.violated.add("I3");
      }
      if (effects.violated.size === 0) return;
      for (const each of effects.violated) {
        if (violations.has(each)) continue;
        violations.set(each, [...wayTo(at, states, parents, scope), line(next, event, how)]);
      }
      effects.violated.clear();
    });
    for (const [invariant, given] of decisions.unfaithful) {
      if (!violations.has(invariant)) violations.set(invariant, [given]);
    }
    if (stopsAtFirst && violations.size > 0) break;
  }
  return { states, decisions, transitions, violations };
}

/** The violations in words; empty when there is none. */
export function tell({ violations }: Pick<Exploration, "violations">): string {
  return [...violations].map(([name, way]) =>
    `${name}: ${invariants[name]}: violated by\n${way.map((each) => `  ${each}\n`).join("")}`
  ).join("");
}

/** More failures than really happened, or than are of use. */
function isMiscounted(w: World, { maxFailures }: Rules["limits"]): boolean {
  if (w.trial === 0) return false;
  return sketchOf(w.trial).failures > (w.justified === 1 ? maxFailures : w.failed);
}

function wayTo(
  at: number,
  states: NumberTable,
  parents: readonly number[],
  scope: Scope,
): readonly string[] {
  const decisions = new Decisions(scope);
  const effects = new Effects(scope);
  const way: string[] = [];
  for (let child = at; parents[child] !== -1; child = parents[child] as number) {
    let found = "";
    const key = states.at(child);
    eventsOf(
      unpack(states.at(parents[child] as number)),
      scope,
      decisions,
      effects,
      (w, event, how) => {
        if (found === "" && pack(w) === key) found = line(w, event, how);
      },
    );
    way.unshift(found);
  }
  return way;
}

function line(w: World, event: string, how: string): string {
  return `${event} (${how}) → ${inWords(w)}`;
}

/** A world in words. */
export function inWords(w: World): string {
  const name = (toplevel: number): string => toplevels[toplevel] ?? "none";
  const rejected = toplevels.filter((_, at) => (w.rejected >> at & 1) === 1).join("+");
  const words = [
    w.booted === none ? "off" : `on ${name(w.booted)}${w.switched === 1 ? " switched" : ""}`,
    `golden ${name(w.golden)}${["", " pinned here", " pinned in the attempt"][w.pinned]}` +
    `${w.unreleased === 1 ? " unreleased" : ""}`,
    `profile ${name(w.profile)}, loader ${name(w.loader)}`,
    ...(w.tries > 0 ? [`${w.tries - 1} tries of ${name(w.counted)}`] : []),
    ...(rejected === "" ? [] : [`rejected ${rejected}`]),
  ];
  if (w.trial === 0) return words.join("; ");
  const t = sketchOf(w.trial);
  return [
    ...words,
    `trial ${
      name(t.target)
    } ${t.phase} failures ${t.failures} neutral ${t.neutral} open ${t.open}` +
    `${t.aborted ? " aborted" : ""} rollbacks ${t.rollbackTries}` +
    `${t.markedHere ? " marked here" : ""}${t.judgedHere === "no" ? "" : ` ${t.judgedHere} here`}` +
    `${t.triedHere ? " tried here" : ""}`,
    `truly failed ${w.failed} closed ${w.closed} opened ${w.opened} reboots ${w.reboots}` +
    `${w.justified === 1 ? " enough" : ""} verdict ${w.verdict} urge ${w.urge}`,
  ].join("; ");
}
