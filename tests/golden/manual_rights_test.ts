import assert from "node:assert/strict";
import { treeOf } from "../support/tree.ts";
import { ordinaryUser } from "./manual_people.ts";
import { exits, golden, onTrial } from "./tools_scene.ts";

Deno.test("without root what would change something is refused, and sudo is named", async (t) => {
  await using scene = await onTrial();
  const { host, good, update } = scene;
  const runs = await ordinaryUser(host);
  const before = await treeOf(host.root, ["deno", "log"]);
  const programs: Readonly<Record<string, readonly string[]>> = {
    "pin-golden": [],
    "rollback-to-golden": ["--yes"],
    "golden-mark-pending": [update, "boot"],
  };
  for (const [name, args] of Object.entries(programs)) {
    await t.step(name, async () => {
      const said = exits(2, await runs(name, args));
      assert.match(said, /^error: cannot write to \//m);
      assert.match(said, new RegExp(`^hint: run it as root: sudo ${name}$`, "m"));
    });
  }
  assert.deepEqual(await treeOf(host.root, ["deno", "log"]), before);
  await t.step("show-golden, which everybody may", async () => {
    assert.ok(exits(0, await runs("show-golden")).includes(good));
  });
  await t.step("show-boot-status, which everybody may", async () => {
    assert.ok(exits(0, await runs("show-boot-status")).includes(update));
  });
  await t.step("rollback-to-golden --dry-run, which everybody may", async () => {
    assert.ok(exits(0, await runs("rollback-to-golden", ["--dry-run"])).includes(good));
  });
});

Deno.test("without root what may not be read is said, and is no bug", async (t) => {
  await using scene = await golden();
  const { host } = scene;
  const runs = await ordinaryUser(host);
  if (Deno.uid() !== 0) return; // The owner may read all.
  const secrets: Readonly<Record<string, readonly [string, number]>> = {
    "a state directory that is root's alone": [host.stateDir, 0o700],
    "a state file that is root's alone": [`${host.stateDir}/golden.json`, 0o600],
    "garbage collector's roots that are root's alone": [
      `${host.store.gcRoots}/golden-generation`,
      0o700,
    ],
    "a loader's mount that is root's alone": [`${host.root}/boot`, 0o700],
  };
  for (const [what, [path, mode]] of Object.entries(secrets)) {
    await t.step(what, async () => {
      const { mode: former } = await Deno.stat(path);
      await Deno.chmod(path, mode);
      const ended = [await runs("show-golden"), await runs("show-boot-status")];
      await Deno.chmod(path, (former ?? 0) & 0o7777);
      for (const { status, stdout, stderr } of ended) {
        assert.ok([0, 1, 2].includes(status), `exit ${status}: ${stderr}`);
        if (status !== 0) {
          assert.match(stdout + stderr, /[Pp]ermission denied|sudo|cannot (be )?read/);
        }
      }
    });
  }
  await t.step("systemd-boot's partition that is root's alone", async () => {
    await host.configure({ bootLoader: "systemd-boot" });
    await Deno.mkdir(`${host.root}/boot/loader`);
    await Deno.chmod(`${host.root}/boot`, 0o700);
    const { status, stderr } = await runs("show-boot-status");
    assert.ok([0, 1].includes(status), `exit ${status}: ${stderr}`);
  });
  await t.step("no state directory, where one cannot be made", async () => {
    await host.configure({ stateDir: `${host.root}/not/there` });
    for (const name of ["pin-golden", "rollback-to-golden"]) {
      const { status, stderr } = await runs(name, name === "pin-golden" ? [] : ["--yes"]);
      assert.ok([1, 2, 3].includes(status), `${name}: exit ${status}: ${stderr}`);
    }
  });
});
