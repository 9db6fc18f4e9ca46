import type { Event } from "../../src/golden/decide_trial.ts";
import {
  bootOf,
  fresh,
  good,
  onTrial,
  other,
  rejecting,
  special,
  stateWith,
  table,
} from "./decide_scene.ts";

const healthy: Event = { kind: "validate", reason: undefined };
const empty = stateWith({ golden: undefined });
const pinned = ["protect good", "write-golden good", "release-former", "notify pinned"];
const nothing = { does: [], ending: "done" } as const;

// Without a trial: the first golden of a host, and that of one whose golden.json was corrupt.
table({
  "the first healthy boot of a host becomes golden": {
    state: empty,
    facts: bootOf(good),
    event: healthy,
    does: pinned,
    ending: "done",
  },
  "so does a specialisation of what the profile leads to": {
    state: empty,
    facts: bootOf(special, { profile: fresh }),
    event: healthy,
    does: ["protect special", "write-golden special", "release-former", "notify pinned"],
    ending: "done",
  },
  "what is golden stays, whatever is booted without a trial": {
    state: stateWith(),
    facts: bootOf(other),
    event: healthy,
    ...nothing,
  },
  "a boot that is not healthy is not pinned, and not rebooted": {
    state: empty,
    facts: bootOf(good),
    event: { kind: "validate", reason: "a unit failed" },
    does: [],
    ending: "failed",
  },
  "one that was not looked at is not pinned": {
    state: empty,
    facts: bootOf(good),
    event: { kind: "validate", reason: undefined, unexamined: true },
    ...nothing,
  },
  "what went live since is not pinned, nor what it took the place of": {
    state: empty,
    facts: bootOf(good, { current: other }),
    event: healthy,
    ...nothing,
  },
  "what is booted from the menu is not pinned": {
    state: empty,
    facts: bootOf(good, { profile: other }),
    event: healthy,
    ...nothing,
  },
  "nothing is pinned where the profile leads nowhere": {
    state: empty,
    facts: bootOf(good, { profile: undefined }),
    event: healthy,
    ...nothing,
  },
  "nothing is pinned where what was booted cannot be told": {
    state: empty,
    facts: bootOf(undefined),
    event: healthy,
    ...nothing,
  },
  "what was rejected is not pinned": {
    state: stateWith({ golden: undefined, rejected: rejecting(good) }),
    facts: bootOf(good),
    event: healthy,
    ...nothing,
  },
  "nothing is pinned where only people do that": {
    state: empty,
    facts: bootOf(good),
    event: healthy,
    limits: { autoPin: false },
    ...nothing,
  },
  "nothing is pinned past a trial": {
    state: onTrial({}, { golden: undefined }),
    facts: bootOf(other, { profile: fresh }),
    event: healthy,
    ...nothing,
  },
});
