/** What was wrong in the draft of this design, or found since: none of it may come back. */
import assert from "node:assert/strict";
import { ending, exits, fails, healthy, playOn } from "./tools_scene.ts";
import { testsOn } from "./tools_snapshot.ts";

testsOn("what was wrong in the draft, or found since", {
  "flaw: the first boot of a healthy update counted as a failure": [
    "on trial",
    async ({ host, update }) => {
      exits(0, await host.program("golden-boot-check"));
      assert.equal((await host.state("trial")).failures, 0);
      exits(0, await host.program("golden-boot-validate"));
      const { golden, trial, rejected } = await ending(host);
      assert.deepEqual({ golden, trial, rejected }, {
        golden: update,
        trial: undefined,
        rejected: [],
      });
    },
  ],
  "flaw: golden was found by profiles/system-N, which does not exist": [
    "last chance",
    async ({ host, good }) => {
      await healthy(host, false);
      // The numbers are taken: whatever goes by one of them ends up elsewhere.
      const { profile } = host.store;
      await Deno.remove(`${profile}-1-link`);
      await Deno.symlink(await host.toplevel("other"), `${profile}-1-link`);
      exits(5, await host.program("golden-boot-validate"));
      assert.equal(await host.loaderDefault(), good);
    },
  ],
  "flaw: a rollback left the profile on the bad generation": [
    "last chance",
    async ({ host, good }) => {
      await fails(host, 5);
      assert.equal(await host.profile(), good);
      // The newest of all, which is what some loaders go by.
      assert.match(await Deno.readLink(host.store.profile), /^system-3-link$/);
    },
  ],
  "flaw: a loader that kept another default was believed": [
    "last chance",
    async ({ host, good, update }) => {
      await healthy(host, false);
      const ended = await host.program("golden-boot-validate", [], { env: { IGNORE_LOADER: "1" } });
      const said = exits(6, ended);
      assert.match(said, new RegExp(`cannot be sure that ${good} is booted next`));
      assert.match(said, new RegExp(`default is ${update}, not ${good}`));
      assert.equal(await host.reboots(), 0);
    },
  ],
  "flaw: golden was a number, and nix-collect-garbage -d took its closure": [
    "last chance",
    async ({ host, good }) => {
      await host.store.collectGarbage();
      await fails(host, 5);
      assert.ok(await host.store.isWhole(good));
      assert.equal(await host.powerOn(), good);
    },
  ],
  "flaw: several flag files contradicted each other after a power cut": [
    "last chance",
    async ({ host }) => {
      const names = (await Array.fromAsync(Deno.readDir(host.stateDir))).map(({ name }) => name);
      // A fact a file; which program writes one in how many steps: kill_test.ts.
      assert.deepEqual(names.sort(), ["golden.json", "lock", "trial.json"]);
    },
  ],
  "flaw: a boot into another generation by the menu counted as well": [
    "on trial",
    async ({ host, good }) => {
      for (let boot = 0; boot < 3; boot++) {
        await host.powerOn(good);
        exits(0, await host.program("golden-boot-check"));
        exits(0, await host.program("golden-boot-validate"));
        assert.equal(await host.reboots(), 0);
      }
      const { failures, neutral, history } = await host.state("trial");
      assert.deepEqual({ failures, neutral, history }, { failures: 0, neutral: 0, history: [] });
    },
  ],
  "flaw: a host without SSH stayed for ever with a validation that failed": [
    "on trial",
    async ({ host, good }) => {
      assert.match(await fails(host, 1), /rebooting: .*gets another chance/);
      assert.equal(await host.reboots(), 1);
      const reboots = await playOn(host, (path) => path === good);
      assert.equal(reboots, 1);
      assert.equal((await ending(host)).loader, good);
    },
  ],
  "flaw: a golden generation that fails as well made an endless loop of reboots": [
    "on trial",
    async ({ host, good, update }) => {
      const reboots = await playOn(host, () => false);
      assert.equal(reboots, 2);
      const { loader, rejected, trial } = await ending(host);
      assert.deepEqual({ loader, rejected, trial }, {
        loader: good,
        rejected: [update],
        trial: undefined,
      });
      for (const args of [[], ["--deadline"]]) {
        await host.powerOn();
        await host.program("golden-boot-check");
        await host.program("golden-boot-validate", args);
        assert.equal(await host.reboots(), 0);
      }
    },
  ],
  "flaw: a loader that never takes the rollback made an endless loop of reboots": [
    "on trial",
    async ({ host, update }) => {
      let reboots = 0;
      for (let boot = 0; boot < 6; boot++) {
        await host.powerOn(update);
        await host.program("golden-boot-check");
        await healthy(host, false);
        await host.program("golden-boot-validate");
        reboots += await host.reboots();
      }
      assert.ok(reboots <= 4, `${reboots} reboots`);
      assert.equal((await host.state("trial")).phase, "exhausted");
      const said = exits(1, await host.program("golden-boot-validate"));
      assert.match(said, /cannot be replaced: .*; staying up/);
      assert.match(exits(3, await host.program("show-boot-status")), /a person is needed/);
    },
  ],
  "flaw: a failed boot whose reboot was refused stayed up for good": [
    "checked",
    async ({ host, update }) => {
      await healthy(host, false);
      const refused = { env: { FAIL_REBOOT: "1" } };
      assert.match(
        exits(1, await host.program("golden-boot-validate", [], refused)),
        /cannot reboot/,
      );
      assert.equal(await host.reboots(), 0);
      exits(1, await host.program("golden-boot-validate", ["--deadline"]));
      assert.equal(await host.reboots(), 1);
      assert.equal((await host.state("trial")).failures, 1);
      assert.equal(await host.powerOn(), update);
    },
  ],
  "flaw: a validation that ran twice in one boot used up the tries of a rollback": [
    "last chance",
    async ({ host, good }) => {
      await healthy(host, false);
      const refused = { env: { FAIL_REBOOT: "1" } };
      for (let run = 0; run < 3; run++) {
        const said = exits(6, await host.program("golden-boot-validate", [], refused));
        assert.match(said, /cannot reboot/);
      }
      assert.equal((await host.state("trial")).rollbackTries, 1);
      exits(5, await host.program("golden-boot-validate"));
      assert.equal(await host.reboots(), 1);
      assert.equal(await host.powerOn(), good);
    },
  ],
  "flaw: the next automatic upgrade installed the rejected generation again": [
    "last chance",
    async ({ host, good, update }) => {
      await fails(host, 5);
      await host.powerOn();
      await healthy(host, true);
      exits(0, await host.program("golden-boot-check"));
      exits(0, await host.program("golden-boot-validate"));
      const said = exits(3, await host.install(update));
      assert.match(said, /refused: .*it was rejected on/);
      assert.match(said, /hint: .*golden-mark-pending --force \S+ boot, then deploy it once more/);
      assert.equal(await host.loaderDefault(), good);
      assert.equal(await host.state("trial"), null);
      exits(0, await host.program("golden-mark-pending", ["--force", update, "boot"]));
      assert.equal((await host.state("trial")).target, update);
      exits(0, await host.install(update));
      assert.equal(await host.loaderDefault(), update);
    },
  ],
  "flaw: golden, once pinned, was rejected when the pin was killed before its end": [
    "last chance",
    async ({ host, update }) => {
      await healthy(host, true);
      const trial = await Deno.readTextFile(`${host.stateDir}/trial.json`);
      exits(0, await host.program("golden-boot-validate"));
      await Deno.writeTextFile(`${host.stateDir}/trial.json`, trial);
      await host.powerOn();
      exits(0, await host.program("golden-boot-check"));
      exits(0, await host.program("golden-boot-validate"));
      const { golden, rejected, trial: left } = await ending(host);
      assert.deepEqual({ golden, rejected, left }, {
        golden: update,
        rejected: [],
        left: undefined,
      });
    },
  ],
  "flaw: a clock that was set within the health window ended it": [
    "on trial",
    async ({ host, update }) => {
      await host.configure({ requiredUnits: ["web.service"], healthWindowSeconds: 60 });
      exits(0, await host.program("golden-boot-check"));
      await host.unit("web.service", "activating start 0");
      // No battery keeps the clock of a Raspberry Pi: it begins in 1970, and jumps when the network is up.
      const jump = `${host.root}/jump.ts`;
      const begin = Date.now();
      await Deno.writeTextFile(
        jump,
        `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { super(...(given.length > 0 ? given : [Date.now()])); }
      static now() { const now = Real.now(); return now < ${begin} + 1500 ? now - ${begin} : now; }
    };`,
      );
      const [deno = "", run = "", ...rest] = host.argv("golden-boot-validate");
      const argv = [deno, run, `--preload=${jump}`, ...rest, "--config", host.configFile];
      const ended = host.run(argv);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      await host.unit("web.service", "active running 0");
      exits(0, await ended);
      assert.equal((await host.state("golden")).path, update);
    },
  ],
  "flaw: a validation command that says much made the trial too big to be read again": [
    "on trial",
    async ({ host, good }) => {
      const loud = ["sh", "-c", "head -c 100000 /dev/zero | tr '\\0' x >&2; exit 1"];
      await host.configure({ validationCommands: [loud], healthWindowSeconds: 0.001 });
      const reboots = await playOn(host, (path) => path === good);
      assert.equal((await ending(host)).loader, good);
      assert.equal(reboots, 2);
    },
  ],
}, true);
