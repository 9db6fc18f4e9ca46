import {
  bootOf,
  earlierBoot,
  fresh,
  goldenIs,
  good,
  judgedIn,
  onTrial,
  openIn,
  other,
  rejecting,
  special,
  stateWith,
  table,
  thisBoot,
} from "./decide_scene.ts";
import type { Event } from "../../src/golden/decide_trial.ts";

function mark(toplevel: string, action = "switch", force = false): Event {
  return { kind: "mark", toplevel, action, force };
}

const facts = bootOf(good);
const nothing = { does: [], ending: "done" } as const;
const refused = { does: [], ending: "refused" } as const;
const twice = { failures: 2, ...judgedIn(earlierBoot) };

table({
  "what is deployed goes on trial, with nothing counted": {
    state: stateWith(),
    facts,
    event: mark(fresh),
    does: ["write-trial fresh, pending"],
    ending: "done",
  },
  "it does so for the next boot only, too": {
    state: stateWith(),
    facts,
    event: mark(fresh, "boot"),
    does: ["write-trial fresh, pending"],
    ending: "done",
  },
  "what does not last is no trial": {
    state: stateWith({ rejected: rejecting(fresh) }),
    facts,
    event: mark(fresh, "test"),
    ...nothing,
  },
  "golden needs no trial": { state: stateWith(), facts, event: mark(good), ...nothing },
  "golden that is deployed again ends the trial of another one": {
    state: onTrial({ failures: 1, ...openIn(thisBoot) }),
    facts,
    event: mark(good),
    does: ["remove-trial"],
    ending: "done",
  },
  "what is on trial and deployed again keeps its counters": {
    state: onTrial({ failures: 1, neutral: 1, ...openIn(thisBoot) }),
    facts: bootOf(fresh),
    event: mark(fresh),
    ...nothing,
  },
  "another one takes the place of what is on trial, with counters of its own": {
    state: onTrial({ failures: 1, neutral: 2, ...openIn(thisBoot) }),
    facts: bootOf(fresh),
    event: mark(other),
    does: ["write-trial other, pending"],
    ending: "done",
  },
  "what failed is rejected before another one takes its place": {
    state: onTrial(twice),
    facts: bootOf(fresh),
    event: mark(other),
    does: ["write-rejected fresh", "write-trial other, pending"],
    ending: "done",
  },
  "what failed is rejected before golden ends its trial": {
    state: onTrial({ phase: "exhausted", failures: 2 }),
    facts: bootOf(fresh),
    event: mark(good),
    does: ["write-rejected fresh", "remove-trial"],
    ending: "done",
  },
  "what was rejected is refused": {
    state: stateWith({ rejected: rejecting(other, fresh) }),
    facts,
    event: mark(fresh),
    ...refused,
  },
  "what failed is refused before it is rejected, while its rollback is under way": {
    state: onTrial({ ...twice, phase: "rollback", rollbackTries: 1 }),
    facts: bootOf(fresh),
    event: mark(fresh),
    ...refused,
  },
  "what failed is refused where nothing can replace it": {
    state: onTrial({ ...twice, phase: "exhausted" }, { golden: undefined }),
    facts: bootOf(fresh),
    event: mark(fresh),
    ...refused,
  },
  "a refusal leaves what is on trial as it is": {
    state: onTrial({ failures: 1 }, { rejected: rejecting(other) }),
    facts,
    event: mark(other),
    ...refused,
  },
  "who insists pardons what was rejected, before it goes on trial": {
    state: stateWith({ rejected: rejecting(other, fresh) }),
    facts,
    event: mark(fresh, "switch", true),
    does: ["write-rejected other", "write-trial fresh, pending"],
    ending: "done",
  },
  "who insists gives what failed all its chances again": {
    state: onTrial({ ...twice, phase: "exhausted", rollbackTries: 2, ...openIn(earlierBoot) }),
    facts: bootOf(fresh),
    event: mark(fresh, "switch", true),
    does: ["write-trial fresh, pending"],
    ending: "done",
  },
  "a pardon for one does not lose the rejection of the other that it replaces": {
    state: onTrial(twice, { rejected: rejecting(other) }),
    facts: bootOf(fresh),
    event: mark(other, "switch", true),
    does: ["write-rejected other fresh", "write-rejected fresh", "write-trial other, pending"],
    ending: "done",
  },
  "what is golden already is not rejected, although its trial was never removed": {
    state: onTrial(twice, { golden: goldenIs(fresh) }),
    facts: bootOf(fresh),
    event: mark(other),
    does: ["write-trial other, pending"],
    ending: "done",
  },
  "nor is it where golden itself is deployed again": {
    state: onTrial(twice, { golden: goldenIs(fresh) }),
    facts: bootOf(fresh),
    event: mark(fresh),
    does: ["remove-trial"],
    ending: "done",
  },
  "nor is what passed as its specialisation": {
    state: onTrial(
      { ...twice, ...openIn(earlierBoot) },
      { golden: goldenIs(special, earlierBoot) },
    ),
    facts: bootOf(special),
    event: mark(other),
    does: ["write-trial other, pending"],
    ending: "done",
  },
});
