import assert from "node:assert/strict";
import { decidePin, decideRollBack, leftBehind } from "../../src/golden/decide_by_hand.ts";
import type { Decision, Facts, State } from "../../src/golden/decide_trial.ts";
import type { Golden } from "../../src/golden/golden_state.ts";
import {
  bootOf,
  earlierBoot,
  fresh,
  goldenIs,
  good,
  installing,
  judgedIn,
  onTrial,
  openIn,
  other,
  outline,
  rejecting,
  special,
  stateWith,
  thisBoot,
} from "./decide_scene.ts";

function pinned(state: State, path: string): readonly string[] {
  const { effects, ending } = decidePin(state, goldenIs(path));
  assert.equal(ending, "done");
  return outline(effects);
}

function pinning(name: string): readonly string[] {
  return [`protect ${name}`, `write-golden ${name}`, "release-former", "notify pinned"];
}

const rooted = ["protect good", "release-former"];

Deno.test("a pin keeps the former golden rooted until the next one is", () => {
  assert.deepEqual(pinned(stateWith(), other), [...rooted, ...pinning("other")]);
});

Deno.test("the first pin has no former golden", () => {
  assert.deepEqual(pinned(stateWith({ golden: undefined }), good), pinning("good"));
});

Deno.test("what is golden and pinned again gets its root, should a pin have been cut short", () => {
  assert.deepEqual(pinned(stateWith(), good), rooted);
});

Deno.test("what a boot proved may be vouched for by a person as well", () => {
  const state = stateWith({ golden: goldenIs(good, earlierBoot) });
  assert.deepEqual(pinned(state, good), [...rooted, ...pinning("good")]);
});

Deno.test("what is pinned is no longer rejected", () => {
  const state = stateWith({ rejected: rejecting(other, fresh) });
  assert.deepEqual(pinned(state, other), [...rooted, ...pinning("other"), "write-rejected fresh"]);
});

Deno.test("what is pinned is no longer on trial, once it is golden", () => {
  const state = onTrial({ failures: 2, phase: "exhausted" });
  assert.deepEqual(pinned(state, fresh), [...rooted, ...pinning("fresh"), "remove-trial"]);
});

Deno.test("the trial of another one goes on", () => {
  assert.deepEqual(pinned(onTrial(openIn(thisBoot)), other), [...rooted, ...pinning("other")]);
});

Deno.test("a trial that has passed is ended before golden, which says so, is overwritten", () => {
  const state = onTrial(openIn(earlierBoot), { golden: goldenIs(fresh, earlierBoot) });
  assert.deepEqual(pinned(state, good), [
    "remove-trial",
    "protect fresh",
    "release-former",
    ...pinning("good"),
  ]);
});

function rolledBack(state: State, facts: Facts, reboot = false): Decision {
  return decideRollBack(state, state.golden as Golden, facts, reboot);
}

Deno.test("a rollback by hand is written down, done, and only then rejects what it leaves", () => {
  const { effects, ending } = rolledBack(stateWith(), bootOf(other), true);
  assert.deepEqual(outline(effects), [
    "write-trial other, rollback",
    ...installing(good),
    "write-rejected other",
    "reboot",
  ]);
  assert.equal(ending, "done");
});

Deno.test("nothing reboots unless it is asked for", () => {
  const { effects } = rolledBack(stateWith(), bootOf(other));
  assert(!outline(effects).includes("reboot"));
});

Deno.test("what is on trial keeps its counters when a person rolls it back", () => {
  const state = onTrial({ failures: 1, neutral: 1, ...openIn(thisBoot), aborted: true });
  assert.deepEqual(outline(rolledBack(state, bootOf(fresh)).effects), [
    "write-trial fresh, rollback, failures 1, neutral 1",
    ...installing(good),
    "write-rejected fresh",
  ]);
});

Deno.test("what a person leaves takes the place of what was on trial", () => {
  const state = onTrial({ failures: 1, ...judgedIn(earlierBoot) });
  const [first] = outline(rolledBack(state, bootOf(other)).effects);
  assert.equal(first, "write-trial other, rollback");
});

Deno.test("nothing is done where golden is the default and booted", () => {
  const { effects } = rolledBack(stateWith(), bootOf(good), true);
  assert.deepEqual(effects, []);
});

const isDefault = { profile: good, loader: { kind: "known", path: good } } as const;

Deno.test("where golden is the default, a reboot is all that is left", () => {
  assert.deepEqual(outline(rolledBack(stateWith(), bootOf(other, isDefault), true).effects), [
    "reboot",
  ]);
  assert.deepEqual(rolledBack(stateWith(), bootOf(other, isDefault)).effects, []);
});

Deno.test("a loader and a profile that disagree are both set", () => {
  for (const facts of [{ ...isDefault, profile: other }, { ...isDefault, loader: otherLoader }]) {
    assert.deepEqual(outline(rolledBack(stateWith(), bootOf(good, facts)).effects), [
      "write-trial other, rollback",
      ...installing(good),
      "write-rejected other",
    ]);
  }
});

const otherLoader = { kind: "known", path: other } as const;

Deno.test("what is left is what would boot next, and else what the profile leads to", () => {
  const facts = bootOf(special, { profile: fresh, loader: otherLoader });
  assert.equal(leftBehind(good, facts), other);
  assert.equal(leftBehind(good, { ...facts, loader: { kind: "none" } }), fresh);
  assert.equal(leftBehind(good, { ...facts, loader: { kind: "known", path: good } }), fresh);
  assert.equal(leftBehind(good, { ...facts, ...isDefault }), undefined);
});
