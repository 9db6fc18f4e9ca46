import assert from "node:assert/strict";
import fc from "fast-check";
import { healthMatters } from "../../src/golden/decide_boot.ts";
import { decide } from "../../src/golden/decide_event.ts";
import { type Event, looksAtLoader } from "../../src/golden/decide_trial.ts";
import {
  abstractOf,
  type Concrete,
  concretes,
  decisionOf,
  limits,
  own,
  questions,
} from "./exploration_concrete.ts";
import { Decisions, eventOf, type Rules } from "./exploration_decisions.ts";
import { Effects } from "./exploration_effects.ts";
import { eventsOf, powerOff } from "./exploration_events.ts";
import { quickScopes, slowScopes } from "./exploration_scopes.ts";
import { type Script, scriptOf } from "./exploration_script.ts";
import { pack, unpack, Verdict, type World } from "./exploration_world.ts";

/** The rules of the exploration under which a host is looked at. */
function rulesOf({ facts: { loader } }: Concrete, limits: Rules["limits"]): Rules {
  return { limits, hasLoader: loader.kind !== "none" };
}

/** A script as text, without what the exploration leaves out. */
function textOf({ steps, otherwise, refused }: Script): string {
  const plain = (each: Script["steps"]): unknown =>
    each.map(({ kind, value }) => [kind, kind === "write-rejected" ? own(value) : value]);
  return JSON.stringify([plain(steps), plain(otherwise), refused]);
}

Deno.test("any host is decided as the world of the exploration that stands for it", () => {
  const known = new Map<string, Decisions>();
  fc.assert(
    fc.property(concretes, questions, limits, (concrete, question, limits) => {
      const decision = decisionOf(concrete, question, limits);
      if (decision === undefined) return;
      const rules = rulesOf(concrete, limits);
      const key = JSON.stringify(rules);
      const decisions = known.get(key) ?? new Decisions(rules);
      known.set(key, decisions);
      const { facts: { bootId, goldenTrouble, loader }, state: { golden } } = concrete;
      const scripts = decisions.of(question, abstractOf(concrete)).map(textOf);
      // Where nothing stands in the way it is the first, which the futures rely on.
      const isPlain = question.kind !== "pin" && loader.kind !== "unreachable" &&
        (goldenTrouble === undefined || golden === undefined);
      const expected = isPlain ? scripts.slice(0, 1) : scripts;
      const script = textOf(scriptOf(decision, bootId));
      assert(expected.includes(script), `${script} is not among ${expected.join(", ")}`);
    }),
    { numRuns: 2500 },
  );
});

Deno.test("what a host stands for in its next boot is what the exploration makes of it", () => {
  const next = fc.stringMatching(/^[0-9a-f]{32}$/);
  fc.assert(
    fc.property(concretes, next, limits, (concrete, bootId, limits) => {
      fc.pre(!concrete.boots.includes(bootId));
      const after = abstractOf({ ...concrete, facts: { ...concrete.facts, bootId } });
      const off = powerOff(abstractOf(concrete), rulesOf(concrete, limits));
      assert.deepEqual([off.trial, off.pinned], [after.trial, after.pinned]);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("no decision depends on a loader that is not asked", () => {
  fc.assert(
    fc.property(concretes, questions, limits, fc.boolean(), (concrete, question, limits, spent) => {
      const { state, facts } = concrete;
      const event = eventOf(question);
      if (event === undefined || looksAtLoader(state, event, facts, limits)) return;
      const asked = { ...facts, loaderGaveUp: spent && facts.loader.kind === "known" };
      const other = { ...facts, loader: { kind: "none" }, loaderGaveUp: false } as const;
      assert.deepEqual(decide(state, event, asked, limits), decide(state, event, other, limits));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("where the health is not looked at, what is done does not depend on it", () => {
  fc.assert(
    fc.property(concretes, limits, ({ state, facts }, limits) => {
      if (healthMatters(state, facts, limits)) return;
      const given = (reason: string | undefined, unexamined: boolean): string => {
        const event: Event = { kind: "validate", reason, unexamined };
        return textOf(scriptOf(decide(state, event, facts, limits), facts.bootId));
      };
      const unseen = given(undefined, true);
      assert.equal(given("a unit failed", false), unseen);
      assert.equal(given(undefined, false), unseen);
    }),
    { numRuns: 2000 },
  );
});

const truths: fc.Arbitrary<Partial<World>> = fc.record({
  reboots: fc.nat({ max: 4 }),
  failed: fc.nat({ max: 1 }),
  closed: fc.nat({ max: 1 }),
  opened: fc.nat({ max: 3 }),
  justified: fc.nat({ max: 1 }),
  verdict: fc.constantFrom(...Object.values(Verdict)),
  unreleased: fc.nat({ max: 1 }),
  counted: fc.nat({ max: 3 }),
  tries: fc.nat({ max: 3 }),
});

Deno.test("worlds that the exploration takes for one lead to the same worlds and violations", () => {
  const scopes = fc.constantFrom(...quickScopes, ...slowScopes);
  fc.assert(
    fc.property(concretes, truths, scopes, (concrete, truth, scope) => {
      const w: World = { ...abstractOf(concrete), ...truth };
      const ways = (from: World): ReadonlySet<string> => {
        const effects = new Effects(scope);
        const all = new Set<string>();
        eventsOf(from, scope, new Decisions(scope), effects, (next, event) => {
          all.add(`${event}: ${pack(next)} ${[...effects.violated].join()}`);
          effects.violated.clear();
        });
        return all;
      };
      const merged = unpack(pack(w));
      assert.equal(pack(merged), pack(w));
      assert.deepEqual(ways(merged), ways(w));
    }),
    { numRuns: 300 },
  );
});
