import assert from "node:assert/strict";
import {
  assertBackOnGolden,
  booted,
  bootStatus,
  deploy,
  journal,
  type Scenario,
  startWithGolden,
  update,
  upWith,
} from "../scenario.ts";

/** It boots, but without what the machine is for. */
export const failingUnit: Scenario = {
  name: "a required unit fails: two boots, rollback, golden is back, the rejected path is refused",
  run: async (machine) => {
    await startWithGolden(machine);
    await update(machine, "failing");
    await upWith(machine, "good");
    assert.deepEqual(booted(machine), ["good", "failing", "failing", "good"]);
    await assertBackOnGolden(machine, "failing");
    assert.match(await journal(machine, 1), /required\.service/);

    const again = await deploy(machine, "failing");
    assert.notEqual(again.status, 0);
    assert.match(again.stderr, /rejected/);
    const { good } = machine.image.toplevels;
    assert.equal((await bootStatus(machine)).loaderDefault, good);
  },
};
