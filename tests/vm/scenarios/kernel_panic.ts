import assert from "node:assert/strict";
import {
  assertBackOnGolden,
  booted,
  type Scenario,
  startWithGolden,
  update,
  upWith,
} from "../scenario.ts";

/** Nothing of ours ever runs: the boot loader counts, and the next golden boot draws the conclusion. */
export const kernelPanic: Scenario = {
  name: "a kernel that panics runs out of its tries; golden is booted and made the default",
  run: async (machine) => {
    await startWithGolden(machine);
    await update(machine, "panicking");
    await upWith(machine, "good");
    assert.deepEqual(booted(machine), ["good", "", "", "", "good"]);
    await assertBackOnGolden(machine, "panicking");
  },
};
