/** Going back, and what is kept of each run: history, tags, hooks. */
import assert from "node:assert/strict";
import { push, rebuilds, rebuilt, reports } from "./scene.ts";
import { noDotfiles } from "./scene.ts";

Deno.test("--rollback N goes back to any system of the history, git and system together", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const heads = [await b.head()];
  for (const name of ["second", "third"]) {
    heads.push(await push(a, { "flake.nix": `${name}\n` }));
    await reports(b, 0);
  }
  await b.write({ "mine.nix": "uncommitted\n" });
  const { deployments } = await reports(b, 0, "--history");
  // deno-lint-ignore no-explicit-any
  const named = deployments.map(({ commit, toplevel, isCurrent }: any) => [
    commit,
    toplevel.replace(/.*-/, ""),
    isCurrent,
  ]);
  assert.deepEqual(named, [
    [heads[2], "third", true],
    [heads[1], "second", false],
    [heads[0], "first", false],
  ]);
  const back = await rebuilds(b, ["--rollback", "2"]);
  assert.equal(back.status, 0, back.stderr);
  assert.match(back.stdout, /went back to the system of .*; back on .*-first/);
  assert.deepEqual([await b.head(), await b.running(), await b.default()], [
    heads[0],
    "first",
    "first",
  ]);
  assert.equal(await b.read("mine.nix"), "uncommitted\n", "what was edited since stays");
  const shown = await rebuilds(b, ["--history"]);
  assert.match(shown.stdout, /^ {2}0 .*\n {2}1 .*\n\* 2 /);
  // The timer does not bring back what a person went away from, and they can go forth again.
  await b.upgrades();
  assert.equal(await b.running(), "first");
  const forth = await rebuilds(b, ["--rollback", "0"]);
  assert.equal(forth.status, 0, forth.stderr);
  assert.deepEqual([await b.head(), await b.running()], [heads[2], "third"]);
});

Deno.test("--rollback alone undoes the last run, once", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n" });
  await reports(b, 0);
  const back = await rebuilds(b, ["--rollback"]);
  assert.equal(back.status, 0, back.stderr);
  assert.deepEqual([await b.head(), await b.running(), await b.default()], [
    before,
    "first",
    "first",
  ]);
  const again = await rebuilds(b, ["--rollback"]);
  assert.equal(again.status, 3);
  assert.match(again.stderr, /it is undone already\nhint: .*--history/);
});

Deno.test("a system that was collected is not gone back to, with what to do instead", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await reports(b, 0);
  const first = (await Deno.readTextFile(b.host.path("systems/first"))).trim();
  await Deno.remove(b.host.path("run/booted-system"));
  await b.host.run(["nix-collect-garbage", "-d"], { env: { ...b.environment } });
  assert.equal(await Deno.stat(first).catch(() => "gone"), "gone");
  const back = await rebuilds(b, ["--rollback", "1"]);
  assert.equal(back.status, 3, back.stdout + back.stderr);
  assert.match(back.stderr, /is gone: garbage was collected since .*\nhint: build it again: `git/);
  assert.equal(await b.running(), "second");
});

Deno.test("a clean build that is well is tagged, where that is wanted", async () => {
  await using world = await rebuilt({ ...noDotfiles, tagBuilds: true });
  const { b } = world;
  await b.write({ "flake.nix": "second\n" });
  const report = await reports(b, 0);
  assert.match(report.changes.tag, /^rebuild-b-\d{8}T\d{6}Z$/);
  assert.equal(await b.head(`${report.changes.tag}^{commit}`), await b.head());
  const there = await b.git("ls-remote", "--tags", "origin");
  assert.ok(there.includes(`${await b.head()}\trefs/tags/${report.changes.tag}`));
  await b.write({ "flake.nix": "third\n" });
  const dirty = await reports(b, 0, "--no-commit");
  assert.equal(dirty.changes.tag, null, "what runs is in no commit");
  assert.equal(await b.running(), "third");
});

Deno.test("hooks run before and after, told how it ended; one that fails is told of", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const tells = 'echo "$1 ${HOLDFAST_RESULT-} ${HOLDFAST_EXIT_CODE-}" >> "$SWITCH/hooks"';
  await b.configure({
    ...noDotfiles,
    hooks: {
      pre: [["sh", "-c", tells, "sh", "pre"], ["false"]],
      post: [{ argv: ["sh", "-c", tells, "sh", "post"], timeoutSeconds: 5 }],
    },
  });
  await push(a, { "flake.nix": "second\n" });
  const report = await reports(b, 0);
  assert.deepEqual(report.warnings, ["hook false: exit status 1"]);
  await push(a, { "flake.nix": "broken\n" });
  await reports(b, 5);
  assert.deepEqual(await b.told("hooks"), [
    "pre  ",
    "post upgraded 0",
    "pre  ",
    "post rolled-back 5",
  ]);
});

Deno.test("what was rebuilt is what auto-upgrade and upgrade-status know of", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await reports(b, 0);
  const status = await b.host.program("upgrade-status", [
    ...["--config", b.host.path("config.json"), "--json"],
  ], { env: { ...b.environment } });
  assert.match(status.stdout, /"program": "rebuild-smart"/);
  const builds = await b.told("builds");
  assert.equal((await b.upgrades()).status, 0);
  assert.deepEqual(await b.told("builds"), builds, "nothing is built twice");
});
