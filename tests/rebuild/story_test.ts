/** What one command does, from beginning to end. */
import assert from "node:assert/strict";
import { outcomes, push, rebuilds, rebuilt, reports } from "./scene.ts";

Deno.test("one command pulls, builds, activates, commits and pushes", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.write({ "hosts/b.nix": "of b\n" });
  const report = await reports(b, 0);
  assert.deepEqual(outcomes(report), [
    "Preparation: done",
    "Upstream Sync: done",
    "Dotfiles Sync: skipped",
    "Nix-Secrets Update: skipped",
    "Flake Update: skipped",
    "NixOS Rebuild: done",
    "Post-Rebuild Checks: done",
    "Commit & Push: done",
  ]);
  assert.equal(await b.running(), "second");
  assert.equal(await b.default(), "second");
  assert.equal(report.result, "upgraded");
  assert.deepEqual(report.changes.pulled.subjects, ["Change"]);
  assert.equal(report.offline, null);
  await a.git("pull", "--quiet", "--rebase");
  assert.equal(await a.read("hosts/b.nix"), "of b\n");
  assert.equal((await b.state("last-run")).program, "rebuild-smart");
});

Deno.test("with nothing new nothing is built, and plain lines say so", async () => {
  await using world = await rebuilt();
  const { b } = world;
  const before = await b.told("builds");
  const ended = await rebuilds(b);
  assert.equal(ended.status, 0, ended.stderr);
  assert.deepEqual(await b.told("builds"), before);
  assert.match(ended.stdout, /what is here is what runs/);
  assert.ok(!(ended.stdout + ended.stderr).includes("\x1b"));
});
