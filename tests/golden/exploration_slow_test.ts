import assert from "node:assert/strict";
import { futuresOf } from "./exploration_liveness.ts";
import { slowScopes } from "./exploration_scopes.ts";
import { explore, tell } from "./exploration_search.ts";

for (const scope of slowScopes) {
  Deno.test(`nothing breaks an invariant: ${scope.name}`, () => {
    const { states, transitions, violations } = explore(scope);
    console.log(JSON.stringify({ scope: scope.name, states: states.size, transitions }));
    assert.equal(tell({ violations }), "");
    const futures = futuresOf(states, scope);
    console.log(JSON.stringify({ scope: scope.name, "boots until rest": futures }));
    assert.equal(futures.trouble, undefined);
  });
}
