import assert from "node:assert/strict";
import {
  assertBackOnGolden,
  booted,
  type Scenario,
  startWithGolden,
  update,
  upWith,
} from "../scenario.ts";

/** Nothing fails, and nothing is ever up. */
export const hangingBoot: Scenario = {
  name: "a boot that hangs before multi-user.target ends at the deadline; after two golden is back",
  run: async (machine) => {
    await startWithGolden(machine);
    await update(machine, "hanging");
    await upWith(machine, "good");
    assert.deepEqual(booted(machine), ["good", "hanging", "hanging", "good"]);
    await assertBackOnGolden(machine, "hanging");
  },
};
