import assert from "node:assert/strict";
import { type Transient, transientArgv } from "../../../src/programs/systemctl.ts";
import { type Scenario, settled } from "../scenario.ts";

const log = "/var/lib/activation.log";

/** A system bus, which systemd-run waits by; the other scenarios boot faster without one. */
const startBus = `mkdir -p /run/dbus /run/systemd/system
cat > /run/dbus/system.conf <<'END'
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/><allow user="*"/>
  </policy>
</busconfig>
END
cat > /run/systemd/system/dbus.socket <<'END'
[Socket]
ListenStream=/run/dbus/system_bus_socket
END
cat > /run/systemd/system/dbus.service <<'END'
[Unit]
Requires=dbus.socket
[Service]
ExecStart=/usr/bin/dbus-daemon --config-file=/run/dbus/system.conf --address=systemd: --nofork --nopidfile --systemd-activation
END
systemctl daemon-reload
systemctl start dbus.socket dbus.service
until busctl --system --timeout=5 call org.freedesktop.systemd1 /org/freedesktop/systemd1 \\
  org.freedesktop.DBus.Peer Ping 2>/dev/null; do sleep 0.5; done`;

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
    await machine.succeed(startBus);
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
    // One that is killed ends with a status that no system has.
    assert.equal((await machine.run(activation("kill -KILL $$", 60_000))).status, 255);
    // What never ends is ended, and the unit can be used again.
    const endless = await machine.run(activation("exec sleep 600", 2000), 60);
    assert.equal(endless.status, 1, endless.stderr);
    assert.equal((await machine.run(activation("exit 0", 60_000))).status, 0);
  },
};
