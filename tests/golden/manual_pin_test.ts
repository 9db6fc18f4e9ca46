import assert from "node:assert/strict";
import { treeOf } from "../support/tree.ts";
import { ending, exits, healthy } from "./tools_scene.ts";
import { testsOn } from "./tools_snapshot.ts";

testsOn("a pin by hand, and what is shown", {
  "pin-golden vouches for what was booted, and ends its trial": [
    "on trial",
    async ({ host, update }) => {
      assert.match(exits(0, await host.program("pin-golden")), new RegExp(`golden: ${update}\n`));
      const { golden, root, trial } = await ending(host);
      assert.deepEqual([golden, root, trial], [update, update, undefined]);
      assert.equal((await host.state("golden")).bootId, null);
    },
  ],
  "pin-golden takes a generation, a toplevel or a link to one": [
    "on trial",
    async ({ host, good, update }, t) => {
      const link = `${host.root}/result`;
      await Deno.symlink(good, link);
      const ways: readonly (readonly [string, readonly string[], string])[] = [
        ["--generation 1", ["--generation", "1"], good],
        ["--generation 2", ["--generation=2"], update],
        ["--path to a toplevel", ["--path", good], good],
        ["--path to a generation's link", ["--path", `${host.store.profile}-2-link`], update],
        ["--path to any link", ["--path", link], good],
        ["--path relative to where it was typed", ["--path", "./result"], good],
      ];
      for (const [what, args, path] of ways) {
        await t.step(what, async () => {
          const { stdout, stderr, status } = await host.program("pin-golden", [...args, "--json"]);
          assert.equal(status, 0, stderr);
          assert.equal(JSON.parse(stdout).path, path);
          assert.deepEqual(await host.state("golden"), JSON.parse(stdout));
          assert.equal((await ending(host)).root, path);
          const isUnproven = /not what this boot started with: it goes unproven/.test(stderr);
          assert.equal(isUnproven, path !== update);
        });
      }
    },
  ],
  "pin-golden refuses what is no system of this host, and changes nothing": [
    "golden",
    async ({ host, good }, t) => {
      const other = await host.run(["nix-store", "--add", host.configFile]);
      const stored = other.stdout.trim();
      await Deno.symlink(stored, `${host.store.profile}-7-link`);
      await Deno.symlink(good, `${host.root}/line\nend`);
      const before = await treeOf(host.stateDir);
      const refused: readonly (readonly [readonly string[], RegExp])[] = [
        [["--generation", "1", "--path", good], /--generation and --path exclude each other/],
        [["--generation", "99"], /there is no .*system-99-link\nhint: generations: ls -d/],
        [["--generation", "one"], /--generation "one" should be a number/],
        [["--generation", "-1"], /should be a number/],
        [["--generation", "1 "], /should be a number/],
        [["--generation", "../x-1"], /should be a number/],
        [["--generation", "7"], /cannot pin .*system-7-link: .*is no NixOS system: it has no init/],
        [["--generation", ""], /should be a text of one line/],
        [["--path", "/nonexistent"], /there is no \/nonexistent/],
        [["--path", "/"], /cannot pin \/: \/ is not a path of /],
        [["--path", `${good}/bin`], /is not a path of /],
        [["--path", stored], /is no NixOS system/],
        [["--path", `${host.root}/line\nend`], /should be a text of one line/],
        [["--path"], /option --path needs a value/],
        [["1"], /unexpected argument "1"/],
      ];
      for (const [args, said] of refused) {
        await t.step(JSON.stringify(args).replace(host.root, ""), async () => {
          assert.match(exits(2, await host.program("pin-golden", args)), said);
        });
      }
      assert.deepEqual(await treeOf(host.stateDir), before);
    },
  ],
  "pin-golden pardons what was rejected": ["last chance", async ({ host, update }) => {
    await healthy(host, false);
    exits(5, await host.program("golden-boot-validate"));
    await host.powerOn();
    exits(0, await host.program("golden-boot-check"));
    assert.deepEqual((await ending(host)).rejected, [update]);
    exits(0, await host.program("pin-golden", ["--path", update]));
    assert.deepEqual((await ending(host)).rejected, []);
    assert.equal((await ending(host)).golden, update);
  }],
  "show-golden tells each state of golden apart": ["first boot", async ({ host, good }, t) => {
    const shows = async (code: number, said: RegExp): Promise<void> => {
      assert.match(exits(code, await host.program("show-golden")), said);
      const { status, stdout } = await host.program("show-golden", ["--json"]);
      assert.equal(status, code);
      const { golden, trouble } = JSON.parse(stdout);
      assert.equal(trouble === null, code === 0);
      assert.deepEqual(golden, await host.state("golden"));
    };
    await t.step("none yet", () => shows(1, /nothing is golden: pin-golden pins/));
    await t.step("proven", async () => {
      exits(0, await host.program("golden-boot-validate"));
      await shows(0, /pinned +\S+, proven in boot [0-9a-f]{32}\nnow +booted, the profile's/);
    });
    await t.step("by hand", async () => {
      exits(0, await host.program("pin-golden"));
      await shows(0, new RegExp(`golden +${good}\ngeneration +1\npinned +\\S+Z by hand`));
    });
    await t.step("another one is in use", async () => {
      const other = await host.toplevel("other");
      await host.install(other, { NIXOS_NO_CHECK: "1" });
      await host.powerOn();
      await shows(0, /now +another generation is in use/);
    });
    await t.step("its generation is gone", async () => {
      await host.store.collectGarbage();
      await shows(0, /golden/);
    });
    await t.step("its root is gone", async () => {
      await Deno.remove(`${host.store.gcRoots}/golden-generation/golden`);
      await shows(1, /no root keeps it from the garbage collector: pin it again/);
    });
    await t.step("it is gone itself", async () => {
      await host.store.collectGarbage();
      await shows(1, /-good is gone from the store/);
    });
  }],
  "show-boot-status tells each phase of a trial apart": [
    "on trial",
    async ({ host, good, update }, t) => {
      const shows = async (code: number, ...said: readonly RegExp[]): Promise<void> => {
        const text = exits(code, await host.program("show-boot-status"));
        for (const each of said) assert.match(text, each);
        const { status, stdout } = await host.program("show-boot-status", ["--json"]);
        assert.equal(status, code);
        const { trial, loaderDefault, profile } = JSON.parse(stdout);
        assert.deepEqual(trial, await host.state("trial"));
        assert.deepEqual([loaderDefault, profile], [
          await host.loaderDefault(),
          await host.profile(),
        ]);
      };
      await t.step(
        "waits for its boot",
        () => shows(0, /0 of 2 boots failed.*; waits for its boot/),
      );
      exits(0, await host.program("golden-boot-check"));
      await t.step("is judged", () => shows(0, new RegExp(`on trial +${update}`), /judged soon/));
      await healthy(host, false);
      exits(1, await host.program("golden-boot-validate"));
      await t.step(
        "failed once",
        () => shows(0, /1 of 2 boots failed/, /failed: test ! -e units\/down/),
      );
      await host.powerOn();
      exits(0, await host.program("golden-boot-check"));
      exits(5, await host.program("golden-boot-validate"));
      await t.step(
        "is rolled back",
        () => shows(0, /being rolled back, try 1 of 2/, new RegExp(`next boot +${good}`)),
      );
      await host.powerOn();
      exits(0, await host.program("golden-boot-check"));
      await healthy(host, true);
      exits(0, await host.program("golden-boot-validate"));
      await t.step(
        "was rejected",
        () => shows(0, /on trial +nothing/, new RegExp(`rejected +${update} \\S+: 2 failed boots`)),
      );
    },
  ],
  "show-boot-status tells of units that are not active": ["golden", async ({ host }) => {
    await host.configure({ requiredUnits: ["web.service", "db.service", "gone.service"] });
    await host.unit("web.service", "active running 0");
    await host.unit("db.service", "failed failed 3");
    const said = exits(4, await host.program("show-boot-status"));
    assert.match(said, /unit +ok +web\.service: active \(running\)/);
    assert.match(said, /unit +BAD db\.service: failed \(failed\)/);
    assert.match(said, /unit +BAD gone\.service: not found/);
  }],
}, true);
