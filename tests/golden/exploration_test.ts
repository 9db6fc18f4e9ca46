import assert from "node:assert/strict";
import type { Mutation } from "./exploration_decisions.ts";
import { futuresOf } from "./exploration_liveness.ts";
import { quickScopes, smallScope } from "./exploration_scopes.ts";
import { explore, tell } from "./exploration_search.ts";

for (const scope of quickScopes) {
  Deno.test(`no crash, failure, menu or person breaks an invariant: ${scope.name}`, () => {
    const exploration = explore(scope);
    const { states, transitions, violations } = exploration;
    console.log(JSON.stringify({ scope: scope.name, states: states.size, transitions }));
    assert.equal(tell({ violations }), "");
    const { maxFailures, maxNeutral, maxRollbackTries } = scope.limits;
    const futures = futuresOf(exploration, scope);
    console.log(JSON.stringify({ scope: scope.name, "boots until rest": futures }));
    assert.equal(futures.trouble, undefined);
    const bound = maxFailures + maxNeutral + maxRollbackTries + scope.tries + 1;
    assert(futures.failing <= bound && futures.healthy <= bound);
  });
}

const earlier = "0".repeat(32);

/** Faults of a reducer, made by what it is given. */
const faults: readonly (readonly [fault: string, mutate: Mutation])[] = [
  ["the threshold is one too low", (given) => {
    const maxFailures = given.limits.maxFailures - 1;
    return { ...given, limits: { ...given.limits, maxFailures } };
  }],
  ["the check does not see that it ran in this boot", (given) => {
    const { trial } = given.state;
    if (trial === undefined || given.event.kind !== "check") return given;
    const open = trial.open === null ? null : { ...trial.open, bootId: earlier };
    const history = trial.history.map((each) => ({ ...each, bootId: earlier }));
    const forgetful = { ...trial, markedIn: earlier, open, history };
    return { ...given, state: { ...given.state, trial: forgetful } };
  }],
  ["whatever is booted is taken for what is on trial", (given) => ({
    ...given,
    facts: { ...given.facts, bootedIsTarget: true },
  })],
  ["what was pinned in the open attempt is not taken for its end", (given) => {
    const { golden } = given.state;
    if (golden === undefined) return given;
    return { ...given, state: { ...given.state, golden: { ...golden, bootId: null } } };
  }],
];

Deno.test("the reducer without a fault passes where the faults are looked for", () => {
  assert.equal(tell(explore(smallScope)), "");
});

for (const [fault, mutate] of faults) {
  Deno.test(`the exploration notices when ${fault}`, () => {
    const { violations } = explore({ ...smallScope, mutate }, true);
    console.log(JSON.stringify({ fault, "caught by": [...violations.keys()] }));
    assert(violations.size > 0);
  });
}
