import assert from "node:assert/strict";
import { journal, reboot, type Scenario, settled, startWithGolden } from "../scenario.ts";

/** Nothing is on trial, as in nearly all boots there are. */
export const normalBoot: Scenario = {
  name: "a normal boot starts no process of ours",
  run: async (machine) => {
    await startWithGolden(machine);
    await reboot(machine);
    await machine.next("up");
    await settled(machine);

    const started = await machine.succeed(
      "cd /etc/systemd/system && " +
        "systemctl show --property=ExecMainStartTimestampMonotonic golden-*.service",
    );
    const times = started.split("\n").filter((line) => line !== "");
    assert.ok(times.length >= 5, started);
    assert.deepEqual(times.filter((line) => !line.endsWith("=0")), []);
    assert.equal(await journal(machine), "");
    // No page of any program was read since the machine was started.
    const programs = "/run/booted-system/programs/bin/*";
    const cached = await machine.succeed(`fincore --bytes --noheadings --output PAGES ${programs}`);
    const pages = cached.trim().split(/\s+/);
    assert.ok(pages.length >= 7, cached);
    assert.deepEqual(pages.filter((count) => count !== "0"), [], cached);
  },
};
