import assert from "node:assert/strict";
import {
  bootStatus,
  reboot,
  type Scenario,
  settled,
  startWithGolden,
  update,
} from "../scenario.ts";

/** A person is quicker than the validation. */
export const cleanReboot: Scenario = {
  name: "a clean reboot before the validation stays neutral",
  run: async (machine) => {
    const { patient } = machine.image.toplevels;
    await startWithGolden(machine);
    await update(machine, "patient");
    assert.equal((await machine.next("up")).generation, "patient");
    await reboot(machine);
    assert.equal((await machine.next("up")).generation, "patient");
    const { trial } = await bootStatus(machine);
    assert.deepEqual(
      { target: trial?.target, failures: trial?.failures, neutral: trial?.neutral },
      { target: patient, failures: 0, neutral: 1 },
    );
    await settled(machine);
    assert.equal((await bootStatus(machine)).golden?.path, patient);
  },
};
