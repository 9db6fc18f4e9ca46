import assert from "node:assert/strict";
import { healthMatters } from "../../src/golden/decide_boot.ts";
import {
  type Event,
  type Facts,
  type Limits,
  looksAtLoader,
  type State,
} from "../../src/golden/decide_trial.ts";
import {
  bootOf,
  earlierBoot,
  fresh,
  goldenIs,
  good,
  judgedIn,
  limits,
  onTrial,
  openIn,
  other,
  special,
  stateWith,
  thisBoot,
} from "./decide_scene.ts";

const check: Event = { kind: "check" };
const validate: Event = { kind: "validate", reason: "a unit failed" };
const earlier = openIn(earlierBoot);

/** Whether the loader is asked: the slowest part of the early check. */
const loader: readonly (readonly [when: string, asked: boolean, State, Event, Facts])[] = [
  ["a check without a trial", false, stateWith(), check, bootOf(good)],
  ["the first boot on trial", false, onTrial(), check, bootOf(fresh)],
  ["the last chance opens", false, onTrial({ failures: 1 }), check, bootOf(fresh)],
  ["a first chance crashed", false, onTrial(earlier), check, bootOf(fresh)],
  ["the last chance crashed", true, onTrial({ failures: 1, ...earlier }), check, bootOf(fresh)],
  ["a first chance is judged", false, onTrial(openIn(thisBoot)), validate, bootOf(fresh)],
  [
    "the last chance is judged",
    true,
    onTrial({ failures: 1, ...openIn(thisBoot) }),
    validate,
    bootOf(fresh),
  ],
  ["a crash and this boot are judged at once", true, onTrial(earlier), validate, bootOf(fresh)],
  ["a rollback is due", true, onTrial({ failures: 2 }), check, bootOf(fresh)],
  ["a rollback is under way", true, onTrial({ phase: "rollback" }), check, bootOf(special)],
  ["another generation is booted", true, onTrial(), check, bootOf(other)],
  ["golden is booted", true, onTrial({}, { golden: goldenIs(special) }), validate, bootOf(special)],
  ["the host is shut down", false, onTrial({ failures: 2 }), { kind: "close" }, bootOf(fresh)],
  [
    "something is deployed",
    false,
    onTrial({ failures: 2 }),
    { kind: "mark", toplevel: other, action: "switch", force: true },
    bootOf(fresh),
  ],
];

for (const [when, asked, state, event, facts] of loader) {
  Deno.test(`the loader is ${asked ? "" : "not "}asked: ${when}`, () => {
    assert.equal(looksAtLoader(state, event, facts, limits), asked);
  });
}

const empty = stateWith({ golden: undefined });
const lost = { failures: 2, phase: "rollback" } as const;
const byHand: Limits = { ...limits, autoPin: false };

/** Whether the health is looked at, which takes a while. */
const health: readonly (readonly [when: string, looked: boolean, State, Facts, Limits?])[] = [
  ["a boot on trial is judged", true, onTrial(openIn(thisBoot)), bootOf(fresh)],
  ["a specialisation is", true, onTrial(openIn(thisBoot)), bootOf(special)],
  ["it failed before and still runs", true, onTrial(judgedIn(thisBoot)), bootOf(fresh)],
  ["its check did not run", true, onTrial(), bootOf(fresh)],
  ["only people pin", true, onTrial(openIn(thisBoot)), bootOf(fresh), byHand],
  ["nothing is golden yet", true, empty, bootOf(good)],
  ["the rollback is complete but for this", true, onTrial(lost), bootOf(good)],
  ["nothing is on trial", false, stateWith(), bootOf(good)],
  ["nothing is golden and only people pin", false, empty, bootOf(good), byHand],
  ["it passed before", false, onTrial(judgedIn(thisBoot, "passed")), bootOf(fresh)],
  ["it was marked in this boot", false, onTrial({ markedIn: thisBoot }), bootOf(fresh)],
  [
    "another one went live",
    false,
    onTrial(openIn(thisBoot)),
    bootOf(fresh, { current: other }),
  ],
  ["it is lost whatever comes of it", false, onTrial(lost), bootOf(fresh)],
  ["another generation is booted", false, onTrial(lost), bootOf(other)],
  ["golden is booted, and nothing lost", false, onTrial(), bootOf(good)],
  [
    "it is golden already",
    false,
    onTrial(openIn(thisBoot), { golden: goldenIs(fresh) }),
    bootOf(fresh),
  ],
];

for (const [when, looked, state, facts, more = limits] of health) {
  Deno.test(`the health is ${looked ? "" : "not "}looked at: ${when}`, () => {
    assert.equal(healthMatters(state, facts, more), looked);
  });
}
