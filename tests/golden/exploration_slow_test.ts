import assert from "node:assert/strict";
import { futuresOf } from "./exploration_liveness.ts";
import { slowScopes } from "./exploration_scopes.ts";
import { explore, tell } from "./exploration_search.ts";

for (const scope of slowScopes) {
  Deno.test(`nothing breaks an invariant: ${scope.name}`, () => {
    const exploration = explore(scope);
    const { states, transitions, violations } = exploration;
    console.log(JSON.stringify({ scope: scope.name, states: states.size, transitions }));
    assert.equal(tell({ violations }), "");
    const futures = futuresOf(exploration, scope);
    console.log(JSON.stringify({ scope: scope.name, "boots until rest": futures }));
    assert.equal(futures.trouble, undefined);
  });
}
