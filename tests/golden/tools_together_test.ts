/** Two of our programs at once, and others that are in the way: nothing that was written is lost. */
import assert from "node:assert/strict";
import { asks, isRunning } from "./tools_units.ts";
import { ending, exits, healthy } from "./tools_scene.ts";
import { testsOn } from "./tools_snapshot.ts";

testsOn("two at once", {
  "a mark while the validation waits for a unit is not lost, and not judged by it": [
    "checked",
    async ({ host, good }) => {
      await host.configure({
        requiredUnits: ["web.service"],
        healthWindowSeconds: 60,
        settleSeconds: 1,
      });
      await host.unit("web.service", "activating start 0");
      const asked = await asks(host);
      const validation = host.program("golden-boot-validate");
      await asked(1);
      const third = await host.toplevel("third");
      exits(0, await host.install(third));
      await host.unit("web.service", "active running 0");
      exits(0, await validation);
      const { trial, golden } = await ending(host);
      assert.deepEqual([trial, golden], [third, good]);
      assert.deepEqual((await host.state("trial")).history, []);
    },
  ],
  "two validations of one boot that failed count it once": ["checked", async ({ host }) => {
    await healthy(host, false);
    const both = await Promise.all([
      host.program("golden-boot-validate"),
      host.program("golden-boot-validate", ["--deadline"]),
    ]);
    assert.ok(both.some(({ status }) => status === 1));
    assert.equal((await host.state("trial")).failures, 1);
    assert.equal((await host.state("trial")).history.length, 1);
  }],
  "two validations of one healthy boot pin it, and neither fails": [
    "checked",
    async ({ host, update }) => {
      const names = Array<string>(3).fill("golden-boot-validate");
      for (const ended of await Promise.all(names.map((name) => host.program(name)))) {
        exits(0, ended);
      }
      const { golden, root, trial } = await ending(host);
      assert.deepEqual([golden, root, trial], [update, update, undefined]);
    },
  ],
  "a check and a mark at once leave the mark": ["on trial", async ({ host }) => {
    const third = await host.toplevel("third");
    const mark = ["golden-mark-pending", third, "boot"] as const;
    const trial = await Deno.readTextFile(`${host.stateDir}/trial.json`);
    for (let round = 0; round < 3; round++) {
      await Deno.writeTextFile(`${host.stateDir}/trial.json`, trial);
      const [name, ...args] = mark;
      const both = [host.program("golden-boot-check"), host.program(name, args)];
      for (const ended of await Promise.all(round % 2 === 0 ? both : both.reverse())) {
        exits(0, ended);
      }
      assert.equal((await host.state("trial")).target, third);
      assert.equal((await host.state("trial")).failures, 0);
    }
  }],
  "a pin by hand and a validation's pin at once leave one golden, which is rooted": [
    "checked",
    async ({ host }) => {
      const third = await host.toplevel("third");
      await host.store.setProfile(third);
      const both = [
        host.program("golden-boot-validate"),
        host.program("pin-golden", ["--path", third]),
      ];
      for (const ended of await Promise.all(both)) exits(0, ended);
      const { golden, root } = await ending(host);
      assert.equal(golden, root);
      await host.store.collectGarbage();
      assert.ok(await host.store.isWhole(golden ?? ""));
    },
  ],
  "a program waits for another one that is at work, and then does its own": [
    "on trial",
    async ({ host }) => {
      const hold = `echo held; read -r line`;
      const holder = new Deno.Command("flock", {
        args: [`${host.stateDir}/lock`, "sh", "-c", hold],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      await holder.stdout.getReader().read();
      let isDone = false;
      const check = host.program("golden-boot-check").finally(() => isDone = true);
      await new Promise((resolve) => setTimeout(resolve, 600));
      assert.equal(isDone, false);
      assert.equal((await host.state("trial")).open, null);
      // A look waits for nobody.
      exits(0, await host.program("show-boot-status"));
      await holder.stdin.close();
      exits(0, await check);
      await holder.status;
      assert.notEqual((await host.state("trial")).open, null);
    },
  ],
  "a validation that is stopped in its window has judged nothing, and leaves nothing running": [
    "checked",
    async ({ host }) => {
      const before = await Deno.readTextFile(`${host.stateDir}/trial.json`);
      await host.script("hang", '#!/bin/sh\nsleep 300 &\necho $! > "$UNITS/child"\nwait\n');
      await host.configure({ validationCommands: [["hang"]], healthWindowSeconds: 60 });
      const argv = [...host.argv("golden-boot-validate"), "--config", host.configFile];
      // The signal goes to the program alone, as systemd's KillMode=mixed has it.
      const stop =
        'for try in $(seq 400); do [ -s "$UNITS/child" ] && break; sleep 0.05; done; kill -TERM $!; wait $!';
      const ended = await host.run(["sh", "-c", `"$@" & ${stop}`, "sh", ...argv]);
      assert.equal(ended.status, 143, ended.stderr);
      assert.equal(await Deno.readTextFile(`${host.stateDir}/trial.json`), before);
      const child = (await Deno.readTextFile(`${host.root}/units/child`)).trim();
      assert.equal(await isRunning(child), false);
    },
  ],
}, true);
