import assert from "node:assert/strict";
import {
  assertStaysUp,
  booted,
  bootStatus,
  deploy,
  journal,
  reboot,
  type Scenario,
  settled,
  startWithGolden,
} from "../scenario.ts";

/** What a crash of a lesser file system, or a person, can leave behind. */
export const truncatedState: Scenario = {
  name: "a truncated state file: the machine boots on, reports it and never reboots",
  run: async (machine) => {
    await startWithGolden(machine);
    await deploy(machine, "failing");
    const trial = "/var/lib/golden-generation/trial.json";
    await machine.succeed(`truncate --size=40 ${trial} && sync`);
    await reboot(machine);
    assert.equal((await machine.next("up")).generation, "failing");
    await settled(machine);
    assert.match(await journal(machine), /trial\.json is corrupt .*kept as/);
    assert.equal(await machine.succeed(`ls ${trial}.corrupt-* | wc --lines`), "1");
    await assertStaysUp(machine, 20);
    assert.deepEqual(booted(machine), ["good", "failing"]);
    const { golden, trial: none } = await bootStatus(machine);
    const { good } = machine.image.toplevels;
    assert.deepEqual({ golden: golden?.path, none }, { golden: good, none: null });
  },
};
