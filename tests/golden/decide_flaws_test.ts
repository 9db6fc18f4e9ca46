import assert from "node:assert/strict";
import { decide } from "../../src/golden/decide_event.ts";
import type { Decision, Effect, Event, Facts, State } from "../../src/golden/decide_trial.ts";
import {
  bootOf,
  fresh,
  good,
  installing,
  limits,
  onTrial,
  openIn,
  other,
  outline,
  stateAfter,
  stateWith,
  thisBoot,
} from "./decide_scene.ts";

// The flaws of the draft, as far as the decisions alone can have them.

const check: Event = { kind: "check" };
const healthy: Event = { kind: "validate", reason: undefined };
const unhealthy: Event = { kind: "validate", reason: "a unit failed" };
const deployed: Event = { kind: "mark", toplevel: fresh, action: "switch", force: false };

/** A host on paper: its state files, and which boot it is in. */
class Paper {
  state: State = stateWith();
  reboots = 0;
  #boots = 3;
  #facts: Facts = bootOf(good, { bootId: thisBoot });

  boot(booted: string, given: Partial<Facts> = {}): void {
    const bootId = (this.#boots++).toString(16).padStart(32, "0");
    this.#facts = bootOf(booted, { bootId, ...given });
  }

  /** What is decided is done, up to the first effect of a kind that fails. */
  tell(event: Event, failing?: Effect["kind"]): Decision {
    const decision = decide(this.state, event, this.#facts, limits);
    const end = decision.effects.findIndex(({ kind }) => kind === failing);
    const effects = end < 0 ? decision.effects : decision.effects.slice(0, end);
    this.state = stateAfter(this.state, { effects });
    this.reboots += effects.filter(({ kind }) => kind === "reboot").length;
    return decision;
  }
}

Deno.test("flaw: the first boot of a healthy update counted as a failure", () => {
  const host = new Paper();
  host.tell(deployed);
  host.boot(fresh);
  host.tell(check);
  assert.equal(host.state.trial?.failures, 0);
  host.tell(healthy);
  assert.equal(host.state.golden?.path, fresh);
  assert.equal(host.state.trial, undefined);
});

Deno.test("flaw: a generation was known by a number that may name another one", () => {
  const decisions = [null, 1, 2].map((generation) =>
    decide(onTrial(openIn(thisBoot)), healthy, bootOf(fresh, { generation }), limits)
  );
  assert.equal(new Set(decisions.map(({ effects }) => outline(effects).join())).size, 1);
  assert(outline(decisions[0]?.effects ?? []).includes("write-golden fresh"));
});

Deno.test("flaw: a rollback left the profile on the bad generation, and believed the loader", () => {
  const { effects } = decide(onTrial({ failures: 2 }), check, bootOf(fresh), limits);
  assert.deepEqual(outline(effects).slice(-4), [...installing(good), "reboot"]);
});

Deno.test("flaw: golden was named before anything kept it from the garbage collector", () => {
  const { effects } = decide(onTrial(openIn(thisBoot)), healthy, bootOf(fresh), limits);
  const steps = outline(effects);
  assert(steps.indexOf("protect fresh") < steps.indexOf("write-golden fresh"));
  assert(steps.indexOf("write-golden fresh") < steps.lastIndexOf("release-former"));
});

Deno.test("flaw: boots of another generation counted as well", () => {
  const host = new Paper();
  host.tell(deployed);
  for (let boot = 0; boot < 10; boot++) {
    host.boot(other, { profile: fresh });
    host.tell(check);
    host.tell(unhealthy);
  }
  assert.equal(host.state.trial?.failures, 0);
  assert.equal(host.reboots, 0);
});

Deno.test("flaw: a host that failed its validation stayed as it was for ever", () => {
  const host = new Paper();
  host.tell(deployed);
  host.boot(fresh);
  host.tell(check);
  host.tell(unhealthy);
  assert.equal(host.state.trial?.failures, 1);
  assert.equal(host.reboots, 1);
});

Deno.test("flaw: a bad golden was an endless reboot loop", () => {
  const host = new Paper();
  host.tell(deployed);
  for (let boot = 0; boot < 2; boot++) {
    host.boot(fresh);
    host.tell(check);
    host.tell(unhealthy);
  }
  assert.equal(host.reboots, 2);
  for (let boot = 0; boot < 10; boot++) {
    host.boot(good);
    host.tell(check);
    host.tell(unhealthy);
  }
  assert.equal(host.reboots, 2);
});

Deno.test("flaw: a rollback that cannot be done was tried for ever", () => {
  const host = new Paper();
  host.tell(deployed);
  for (let boot = 0; boot < 10; boot++) {
    host.boot(fresh);
    host.tell(check, "verify-default");
    host.tell(unhealthy, "verify-default");
  }
  assert.equal(host.state.trial?.phase, "exhausted");
  assert.equal(host.reboots, 1);
});

Deno.test("flaw: the next upgrade brought the rejected generation again", () => {
  const host = new Paper();
  host.tell(deployed);
  for (let boot = 0; boot < 2; boot++) {
    host.boot(fresh);
    host.tell(check);
    host.tell(unhealthy);
    assert.equal(host.tell(deployed).ending, boot === 0 ? "done" : "refused");
  }
  host.boot(good);
  host.tell(check);
  assert.equal(host.tell(deployed).ending, "refused");
  host.tell(healthy);
  assert.equal(host.state.trial, undefined);
  assert.equal(host.tell(deployed).ending, "refused");
});
