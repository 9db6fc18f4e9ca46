/** What a review found, each by the way it was found. */
import assert from "node:assert/strict";
import { lines } from "../config/scene.ts";
import {
  inFront,
  noDotfiles,
  push,
  rebuildArgs,
  rebuilds,
  rebuilt,
  reports,
  there,
} from "./scene.ts";

Deno.test("flaw: a pull that failed was taken for deployed, and the next run for a downgrade", async () => {
  await using world = await rebuilt({ ...noDotfiles, conflictStrategy: "abort" });
  const { a, b } = world;
  await push(a, { "x.nix": lines({ 3: "of a" }) });
  await b.commit("Mine", { "x.nix": lines({ 3: "of b" }), "flake.nix": "second\n" });
  await reports(b, 3);
  await b.write({ "flake.nix": "third\n" });
  await reports(b, 0, "--offline");
  assert.equal(await b.running(), "third");
});

Deno.test("flaw: --rollback took away what was uncommitted before the run began", async () => {
  for (const flags of [["--no-commit"], []]) {
    await using world = await rebuilt();
    const { b } = world;
    await b.write({ "flake.nix": "second\n", "notes.nix": "mine\n" });
    await reports(b, 0, ...flags);
    const back = await rebuilds(b, ["--rollback"]);
    assert.equal(back.status, 0, back.stderr);
    assert.equal(await b.running(), "first");
    assert.equal(await b.read("notes.nix"), "mine\n");
    assert.equal(await b.read("flake.nix"), "second\n", "an edit of before the run");
  }
});

Deno.test("flaw: after a rollback edits were committed that nobody had built", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await reports(b, 0);
  await b.write({ "extra.nix": "x\n" });
  await b.git("add", "extra.nix");
  await rebuilds(b, ["--rollback"]);
  const builds = (await b.told("builds")).length;
  await reports(b, 0, "--offline");
  assert.equal((await b.told("builds")).length, builds + 1);
});

Deno.test("flaw: Ctrl-C while a pull moved files left them between two commits", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n", "new.nix": "n\n" });
  const PATH = await inFront(b, "git", {
    words: "read-tree -m -u",
    mark: "slow",
    how: "sleep 1",
  });
  const run = b.host.start("rebuild-smart", rebuildArgs(b, []), {
    env: { ...b.environment, PATH },
  });
  await there(b, "switch/slow");
  run.kill("SIGINT");
  const ended = await run.ended;
  assert.equal(ended.status, 130, ended.stderr);
  assert.match(ended.stderr, /stopping once what is under way has ended/);
  assert.equal(await b.head(), before);
  assert.equal(await b.read("flake.nix"), "first\n");
  assert.equal(await b.git("status", "--porcelain"), "");
});

Deno.test("flaw: a user that is not there blocked all rebuilds as a bug", async () => {
  await using world = await rebuilt({ dotfilesUsers: ["nosuchuser"] });
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  const report = await reports(b, 0);
  assert.match(report.warnings[0], /dotfiles may be out of sync: getent passwd nosuchuser/);
  assert.equal(await b.running(), "second");
});

Deno.test("flaw: a run on another clone took a living run for one that was cut short", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const other = b.host.path("other");
  await b.host.run(["git", "clone", "--quiet", b.host.remote, other]);
  await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  const first = b.host.start("rebuild-smart", rebuildArgs(b, []), { env: { ...b.environment } });
  await there(b, "switch/hanging");
  const second = await rebuilds(b, ["--repo", other]);
  assert.equal(second.status, 75, second.stderr);
  assert.match(second.stderr, /busy: rebuild-smart \(pid \d+\) .*\nhint: .*another repository/);
  first.kill("SIGKILL");
  await first.ended;
  Deno.kill(Number((await b.told("hanging"))[0]), "SIGKILL");
  await b.host.remove("switch/hang-second");
  const third = await rebuilds(b, ["--repo", other]);
  assert.equal(third.status, 3, third.stderr);
  assert.match(
    third.stderr,
    /nix-config was cut short.*\nhint: `rebuild-smart --repo .*nix-config`/,
  );
  assert.equal((await rebuilds(b)).status, 0);
  assert.equal((await rebuilds(b, ["--repo", other])).status, 0);
});

