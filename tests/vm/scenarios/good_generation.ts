import assert from "node:assert/strict";
import { booted, bootStatus, type Scenario, startWithGolden, update, upWith } from "../scenario.ts";

/** The way it goes nearly always. */
export const goodGeneration: Scenario = {
  name: "a good generation is pinned after one boot",
  run: async (machine) => {
    const { better } = machine.image.toplevels;
    await startWithGolden(machine);
    await update(machine, "better");
    await upWith(machine, "better");
    const { golden, trial, loaderDefault } = await bootStatus(machine);
    assert.deepEqual(
      { golden: golden?.path, trial, loaderDefault },
      { golden: better, trial: null, loaderDefault: better },
    );
    const root = "/nix/var/nix/gcroots/golden-generation/golden";
    assert.equal(await machine.succeed(`readlink ${root}`), better);
    assert.deepEqual(booted(machine), ["good", "better"]);
  },
};
