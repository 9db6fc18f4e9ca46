/** A repository in which jj works as well. */
import assert from "node:assert/strict";
import { succeeded } from "../support/processes.ts";
import type { ConfigHost } from "../support/config_host.ts";
import { cloned, exits, lines } from "./scene.ts";

async function jj(host: ConfigHost, ...args: string[]): Promise<string> {
  const argv = ["jj", "--no-pager", "--color=never", ...args];
  return succeeded(argv, await host.host.run(argv, { cwd: host.repo }));
}

Deno.test("what changed is committed by jj and pushed, and jj agrees with git", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b, sandbox } = world;
  await jj(a, "git", "init", "--colocate");
  await jj(a, "bookmark", "track", "main@origin");
  await a.write({ "flake.nix": lines({ 2: "by a" }), "new": "n\n" });
  assert.match(exits(0, await a.commits(["--branch", "main", "--push"])), /pushed main to origin/);
  assert.equal((await sandbox.refs())["refs/heads/main"], await a.head());
  assert.equal(await jj(a, "diff", "--summary"), "");
  assert.match(await jj(a, "log", "--no-graph", "-r", "main", "-T", "commit_id"), /^[0-9a-f]{40}$/);
  assert.match(exits(0, await a.commits(["--branch", "main", "--push"])), /nothing to commit/);
  // Another host was first: its commit goes below ours.
  exits(0, await b.pulls("abort"));
  await b.write({ "hosts/a.nix": lines({ 3: "by b" }) });
  exits(0, await b.commits(["--push"]));
  await a.write({ "flake.nix": lines({ 2: "by a", 9: "by a again" }) });
  exits(0, await a.commits(["--branch", "main", "--push"]));
  assert.equal(await a.read("hosts/a.nix"), lines({ 3: "by b" }));
  assert.equal(await jj(a, "diff", "--summary"), "");
  const heads = await jj(a, "log", "--no-graph", "-r", "heads(all())", "-T", 'commit_id ++ "\\n"');
  assert.equal(heads.trim().split("\n").length, 1, heads);
  assert.equal(await jj(a, "log", "--no-graph", "-r", "main", "-T", "commit_id"), await a.head());
});

Deno.test("without the name of a bookmark a jj repository is refused", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await jj(a, "git", "init", "--colocate");
  await a.write({ "new": "n\n" });
  assert.match(
    exits(3, await a.commits()),
    /is a jj repository.*\nhint: name the bookmark with --branch/,
  );
});

Deno.test("a pull carries what is in jj's working copy along, and leaves no second head", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await jj(b, "git", "init", "--colocate");
  await a.commit("Remote", { "flake.nix": lines({ 2: "by a" }) });
  await a.git("push", "--quiet");
  await b.write({ "hosts/a.nix": lines({ 5: "not committed" }), "untracked": "u\n" });
  exits(0, await b.pulls("prefer-remote", "--branch=main"));
  assert.equal(await b.read("flake.nix"), lines({ 2: "by a" }));
  assert.equal(await b.read("hosts/a.nix"), lines({ 5: "not committed" }));
  assert.equal(await jj(b, "diff", "--summary"), "M hosts/a.nix\nA untracked\n");
  const heads = await jj(b, "log", "--no-graph", "-r", "heads(all())", "-T", 'commit_id ++ "\\n"');
  assert.equal(heads.trim().split("\n").length, 1, heads);
});
