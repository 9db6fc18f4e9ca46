/** A host in trouble: what is missing, broken or disobedient is named, and nothing reboots blindly. */
import assert from "node:assert/strict";
import type { GoldenHost } from "../support/golden_host.ts";
import type { RunOptions } from "../support/processes.ts";
import { ending, exits, fails, healthy } from "./tools_scene.ts";
import { playOn } from "./tools_scene.ts";
import { testsOn } from "./tools_snapshot.ts";
import { Stages } from "./tools_snapshot.ts";

interface Trouble {
  readonly name: string;
  readonly make?: (host: GoldenHost, good: string) => Promise<unknown>;
  readonly env?: RunOptions["env"];
  readonly code: number;
  readonly said: RegExp;
  /** Whether the host has healed: golden is installed by the next boots. */
  readonly heals?: (host: GoldenHost) => Promise<unknown>;
}

const removed = (path: string) => async ({ root }: GoldenHost): Promise<void> =>
  await Deno.rename(`${root}/${path}`, `${root}/moved`);
const putBack = (path: string) => async ({ root }: GoldenHost): Promise<void> =>
  await Deno.rename(`${root}/moved`, `${root}/${path}`);
const nothing = async (): Promise<void> => {};

/** At the moment of a rollback: the update has failed for the last time. */
const rollbacks: readonly Trouble[] = [
  {
    name: "the loader's mount is absent",
    make: removed("boot/extlinux"),
    code: 1,
    said: /cannot roll back now: .*extlinux\.conf is not there: is .*boot mounted\?; not rebooting/,
    heals: putBack("boot/extlinux"),
  },
  {
    name: "the loader's file names no default",
    make: async ({ root }) =>
      await Deno.writeTextFile(`${root}/boot/extlinux/extlinux.conf`, "DEFAULT other\n"),
    code: 1,
    said: /extlinux\.conf does not say which toplevel is the default/,
  },
  {
    name: "the loader keeps another default than asked",
    env: { IGNORE_LOADER: "1" },
    code: 6,
    said: /cannot be sure that .*-good is booted next: .*default is .*-update, not .*-good/,
    heals: nothing,
  },
  {
    name: "the installation of the loader fails",
    env: { FAIL_LOADER: "1" },
    code: 6,
    said: /cannot make .*-good the boot loader's default: .*exit status 1: no space left on/,
    heals: nothing,
  },
  {
    name: "nix-env fails",
    make: async (host) =>
      await host.script("nix-env", "#!/bin/sh\necho database is locked >&2; exit 1\n"),
    code: 6,
    said: /cannot make .*-good the profile's newest generation: nix-env .*database is locked/,
    heals: async ({ root }) => await Deno.remove(`${root}/bin/nix-env`),
  },
  {
    name: "the reboot is refused",
    env: { FAIL_REBOOT: "1" },
    code: 6,
    said: /cannot reboot: systemctl .*: exit status 1/,
    heals: nothing,
  },
  {
    name: "golden is gone from the store",
    make: async (host, good) => {
      await host.run(["chmod", "-R", "u+w", good]);
      await host.run(["rm", "-rf", good]);
    },
    code: 1,
    said: /cannot be replaced: .*-good is gone from the store; staying up/,
  },
  {
    name: "golden has lost what boots it",
    make: async (host, good) => {
      await host.run(["chmod", "-R", "u+w", good]);
      await host.run(["rm", `${good}/init`]);
    },
    code: 1,
    said: /cannot be replaced: .*-good is no NixOS system: it has no init; staying up/,
  },
];

Deno.test("a rollback that cannot be done is told of and never reboots, and a later one goes on", async (t) => {
  await using stages = await Stages.play(true);
  const { host, good } = stages;
  for (const { name, make, env, code, said, heals } of rollbacks) {
    await t.step(name, async () => {
      await stages.at("last chance");
      await make?.(host, good);
      await healthy(host, false);
      const ended = await host.program(
        "golden-boot-validate",
        [],
        env === undefined ? {} : { env },
      );
      assert.match(exits(code, ended), said);
      assert.equal(await host.reboots(), 0);
      if (heals === undefined) return;
      await heals(host);
      await playOn(host, (path) => path === good);
      const { loader, profile, trial } = await ending(host);
      assert.deepEqual([loader, profile, trial], [good, good, undefined]);
    });
  }
});

