import assert from "node:assert/strict";
import {
  assertBackOnGolden,
  booted,
  type Scenario,
  startWithGolden,
  update,
  upWith,
} from "../scenario.ts";

/** A boot that ends without a word cannot be told from a crash. */
export const powerCut: Scenario = {
  name: "the power fails in early boot, twice: golden is back",
  run: async (machine) => {
    await startWithGolden(machine);
    await update(machine, "better");
    for (const chance of ["1 of 2", "2 of 2"]) {
      await machine.says(new RegExp(`on trial: .*chance ${chance}`));
      await machine.cutPower();
      await machine.start();
    }
    await upWith(machine, "good");
    // The third start of `better` ends in sysinit.target, with the rollback.
    assert.deepEqual(booted(machine), ["good", "better", "better", "better", "good"]);
    await assertBackOnGolden(machine, "better");
  },
};

/** Before the check nothing was put on record. */
export const powerCutBefore: Scenario = {
  name: "the power fails before the root is mounted: it does not count, the generation is pinned",
  run: async (machine) => {
    await startWithGolden(machine);
    await update(machine, "better");
    for (let cuts = 0; cuts < 3; cuts++) {
      await machine.next("initrd");
      await machine.cutPower();
      await machine.start();
    }
    await upWith(machine, "better");
    const golden = "/nix/var/nix/gcroots/golden-generation/golden";
    assert.equal(await machine.succeed(`readlink ${golden}`), machine.image.toplevels["better"]);
  },
};
