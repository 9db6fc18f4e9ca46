import assert from "node:assert/strict";
import { type Transient, transientArgv } from "../../../src/programs/systemctl.ts";
import { type Scenario, settled } from "../scenario.ts";

const log = "/var/lib/activation.log";

/** The command line that activates a system, for a script in its place. */
function activation(script: string, timeout: number): string {
  const transient: Transient = {
    unit: "holdfast-activation",
    argv: ["/bin/sh", "-c", script],
    environment: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    log,
    timeout,
  };
  return transientArgv(transient).map((each) => `'${each.replaceAll("'", `'\\''`)}'`).join(" ");
}

/** What `auto-upgrade` relies on when it activates a system. */
export const lostWaiter: Scenario = {
  name: "an activation goes on when whoever waits for it is killed, and ends at its time bound",
  run: async (machine) => {
    await machine.start();
    await machine.next("up");
    await settled(machine);
    // Its exit status and its words come back.
    const ended = await machine.run(activation("echo out; echo err >&2; exit 4", 60_000));
    assert.equal(ended.status, 4, ended.stderr);
    assert.equal(await machine.succeed(`cat ${log}`), "out\nerr");
    // Somebody pulls the plug of the one who waits.
    const slow = activation("sleep 3; echo late; touch /var/lib/went-on", 60_000);
    await machine.run(`${slow} & sleep 1; kill -KILL $!`);
    await machine.succeed(
      "for i in 1 2 3 4 5 6 7 8 9 10; do test -e /var/lib/went-on && exit; sleep 1; done; exit 1",
      60,
    );
    assert.equal(await machine.succeed(`cat ${log}`), "late");
    // What never ends is ended, by a status that no system has, and the unit can be used again.
    const endless = await machine.run(activation("exec sleep 600", 2000), 60);
    assert.equal(endless.status, 255, endless.stderr);
    assert.equal((await machine.run(activation("exit 0", 60_000))).status, 0);
  },
};
