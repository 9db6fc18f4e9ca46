import assert from "node:assert/strict";
import {
  assertBackOnGolden,
  booted,
  deploy,
  reboot,
  type Scenario,
  startWithGolden,
  upWith,
} from "../scenario.ts";

/** The number of golden's generation is gone, and with it all that a number could have found. */
export const collectedGarbage: Scenario = {
  name: "nix-collect-garbage -d while on trial: the rollback works",
  run: async (machine) => {
    const { good, better } = machine.image.toplevels;
    await startWithGolden(machine);
    assert.equal((await deploy(machine, "failing")).status, 0);
    await machine.succeed("nix-collect-garbage --delete-old");
    const generations = "nix-env -p /nix/var/nix/profiles/system --list-generations | wc --lines";
    assert.equal(await machine.succeed(generations), "1");
    assert.notEqual((await machine.run(`test -e ${better}`)).status, 0, "nothing was collected");
    await reboot(machine);
    await upWith(machine, "good");
    assert.deepEqual(booted(machine), ["good", "failing", "failing", "good"]);
    await assertBackOnGolden(machine, "failing");
    await machine.succeed(`nix-store --verify-path $(nix-store --query --requisites ${good})`);
  },
};
