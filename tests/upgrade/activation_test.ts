/** Each way an activation can end, and what becomes of git and system. */
import assert from "node:assert/strict";
import { exits } from "../config/scene.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { push, settled } from "./scene.ts";

/** How the switch to `second` ends; what runs and is the default then; the exit code and the words. */
const endings: Readonly<
  Record<string, readonly [number | "kill", string, string, number, RegExp]>
> = {
  "0: it is live": [0, "second", "second", 0, /upgraded to .*-second/],
  "1: a check or the boot loader failed": [
    1,
    "first",
    "first",
    5,
    /cannot go live: a check or the boot loader failed; back on .*-first/,
  ],
  "2: the activation script failed": [
    2,
    "first",
    "first",
    5,
    /cannot go live: the activation script failed; back on .*-first/,
  ],
  "4: units failed, but none that was well": [4, "second", "second", 0, /upgraded to .*-second/],
  "100: a reboot is needed": [100, "second", "second", 0, /waits for a reboot: the new system/],
  "it is killed": ["kill", "first", "first", 5, /activation was killed by signal 9; back on/],
};

for (const [what, [status, running, byDefault, code, said]] of Object.entries(endings)) {
  Deno.test(`the switch ends with ${what}`, async () => {
    await using world = await settled();
    const { a, b } = world;
    const before = await b.head();
    const pushed = await push(a, { "flake.nix": "second\n" });
    await b.ends("second", "switch", status);
    assert.match(exits(code, await b.upgrades()), said);
    assert.deepEqual([await b.running(), await b.default()], [running, byDefault]);
    assert.equal(await b.head(), running === "second" ? pushed : before);
    assert.equal((await b.state("last-run")).exitCode, code);
  });
}

Deno.test("a switch that never ends is stopped, and undone", async () => {
  await using world = await settled({ activateTimeoutSeconds: 1 });
  const { a, b } = world;
  await b.host.write("switch/hang-second", "");
  await push(a, { "flake.nix": "second\n" });
  assert.match(
    exits(5, await b.upgrades()),
    /the activation did not end in time; back on .*-first/,
  );
  assert.deepEqual([await b.running(), await b.default()], ["first", "first"]);
});

Deno.test("a way back that fails is told of with what to do, and the next run does not repeat it", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.ends("second", "switch", 2);
  await b.ends("first", "switch", 2);
  const said = exits(6, await b.upgrades());
  assert.match(said, /the way back failed: switch-to-configuration ended with 2/);
  assert.match(said, /hint: .*--undo/);
  assert.match(await statusOf(b, 3), /rollback-failed/);
});

Deno.test("components that only a reboot can replace: it becomes the next boot's", async () => {
  await using world = await settled();
  const { a, b } = world;
  await b.host.write(
    "switch/says-second",
    "There are changes to critical components of the system\n",
  );
  await b.ends("second", "switch", 1);
  await push(a, { "flake.nix": "second\n" });
  assert.match(exits(0, await b.upgrades()), /waits for a reboot: components changed/);
  assert.deepEqual(await b.told("calls"), ["second switch", "second boot"]);
  assert.deepEqual([await b.running(), await b.default()], ["first", "second"]);
});

Deno.test("--action boot and --no-switch leave what runs alone", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  assert.match(exits(0, await b.upgrades(["--no-switch"])), /built .*-second/);
  assert.deepEqual([await b.running(), await b.default()], ["first", "first"]);
  exits(0, await b.upgrades(["--action", "boot"]));
  assert.deepEqual([await b.running(), await b.default()], ["first", "second"]);
});

Deno.test("checks get the built system; one that fails or hangs keeps it from going live", async () => {
  const log = 'echo "$HOLDFAST_TOPLEVEL $1" >> "$SWITCH/checked"';
  for (
    const [script, said] of [["exit 3", /exit status 3/], ["exec sleep 600", /within 1 s/]] as const
  ) {
    await using world = await settled({
      validationChecks: [
        { argv: ["sh", "-c", log, "sh", "{toplevel}"] },
        { argv: ["sh", "-c", script], timeoutSeconds: 1 },
      ],
    });
    const { a, b } = world;
    await push(a, { "flake.nix": "second\n" });
    assert.match(exits(5, await b.upgrades()), said);
    assert.match((await b.told("checked")).join(), /^(\/.*-second) \1$/);
    assert.deepEqual(await b.told("calls"), []);
    assert.equal(await b.running(), "first");
  }
});

Deno.test("onValidationFailure: notify keeps what was pulled, ignore goes on", async () => {
  const config = { validationChecks: [["false"]] };
  {
    await using world = await settled({ ...config, onValidationFailure: "notify" });
    const { a, b } = world;
    const commit = await push(a, { "flake.nix": "second\n" });
    exits(1, await b.upgrades());
    assert.equal(await b.head(), commit);
    assert.equal(await b.running(), "first");
  }
  await using world = await settled({ ...config, onValidationFailure: "ignore" });
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  assert.match(exits(0, await b.upgrades()), /check false failed: .*going on, as set/);
  assert.equal(await b.running(), "second");
});

Deno.test("onValidationFailure notify: units that fail are told of, and what is live stays", async () => {
  await using world = await settled({ onValidationFailure: "notify" });
  const { a, b } = world;
  await b.unit("web.service", "active running 0");
  await b.unit("web.service", "failed failed 0", "second");
  await push(a, { "flake.nix": "second\n" });
  exits(4, await b.upgrades());
  assert.equal(await b.running(), "second");
  assert.match(await statusOf(b, 4), /not well since: web\.service/);
});

Deno.test("builds that are killed or hang change nothing", async () => {
  await using world = await settled({ buildTimeoutSeconds: 1 });
  const { a, b } = world;
  for (
    const [name, said] of [["killed", /killed, for lack of memory/], [
      "hanging",
      /within 1 s/,
    ]] as const
  ) {
    const before = await b.head();
    await push(a, { "flake.nix": `${name}\n` });
    assert.match(exits(5, await b.upgrades()), said);
    assert.equal(await b.head(), before);
  }
});

Deno.test("what goes live is put on trial before, and one that is refused does not go live", async () => {
  await using world = await settled({ markCommand: ["mark"] });
  const { a, b } = world;
  await b.host.write("bin/mark", '#!/bin/sh\necho "$*" >> "$SWITCH/marked"\n', 0o755);
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  assert.match((await b.told("marked")).join(), /^\/.*-second switch$/);
  await b.host.write("bin/mark", "#!/bin/sh\necho rejected before >&2\nexit 3\n", 0o755);
  await push(a, { "flake.nix": "third\n" });
  assert.match(exits(5, await b.upgrades()), /refused by mark: rejected before/);
  assert.equal(await b.running(), "second");
});

async function statusOf(b: UpgradeHost, code: number): Promise<string> {
  const ended = await b.host.program("upgrade-status", ["--config", b.host.path("config.json")], {
    env: b.environment,
  });
  return exits(code, ended);
}
