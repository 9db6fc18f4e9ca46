import assert from "node:assert/strict";
import { exits } from "../config/scene.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";
import { push, settled } from "./scene.ts";

Deno.test("a first run builds what is here, and notes that it runs", async () => {
  await using b = await UpgradeHost.create();
  assert.match(exits(0, await b.upgrades()), /the new system is the one that runs/);
  assert.equal((await b.told("builds")).length, 1);
  const { deployed } = await b.state("host");
  assert.equal(deployed.commit, await b.head());
});

Deno.test("without a change nothing is evaluated, built or switched", async () => {
  await using world = await settled();
  const { b } = world;
  assert.match(exits(0, await b.upgrades()), /what is here is what runs/);
  assert.equal((await b.told("builds")).length, 1);
  assert.deepEqual(await b.told("calls"), []);
});

Deno.test("what another host pushed is built once, goes live, and is what runs from then on", async () => {
  await using world = await settled();
  const { a, b } = world;
  const commit = await push(a, { "flake.nix": "second\n" });
  assert.match(exits(0, await b.upgrades()), /upgraded to .*-nixos-system-second/);
  assert.deepEqual([await b.running(), await b.default()], ["second", "second"]);
  assert.deepEqual(await b.told("calls"), ["second switch"]);
  assert.equal((await b.told("builds")).length, 2);
  const last = await b.state("last-run");
  assert.equal(last.result, "upgraded");
  assert.equal(last.after.commit, commit);
  assert.equal(await b.head(), commit);
});

Deno.test("a build that fails: git goes back, the system stays, and the commit is not tried again", async () => {
  await using world = await settled();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "broken\n" });
  assert.match(exits(5, await b.upgrades()), /the build failed: .*undefined variable 'oops'/);
  assert.equal(await b.head(), before);
  assert.equal(await b.git("status", "--porcelain"), "");
  assert.equal(await b.running(), "first");
  assert.match(exits(0, await b.upgrades()), /failed here on .*nothing moved since/);
  assert.equal((await b.told("builds")).length, 2);
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  assert.equal(await b.running(), "second");
});

Deno.test("units that fail after the switch: git and system go back together", async () => {
  await using world = await settled();
  const { a, b } = world;
  const before = await b.head();
  await b.unit("web.service", "active running 0");
  await b.unit("old.service", "failed failed 0");
  await b.unit("web.service", "failed failed 0", "second");
  await b.unit("web.service", "active running 0", "first");
  await push(a, { "flake.nix": "second\n" });
  await b.ends("second", "switch", 4);
  const said = exits(5, await b.upgrades());
  assert.match(said, /units are not well since: web\.service; back on .*-first/);
  assert.equal(await b.head(), before);
  assert.deepEqual([await b.running(), await b.default()], ["first", "first"]);
  assert.deepEqual(await b.told("calls"), ["second switch", "first switch"]);
  assert.match(exits(0, await b.upgrades()), /nothing moved since/);
});

Deno.test("a unit that had failed before does not count", async () => {
  await using world = await settled();
  const { a, b } = world;
  await b.unit("old.service", "failed failed 0");
  await push(a, { "flake.nix": "second\n" });
  await b.ends("second", "switch", 4);
  exits(0, await b.upgrades());
  assert.equal(await b.running(), "second");
});

Deno.test("a unit that flaps counts", async () => {
  await using world = await settled({ healthWindowSeconds: 2.5 });
  const { a, b } = world;
  await b.unit("web.service", "active running 0");
  await b.unit("web.service", "activating flapping 0", "second");
  await b.unit("web.service", "active running 0", "first");
  await push(a, { "flake.nix": "second\n" });
  assert.match(exits(5, await b.upgrades()), /not well since: web\.service/);
});

Deno.test("what the host changed is committed and pushed once it is well", async () => {
  await using world = await settled({ hostCanCommitConfig: true });
  const { a, b } = world;
  await b.write({ "hosts/b.nix": "b\n" });
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  assert.equal(await b.running(), "second");
  await a.git("pull", "--quiet");
  assert.equal(await a.read("hosts/b.nix"), "b\n");
  assert.match(exits(0, await b.upgrades()), /what is here is what runs/);
});

Deno.test("uncommitted edits survive an upgrade, and one that goes back", async () => {
  await using world = await settled();
  const { a, b } = world;
  await b.write({ "hosts/b.nix": "mine\n" });
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  assert.equal(await b.read("hosts/b.nix"), "mine\n");
  await push(a, { "flake.nix": "broken\n" });
  exits(5, await b.upgrades());
  assert.equal(await b.read("hosts/b.nix"), "mine\n");
  assert.equal(await b.read("flake.nix"), "second\n");
  assert.equal(await b.git("status", "--porcelain"), "?? hosts/\n");
});
