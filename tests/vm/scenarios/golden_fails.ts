import assert from "node:assert/strict";
import {
  assertStaysUp,
  booted,
  journal,
  type Scenario,
  startWithGolden,
  update,
  upWith,
} from "../scenario.ts";

/** It was not the update: the world around it has changed, and no reboot mends that. */
export const goldenFails: Scenario = {
  name: "golden itself fails: no endless loop, the machine stays up and says so",
  run: async (machine) => {
    await startWithGolden(machine);
    await machine.succeed("touch /var/lib/required-is-broken && sync");
    await update(machine, "better");
    await upWith(machine, "good");
    assert.match(await journal(machine), /not healthy either: staying up/);
    const unit = "golden-boot-validate.service";
    assert.equal((await machine.run(`systemctl is-failed ${unit}`)).stdout.trim(), "failed");
    await assertStaysUp(machine, 20);
    assert.deepEqual(booted(machine), ["good", "better", "better", "good"]);
  },
};