testsOn("a host in trouble", {
  "in early boot a loader that is not mounted yet is left to the validation": [
    "last chance",
    async ({ host, good }) => {
      await host.powerOn();
      await removed("boot/extlinux")(host);
      assert.match(exits(1, await host.program("golden-boot-check")), /not rebooting blindly/);
      await putBack("boot/extlinux")(host);
      exits(5, await host.program("golden-boot-validate"));
      assert.equal(await host.powerOn(), good);
    },
  ],
  "a dangling profile does not keep a rollback from being done": [
    "last chance",
    async ({ host, good }) => {
      await Deno.remove(host.store.profile);
      await Deno.symlink("system-99-link", host.store.profile);
      await fails(host, 5);
      assert.equal(await host.profile(), good);
      assert.equal(await host.powerOn(), good);
    },
  ],
  "a dangling profile is shown, and pins nothing outside of a trial": [
    "golden",
    async ({ host, good }) => {
      await Deno.remove(host.store.profile);
      await Deno.symlink("system-99-link", host.store.profile);
      assert.match(exits(0, await host.program("show-boot-status")), /^profile +unknown$/m);
      assert.match(exits(0, await host.program("show-golden")), new RegExp(good));
      await Deno.remove(`${host.stateDir}/golden.json`);
      exits(0, await host.program("golden-boot-validate"));
      assert.equal(await host.state("golden"), null);
    },
  ],
  "what was booted is unknown: nothing counts, nothing reboots": ["on trial", async ({ host }) => {
    await Deno.remove(`${host.root}/run/booted-system`);
    await healthy(host, false);
    const said = exits(0, await host.program("golden-boot-check"));
    assert.match(said, /not counted/);
    assert.doesNotMatch(said, /undefined/);
    for (const args of [[], ["--deadline"]]) {
      assert.doesNotMatch((await host.program("golden-boot-validate", args)).stderr, /undefined/);
    }
    assert.equal(await host.reboots(), 0);
    assert.equal((await host.state("trial")).failures, 0);
    assert.match((await host.program("show-boot-status")).stdout, /^booted +unknown$/m);
  }],
  "a boot that cannot be told from others is no attempt": ["on trial", async ({ host }, t) => {
    const boots: Readonly<Record<string, string | undefined>> = {
      "no file": undefined,
      "an empty file": "",
      "no identifier": "../../etc/passwd\n",
    };
    for (const [what, text] of Object.entries(boots)) {
      await t.step(what, async () => {
        await Deno.remove(`${host.root}/boot_id`).catch(() => {});
        if (text !== undefined) await Deno.writeTextFile(`${host.root}/boot_id`, text);
        for (const program of ["golden-boot-check", "golden-boot-validate"]) {
          const said = exits(2, await host.program(program));
          assert.match(said, /cannot read the id of this boot from .*boot_id/);
        }
        assert.equal((await host.state("trial")).open, null);
        assert.equal(await host.reboots(), 0);
      });
    }
  }],
  "without a state directory the programs of a boot say so, and the pin makes one": [
    "golden",
    async ({ host, good }) => {
      await Deno.rename(host.stateDir, `${host.root}/moved`);
      for (const program of ["golden-boot-check", "golden-boot-validate"]) {
        const said = exits(1, await host.program(program));
        assert.match(said, /cannot use the state directory .*\/state: it does not exist/);
      }
      assert.match(exits(1, await host.program("show-golden")), /nothing is golden/);
      exits(0, await host.program("pin-golden"));
      assert.equal((await host.state("golden")).path, good);
      // What is golden is no secret: an ordinary user may look.
      assert.equal((await Deno.stat(host.stateDir)).mode! & 0o005, 0o005);
    },
  ],
  "a trial is refused where a reboot would forget it": ["golden", async ({ host }) => {
    const update = await host.toplevel("update");
    for (const FILE_SYSTEM of ["tmpfs", "ramfs", "overlayfs"]) {
      const ended = await host.program("golden-mark-pending", [update, "boot"], {
        env: { FILE_SYSTEM },
      });
      assert.match(
        exits(1, ended),
        new RegExp(`is on ${FILE_SYSTEM}: a trial there would not survive`),
      );
      assert.equal(await host.state("trial"), null);
    }
  }],
  "a clock that begins in 1970, or stands far in the future, changes no judgement": [
    "on trial",
    async ({ host, good }) => {
      const clock = `${host.root}/clock.ts`;
      const at = async (instant: string, program: string): Promise<void> => {
        await Deno.writeTextFile(
          clock,
          `const Real = Date; const start = Real.now();
      globalThis.Date = class extends Real {
        constructor(...given) { super(...(given.length > 0 ? given : [Date.now()])); }
        static now() { return Real.parse("${instant}") + Real.now() - start; }
      };`,
        );
        const [deno = "", run = "", ...rest] = host.argv(program);
        const argv = [deno, run, `--preload=${clock}`, ...rest, "--config", host.configFile];
        const { status, stderr } = await host.run(argv);
        assert.ok([0, 1, 5].includes(status), stderr);
      };
      await healthy(host, false);
      await at("1970-01-01T00:00:03Z", "golden-boot-check");
      await at("2106-02-07T06:28:15Z", "golden-boot-validate");
      assert.equal((await host.state("trial")).failures, 1);
      await host.powerOn();
      await at("1970-01-01T00:00:03Z", "golden-boot-check");
      await at("1970-01-01T00:02:00Z", "golden-boot-validate");
      assert.equal(await host.powerOn(), good);
    },
  ],
  "a full or closed journal does not keep a rollback from being done": [
    "last chance",
    async (stages) => {
      const { host, good } = stages;
      for (const redirection of [">/dev/full 2>&1", ">&- 2>&-"]) {
        await stages.at("last chance");
        await healthy(host, false);
        const argv = [...host.argv("golden-boot-validate"), "--config", host.configFile];
        await host.run(["sh", "-c", `"$@" ${redirection}`, "sh", ...argv]);
        assert.equal(await host.loaderDefault(), good, redirection);
        assert.equal(await host.reboots(), 1);
      }
    },
  ],
});
