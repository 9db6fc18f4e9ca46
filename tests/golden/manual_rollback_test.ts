import assert from "node:assert/strict";
import { treeOf } from "../support/tree.ts";
import type { GoldenHost } from "../support/golden_host.ts";
import { typing } from "./manual_people.ts";
import { ending, exits, fails, healthy, playOn } from "./tools_scene.ts";
import { testsOn } from "./tools_snapshot.ts";

/** All of a host but what running a program leaves in logs and caches. */
async function everything(host: GoldenHost): Promise<Record<string, string>> {
  return await treeOf(host.root, ["log", "home"]);
}

testsOn("a rollback by hand", {
  "a rollback by hand shows from and to, and is what the next boot starts": [
    "on trial",
    async ({ host, good, update }) => {
      const { stdout } = await host.program("rollback-to-golden", ["--yes"]);
      assert.equal(stdout, `from  ${update}\nto    ${good}\n`);
      assert.equal(await host.reboots(), 0);
      await playOn(host, () => true);
      const { loader, profile, trial, rejected } = await ending(host);
      assert.deepEqual([loader, profile, trial, rejected], [good, good, undefined, [update]]);
    },
  ],
  "--reboot reboots into golden, and only when it is the default": [
    "on trial",
    async ({ host, good }) => {
      const args = ["--yes", "--reboot"];
      const env = { IGNORE_LOADER: "1" };
      exits(6, await host.program("rollback-to-golden", args, { env }));
      assert.equal(await host.reboots(), 0);
      exits(0, await host.program("rollback-to-golden", args));
      assert.equal(await host.reboots(), 1);
      assert.equal(await host.powerOn(), good);
    },
  ],
  "on a terminal a rollback asks, and anything but yes changes nothing": [
    "on trial",
    async ({ host, good, update }, t) => {
      const before = await everything(host);
      const answers = { "Enter": "\r", "n": "n", "Ctrl-C": "\x03", "Escape": "\x1b" };
      for (const [key, keys] of Object.entries(answers)) {
        await t.step(key, async () => {
          const said = exits(3, await typing(host, ["rollback-to-golden"], /● No/, keys));
          assert.ok(said.includes(`from ${update}`) && said.includes(`to   ${good}`), said);
          assert.match(said, /error: not rolled back/);
        });
      }
      assert.deepEqual(await everything(host), before);
      await t.step("y", async () => {
        exits(0, await typing(host, ["rollback-to-golden", "--reboot"], /and reboot now/, "y"));
        assert.equal(await host.loaderDefault(), good);
        assert.equal(await host.reboots(), 1);
      });
    },
  ],
  "without a terminal a rollback needs --yes": ["on trial", async ({ host, good, update }) => {
    const before = await everything(host);
    const said = exits(3, await host.program("rollback-to-golden", [], { stdin: "y\n" }));
    assert.ok(said.includes(`roll back from ${update} to ${good}?`), said);
    assert.match(said, /hint: say so with --yes/);
    assert.deepEqual(await everything(host), before);
  }],
  "--dry-run says every step, and changes nothing on the whole host": [
    "on trial",
    async ({ host, good, update }) => {
      const before = await everything(host);
      const { status, stdout, stderr } = await host.program("rollback-to-golden", [
        ...["--dry-run", "--reboot", "--yes"],
      ]);
      assert.equal(status, 0);
      assert.equal(stdout, `from  ${update}\nto    ${good}\n`);
      assert.deepEqual(stderr.trimEnd().split("\n"), [
        `would make ${good} the profile's newest generation`,
        `would make ${good} the boot loader's default, and verify it`,
        `would refuse ${update} from then on`,
        "would reboot",
      ]);
      assert.deepEqual(await everything(host), before);
    },
  ],
  "--json is one object, of a dry run and of a real one": [
    "on trial",
    async ({ host, good, update }) => {
      const plan = { from: update, to: good, reboot: false };
      const dry = await host.program("rollback-to-golden", ["--dry-run", "--json"]);
      assert.deepEqual(JSON.parse(dry.stdout), { ...plan, done: false });
      const real = await host.program("rollback-to-golden", ["--yes", "--json"]);
      assert.deepEqual(JSON.parse(real.stdout), { ...plan, done: true });
    },
  ],
  "a second rollback has nothing to do, and says what is so": ["on trial", async ({ host }) => {
    exits(0, await host.program("rollback-to-golden", ["--yes"]));
    const before = await everything(host);
    const said = exits(0, await host.program("rollback-to-golden", ["--yes"]));
    assert.match(said, /nothing to do/);
    // It is the default, but what runs is still the update.
    assert.doesNotMatch(said, /golden is the default and booted/);
    assert.deepEqual(await everything(host), before);
    await host.powerOn();
    const booted = exits(0, await host.program("rollback-to-golden"));
    assert.match(booted, /default and booted: nothing to do\nhint: to leave it, pin another one/);
  }],
  "a rollback by hand in the middle of a trial's failures refuses the update, too": [
    "on trial",
    async ({ host, good, update }) => {
      await fails(host, 1);
      exits(0, await host.program("rollback-to-golden", ["--yes"]));
      await healthy(host, true);
      await playOn(host, () => true);
      assert.deepEqual((await ending(host)).rejected, [update]);
      assert.match(exits(3, await host.install(update)), /refused/);
      assert.equal(await host.loaderDefault(), good);
    },
  ],
  "there is no rollback while the loader is not mounted": ["last chance", async ({ host }) => {
    await Deno.remove(`${host.root}/boot/extlinux`, { recursive: true });
    const before = await everything(host);
    const said = exits(1, await host.program("rollback-to-golden", ["--yes"]));
    assert.match(said, /cannot roll back: .*is not there: is .*boot mounted\?/);
    assert.deepEqual(await everything(host), before);
  }],
  "there is no rollback where nothing is golden": ["golden", async ({ host }) => {
    await Deno.remove(`${host.stateDir}/golden.json`);
    const said = exits(3, await host.program("rollback-to-golden", ["--yes"]));
    assert.match(said, /nothing is golden/);
  }],
  "there is no rollback to what is gone from the store": ["on trial", async ({ host, good }) => {
    await host.run(["chmod", "-R", "u+w", good]);
    await host.run(["rm", "-r", good]);
    const said = exits(3, await host.program("rollback-to-golden", ["--yes"]));
    assert.match(said, /cannot roll back: .*-good is gone from the store\nhint: pin another/);
  }],
}, true);
