import assert from "node:assert/strict";
import { decide } from "../../src/golden/decide_event.ts";
import type { Event } from "../../src/golden/decide_trial.ts";
import {
  bootOf,
  earlierBoot,
  fresh,
  goldenIs,
  good,
  installing,
  judgedIn,
  limits,
  onTrial,
  openIn,
  other,
  outOfReach,
  special,
  table,
  thisBoot,
} from "./decide_scene.ts";

const healthy: Event = { kind: "validate", reason: undefined };
const unhealthy: Event = { kind: "validate", reason: "a unit failed" };
const unexamined: Event = { kind: "validate", reason: undefined, unexamined: true };
const open = openIn(thisBoot);
const earlier = openIn(earlierBoot);
const twice = { failures: 2, ...judgedIn(earlierBoot) };
const rooted = ["protect good", "release-former"];
const rolledBack = ["notify rolling-back", ...installing(good), "reboot"];

function pinning(name: string): readonly string[] {
  return [`protect ${name}`, `write-golden ${name}`, "release-former", "notify pinned"];
}

table({
  "a healthy boot on trial becomes golden, and only then its trial ends": {
    state: onTrial({ failures: 1, ...open }),
    facts: bootOf(fresh),
    event: healthy,
    does: [...rooted, ...pinning("fresh"), "remove-trial"],
    otherwise: ["write-trial fresh, pending, failures 1, judged passed"],
    ending: "done",
  },
  "the first golden of all has no former one to be kept": {
    state: onTrial(open, { golden: undefined }),
    facts: bootOf(fresh),
    event: healthy,
    does: [...pinning("fresh"), "remove-trial"],
    otherwise: ["write-trial fresh, pending, judged passed"],
    ending: "done",
  },
  "a specialisation that was booted is what becomes golden": {
    state: onTrial(open),
    facts: bootOf(special),
    event: healthy,
    does: [...rooted, ...pinning("special"), "remove-trial"],
    otherwise: ["write-trial fresh, pending, judged passed"],
    ending: "done",
  },
  "a healthy boot whose check did not run pins nothing, and is judged": {
    state: onTrial({ failures: 1 }),
    facts: bootOf(fresh),
    event: healthy,
    does: ["write-trial fresh, pending, failures 1, judged passed"],
    ending: "done",
  },
  "an attempt that an earlier boot left open is judged by the validation as well": {
    state: onTrial(earlier),
    facts: bootOf(fresh),
    event: healthy,
    does: ["write-trial fresh, pending, failures 1, judged passed"],
    ending: "done",
  },
  "with it the failures may be enough, however healthy this boot is": {
    state: onTrial({ ...earlier, failures: 1 }),
    facts: bootOf(fresh),
    event: healthy,
    does: ["write-trial fresh, rollback, failures 2, rollbacks 1, judged failed", ...rolledBack],
    ending: "rolled-back",
  },
  "with it and this boot they may be enough as well": {
    state: onTrial(earlier),
    facts: bootOf(fresh),
    event: unhealthy,
    does: ["write-trial fresh, rollback, failures 2, rollbacks 1, judged failed", ...rolledBack],
    ending: "rolled-back",
  },
  "a boot that fails is counted, and only then gets another chance": {
    state: onTrial(open),
    facts: bootOf(fresh),
    event: unhealthy,
    does: ["write-trial fresh, pending, failures 1, judged failed", "notify boot-failed", "reboot"],
    ending: "failed",
  },
  "so is one whose check did not run": {
    state: onTrial(),
    facts: bootOf(fresh),
    event: unhealthy,
    does: ["write-trial fresh, pending, failures 1, judged failed", "notify boot-failed", "reboot"],
    ending: "failed",
  },
  "the last chance that fails is rolled back": {
    state: onTrial({ failures: 1, ...open }),
    facts: bootOf(fresh),
    event: unhealthy,
    does: ["write-trial fresh, rollback, failures 2, rollbacks 1, judged failed", ...rolledBack],
    ending: "rolled-back",
  },
  "with one chance the first failure is rolled back": {
    state: onTrial(open),
    facts: bootOf(fresh),
    event: unhealthy,
    limits: { maxFailures: 1 },
    does: ["write-trial fresh, rollback, failures 1, rollbacks 1, judged failed", ...rolledBack],
    ending: "rolled-back",
  },
  "without golden the last chance ends on the console": {
    state: onTrial({ failures: 1, ...open }, { golden: undefined }),
    facts: bootOf(fresh),
    event: unhealthy,
    does: ["write-trial fresh, exhausted, failures 2, judged failed", "notify exhausted"],
    ending: "failed",
  },
  "a loader out of reach is not rolled back to blindly": {
    state: onTrial({ failures: 1, ...open }),
    facts: bootOf(fresh, outOfReach),
    event: unhealthy,
    does: ["write-trial fresh, pending, failures 2, judged failed"],
    ending: "failed",
  },
  "a rollback that the check could not do is done by the validation, however healthy": {
    state: onTrial({ ...twice, phase: "rollback", rollbackTries: 1 }),
    facts: bootOf(fresh),
    event: unexamined,
    does: ["write-trial fresh, rollback, failures 2, rollbacks 2", ...rolledBack],
    ending: "rolled-back",
  },
  "a boot that failed and still runs is not counted again, and its reboot asked for again": {
    state: onTrial({ failures: 1, ...judgedIn(thisBoot) }),
    facts: bootOf(fresh),
    event: unhealthy,
    does: ["reboot"],
    ending: "failed",
  },
  "unless it is healthy by now": {
    state: onTrial({ failures: 1, ...judgedIn(thisBoot) }),
    facts: bootOf(fresh),
    event: healthy,
    does: [],
    ending: "done",
  },
  "a rollback is begun once a boot, and then only taken up again": {
    state: onTrial({
      ...twice,
      phase: "rollback",
      rollbackTries: 2,
      rolledBackIn: thisBoot,
    }),
    facts: bootOf(fresh, { profile: good }),
    event: unexamined,
    does: [...installing(good), "reboot"],
    ending: "rolled-back",
  },
  "the deadline of a boot that passed without a check does nothing": {
    state: onTrial(judgedIn(thisBoot, "passed")),
    facts: bootOf(fresh),
    event: unhealthy,
    does: [],
    ending: "failed",
  },
  "the boot in which it was marked is no boot of it": {
    state: onTrial({ markedIn: thisBoot }),
    facts: bootOf(fresh),
    event: unhealthy,
    does: [],
    ending: "failed",
  },
  "a live switch leaves the boot unjudged, whether it is healthy": {
    state: onTrial(open),
    facts: bootOf(fresh, { current: other }),
    event: healthy,
    does: ["write-trial fresh, pending, open, aborted"],
    ending: "done",
  },
  "or not: it is written down, and nothing reboots": {
    state: onTrial({ failures: 1, ...open }),
    facts: bootOf(fresh, { current: other }),
    event: unhealthy,
    does: ["write-trial fresh, pending, failures 1, open, aborted"],
    ending: "done",
  },
  "a live switch is written down once": {
    state: onTrial({ ...open, aborted: true }),
    facts: bootOf(fresh, { current: undefined }),
    event: unexamined,
    does: [],
    ending: "done",
  },
  "what was not looked at does not pass": {
    state: onTrial(open),
    facts: bootOf(fresh),
    event: unexamined,
    does: [],
    ending: "done",
  },
  "another generation that is not healthy is neither counted nor rebooted": {
    state: onTrial({ failures: 1 }),
    facts: bootOf(other),
    event: unhealthy,
    does: [],
    ending: "failed",
  },
  "golden that is not healthy is not rebooted: what failed is rejected, and that is all": {
    state: onTrial({ ...twice, phase: "rollback", rollbackTries: 1 }),
    facts: bootOf(good),
    event: unhealthy,
    does: ["write-rejected fresh", "notify rolled-back", "remove-trial"],
    ending: "failed",
  },
  "back on golden, what failed is rejected before its trial is forgotten": {
    state: onTrial({ ...twice, phase: "rollback", rollbackTries: 1 }),
    facts: bootOf(good),
    event: healthy,
    does: ["write-rejected fresh", "notify rolled-back", "remove-trial"],
    ending: "done",
  },
  "back on golden, which is not the default, it is made that first": {
    state: onTrial({ ...twice, phase: "rollback" }),
    facts: bootOf(good, { loader: { kind: "known", path: fresh } }),
    event: healthy,
    does: [
      "write-trial fresh, rollback, failures 2",
      ...installing(good),
      "write-rejected fresh",
      "notify rolled-back",
      "remove-trial",
    ],
    ending: "done",
  },
  "back on golden nothing is complete while the loader is out of reach": {
    state: onTrial({ ...twice, phase: "rollback" }),
    facts: bootOf(good, outOfReach),
    event: healthy,
    does: [],
    ending: "done",
  },
  "what was marked and never deployed is not on trial any longer": {
    state: onTrial(),
    facts: bootOf(good),
    event: healthy,
    does: ["remove-trial"],
    ending: "done",
  },
  "what is deployed and was not booted yet stays on trial": {
    state: onTrial(),
    facts: bootOf(good, { profile: fresh, loader: { kind: "known", path: fresh } }),
    event: healthy,
    does: [],
    ending: "done",
  },
  "what was marked in this boot stays on trial": {
    state: onTrial({ markedIn: thisBoot }),
    facts: bootOf(good),
    event: healthy,
    does: [],
    ending: "done",
  },
  "a pin that was cut short is not judged again": {
    state: onTrial(open, { golden: goldenIs(fresh, thisBoot) }),
    facts: bootOf(fresh),
    event: unhealthy,
    does: ["protect fresh", "release-former", "remove-trial"],
    ending: "failed",
  },
  "nor is one of a specialisation": {
    state: onTrial(earlier, { golden: goldenIs(special, earlierBoot) }),
    facts: bootOf(fresh),
    event: unhealthy,
    does: ["protect special", "release-former", "remove-trial"],
    ending: "failed",
  },
  "where nothing is pinned by itself, a healthy boot ends the trial": {
    state: onTrial(open),
    facts: bootOf(fresh),
    event: healthy,
    limits: { autoPin: false },
    does: ["remove-trial"],
    otherwise: ["write-trial fresh, pending, judged passed"],
    ending: "done",
  },
});

const closing: Event = { kind: "close" };
const nothing = { event: closing, facts: bootOf(fresh), does: [], ending: "done" } as const;

table({
  "a clean stop before the validation is written down": {
    state: onTrial({ failures: 1, ...open }),
    facts: bootOf(fresh),
    event: closing,
    does: ["write-trial fresh, pending, failures 1, open, aborted"],
    ending: "done",
  },
  "it is so once": { state: onTrial({ ...open, aborted: true }), ...nothing },
  "a clean stop after the boot was judged changes nothing": {
    state: onTrial({ failures: 1, ...judgedIn(thisBoot) }),
    ...nothing,
  },
  "a clean stop says nothing of an earlier boot": { state: onTrial(earlier), ...nothing },
});

Deno.test("a reboot comes after what counts it, and is the last thing done", () => {
  for (const failures of [0, 1]) {
    const { effects } = decide(
      onTrial({ failures, ...open }),
      unhealthy,
      bootOf(fresh),
      limits,
    );
    assert.equal(effects[0]?.kind, "write-trial");
    assert.equal(effects.at(-1)?.kind, "reboot");
  }
});
