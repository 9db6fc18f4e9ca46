/** Real garbage collections on a real store: what is golden outlives them. */
import assert from "node:assert/strict";
import { collectWhilePinning } from "./gc_points.ts";
import { exits, fails, golden, onLastChance, onTrial } from "./tools_scene.ts";

Deno.test("a pin makes a root of its own, straight to the store", async () => {
  await using scene = await golden();
  const { host, good } = scene;
  const root = `${host.store.gcRoots}/golden-generation/golden`;
  assert.equal(await Deno.readLink(root), good);
  const roots = exits(0, await host.run(["nix-store", "--gc", "--print-roots"]));
  assert.match(roots, new RegExp(`golden-generation/golden"? -> ${good}$`, "m"));
});

Deno.test("golden survives nix-collect-garbage -d while an update is on trial, and replaces it", async () => {
  await using scene = await onTrial();
  const { host, good } = scene;
  await host.store.collectGarbage();
  assert.equal(await Deno.stat(`${host.store.profile}-1-link`).catch(() => "gone"), "gone");
  assert.ok(await host.store.isWhole(good));
  await fails(host, 1);
  await host.store.collectGarbage();
  await host.powerOn();
  await fails(host, 5);
  await host.store.collectGarbage();
  assert.equal(await host.powerOn(), good);
  assert.ok(await host.store.isWhole(good));
});

Deno.test("what was golden before is let go by the next pin", async () => {
  await using scene = await onTrial();
  const { host, good, update } = scene;
  exits(0, await host.program("golden-boot-check"));
  exits(0, await host.program("golden-boot-validate"));
  await host.store.collectGarbage();
  assert.ok(!await host.store.isWhole(good));
  assert.ok(await host.store.isWhole(update));
});

Deno.test("a rejected update is collected like any other", async () => {
  await using scene = await onLastChance();
  const { host, good, update } = scene;
  await fails(host, 5);
  await host.powerOn();
  exits(0, await host.program("golden-boot-check"));
  await host.store.collectGarbage();
  assert.ok(!await host.store.isWhole(update));
  assert.ok(await host.store.isWhole(good));
});

// At each of them: gc_slow_test.ts.
Deno.test("nix-collect-garbage -d at moments of a validation's pin leaves golden whole", async () => {
  await collectWhilePinning(6);
});
