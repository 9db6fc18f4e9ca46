/** A repository in which jj works as well. */
import assert from "node:assert/strict";
import { succeeded } from "../support/processes.ts";
import type { ConfigHost } from "../support/config_host.ts";
import { made } from "../secrets/made_secrets.ts";
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

// It was refused as a move sideways, after the commit was made; the next run went on.
Deno.test("flaw: what was fetched by jj, which moves its bookmark, is no reason to fail", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b, sandbox } = world;
  await jj(a, "git", "init", "--colocate");
  await jj(a, "bookmark", "track", "main@origin");
  await b.commit("Theirs", { "flake.nix": lines({ 3: "by b" }) });
  await b.git("push", "--quiet");
  await jj(a, "git", "fetch");
  await a.write({ "new": "n\n" });
  assert.match(exits(0, await a.commits(["--branch", "main", "--push"])), /pushed main to origin/);
  const main = await sandbox.filesAt("main");
  assert.deepEqual([main.get("flake.nix"), main.get("new")], [lines({ 3: "by b" }), "n\n"]);
  assert.equal(await jj(a, "log", "--no-graph", "-r", "main", "-T", "commit_id"), await a.head());
});

Deno.test("a bookmark that has commits of its own is not moved off them", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await jj(a, "git", "init", "--colocate");
  await jj(a, "bookmark", "track", "main@origin");
  await a.write({ "own": "o\n" });
  exits(0, await a.commits(["--branch", "main"]));
  const own = await a.head("main");
  await jj(a, "new", "main@origin");
  await a.write({ "new": "n\n" });
  assert.match(exits(1, await a.commits(["--branch", "main", "--push"])), /Refusing to move/);
  assert.equal(await a.head("main"), own);
});

Deno.test("a secret goes out of what is not pushed as the document says, where jj works as well", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  const [[, token = ""] = []] = made["npm-token"] ?? [];
  await jj(a, "git", "init", "--colocate");
  await jj(a, "bookmark", "track", "main@origin");
  await a.write({ "npm": `${token}\n` });
  exits(3, await a.commits(["--branch", "main", "--push"]));
  await a.write({ "npm": "none\n" });
  await a.git("switch", "--quiet", "main");
  const base = (await a.git("merge-base", "HEAD", "origin/main")).trim();
  await a.git("reset", "--quiet", "--soft", base);
  exits(0, await a.commits(["--branch", "main", "--push"]));
  assert.equal((await sandbox.filesAt("main")).get("npm"), "none\n");
  const known = [...(await sandbox.reachableBlobs()).values()];
  assert(!known.some((blob) => blob.includes(token)));
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