Deno.test("flaw: a lock file that a killed git left stopped each pull and push", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  for (const name of ["holdfast-index.lock", "index.lock", "refs/heads/main.lock"]) {
    await Deno.writeTextFile(`${b.repo}/.git/${name}`, "");
  }
  const report = await reports(b, 0);
  assert.deepEqual(report.warnings, []);
  assert.equal(await b.running(), "second");
});

Deno.test("flaw: without a pull, the push pulled what nobody had built", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "theirs.nix": "t\n" });
  await b.write({ "mine.nix": "m\n" });
  const report = await reports(b, 0, "--skip-upstream");
  assert.match(report.warnings.join(), /not pushed.*origin\/main has what is not here/);
  assert.equal(await Deno.stat(`${b.repo}/theirs.nix`).catch(() => "none"), "none");
  await reports(b, 0);
  assert.equal(await b.head("origin/main"), await b.head());
  assert.equal(await b.read("theirs.nix"), "t\n");
});

Deno.test("flaw: a new file that came during the build was pushed unbuilt", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.write({ "flake.nix": "second\n" });
  const build = 'echo u > "$2/unbuilt.nix"; ln -s "$(cat "$SYSTEMS/second")" "$1"';
  await b.configure({
    ...noDotfiles,
    buildCommand: ["sh", "-euc", build, "sh", "{outLink}", b.repo],
  });
  const report = await reports(b, 0);
  assert.match(report.warnings.join(), /files were edited since the build/);
  assert.match(await b.git("status", "--porcelain"), /^\?\? unbuilt\.nix$/m);
});

Deno.test("flaw: what was staged during a build that failed was dropped from the index", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.write({ "flake.nix": "second\n", "new.nix": "one\n", "other.nix": "o\n" });
  const build = 'cd "$1"; git add new.nix; echo two > new.nix; exit 1';
  await b.configure({ ...noDotfiles, buildCommand: ["sh", "-euc", build, "sh", "{repo}"] });
  await reports(b, 5);
  assert.equal(await b.git("show", ":new.nix"), "one\n");
  assert.match(await b.git("status", "--porcelain"), /^AM new\.nix$/m);
  assert.match(
    await b.git("status", "--porcelain"),
    /^\?\? other\.nix$/m,
    "not announced any more",
  );
});

Deno.test("flaw: a dry run of a dirty repository wrote objects and an index", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.write({ "flake.nix": "second\n" });
  const files = async (): Promise<string> =>
    (await b.host.run(["sh", "-c", "find nix-config -type f -printf '%p %T@\\n' | sort"])).stdout;
  const before = await files();
  const report = await reports(b, 0, "--dry-run");
  assert.equal(report.dryRun, true);
  assert.equal(await files(), before);
});

Deno.test("flaw: --no-commit pushed a tag", async () => {
  await using world = await rebuilt({ ...noDotfiles, tagBuilds: true });
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await reports(b, 0, "--no-commit");
  assert.equal(await b.git("ls-remote", "--tags", "origin"), "");
});

Deno.test("flaw: a date out of all bounds in a lock file ended the run as a bug", async () => {
  await using world = await rebuilt();
  const { b } = world;
  const nodes = {
    root: { inputs: { x: "x" } },
    x: { locked: { rev: "a".repeat(40), lastModified: 1e17 } },
  };
  await b.write({ "flake.lock": JSON.stringify({ version: 7, root: "root", nodes }) });
  const ended = await rebuilds(b);
  assert.equal(ended.status, 0, ended.stderr);
  assert.match(ended.stderr, /is no lock file of a flake/);
});

Deno.test("flaw: root ran what the owner of a .git in a directory of root's had configured", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.host.run(["chown", "--recursive", "65534", `${b.repo}/.git`]);
  const ended = await rebuilds(b, [], { env: { SUDO_UID: "65534" } });
  assert.equal(ended.status, 2, ended.stderr);
  assert.match(
    ended.stderr,
    /\.git belongs to somebody else than .*\nhint: make both belong to one/,
  );
});
