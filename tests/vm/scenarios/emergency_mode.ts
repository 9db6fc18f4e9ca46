import assert from "node:assert/strict";
import {
  assertBackOnGolden,
  booted,
  type Scenario,
  startWithGolden,
  update,
  upWith,
} from "../scenario.ts";

/** A file system of fstab is not there, which leaves systemd no other way. */
export const emergencyMode: Scenario = {
  name: "emergency mode is left by itself and counts; after two golden is back",
  run: async (machine) => {
    await startWithGolden(machine);
    await update(machine, "emergency");
    await machine.says(/Reached target .*emergency\.target|emergency mode/);
    await upWith(machine, "good");
    assert.deepEqual(booted(machine), ["good", "emergency", "emergency", "good"]);
    await assertBackOnGolden(machine, "emergency");
  },
};
