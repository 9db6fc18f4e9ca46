import assert from "node:assert/strict";
import { cloned, exits, lines } from "./scene.ts";

Deno.test("every kind of change is committed, and ignored files are not", async () => {
  await using world = await cloned(["a"], {
    "edited": lines(),
    "deleted": "d\n",
    "renamed": lines({ 1: "to be renamed" }),
    "script": "#!/bin/sh\n",
    ".gitignore": "*.log\n",
  });
  const { a } = world;
  await a.write({
    "edited": lines({ 3: "edited" }),
    "deleted": null,
    "renamed": null,
    "name of its own": lines({ 1: "to be renamed" }),
    "new/deep/file": "new\n",
    "binary": new Uint8Array([0, 1, 2, 255]),
    "ignored.log": "no\n",
    "announced": "announced\n",
  });
  await Deno.chmod(`${a.repo}/script`, 0o755);
  await a.git("add", "--intent-to-add", "announced");
  const said = exits(0, await a.commits());
  assert.match(said, /^committed [0-9a-f]{12}: /m);
  assert.equal(await a.git("status", "--porcelain"), "");
  const changed = await a.git("show", "--format=", "--name-status", "--no-renames", "HEAD");
  assert.deepEqual(changed.trim().split("\n").sort(), [
    "A\tannounced",
    "A\tbinary",
    "A\tname of its own",
    "A\tnew/deep/file",
    "D\tdeleted",
    "D\trenamed",
    "M\tedited",
    "M\tscript",
  ]);
  const message = await a.git("log", "-1", "--format=%B");
  assert.match(
    message,
    /^Auto-commit from a\n\nChanges detected on \d{4}-\d\d-\d\dT[\d:]+\+00:00\n/,
  );
  assert.match(message, /^Host: a\n\nA announced\n/m);
  assert.deepEqual(await a.git("rev-parse", "origin/main"), await a.git("rev-parse", "HEAD~"));
});

Deno.test("a second run does nothing, and changes no file of the repository", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.write({ "flake.nix": lines({ 1: "edited" }) });
  exits(0, await a.commits(["--push"]));
  const before = await a.everything();
  assert.match(exits(0, await a.commits(["--push"])), /^nothing to commit$/m);
  assert.deepEqual(await a.everything(), before);
});

Deno.test("what is pushed arrives; without --push it stays here and is pushed later", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  await a.write({ "flake.nix": lines({ 1: "edited" }) });
  exits(0, await a.commits());
  assert.notEqual((await sandbox.refs())["refs/heads/main"], await a.head());
  assert.match(exits(0, await a.commits(["--push"])), /pushed main to origin/);
  assert.equal((await sandbox.refs())["refs/heads/main"], await a.head());
});

Deno.test("a dry run says what would be done and does nothing", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.write({ "flake.nix": lines({ 1: "edited" }), "new": "n\n" });
  const before = await a.everything();
  const said = exits(0, await a.commits(["--push", "--dry-run"]));
  assert.match(said, /would commit flake\.nix, new\nwould push main to origin/);
  assert.deepEqual(await a.everything(), before);
});

Deno.test("the answer as JSON", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.write({ "new": "n\n" });
  const answer = JSON.parse((await a.commits(["--push", "--json"])).stdout);
  assert.deepEqual(answer, {
    schema: 1,
    repository: a.repo,
    branch: "main",
    commit: await a.head(),
    paths: ["new"],
    push: "pushed",
    reason: null,
  });
});

Deno.test("offline the commit is made and the run ends well, with a warning", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  await a.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
  await a.write({ "new": "n\n" });
  assert.match(
    exits(0, await a.commits(["--push"])),
    /warning: not pushed, the next run tries again/,
  );
  await a.git("remote", "set-url", "origin", sandbox.remote);
  exits(0, await a.commits(["--push"]));
  assert.equal((await sandbox.refs())["refs/heads/main"], await a.head());
});

Deno.test("a person without a name commits as the host, and nothing is written to settings", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.write({ "new": "n\n" });
  const env = { GIT_CONFIG_GLOBAL: "/dev/null" };
  exits(0, await a.commits([], { env }));
  assert.equal(await a.git("log", "-1", "--format=%an <%ae>"), "a <holdfast@a>\n");
  assert.doesNotMatch(await Deno.readTextFile(`${a.repo}/.git/config`), /user/);
});

Deno.test("a message of one's own is taken as it is", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.write({ "new": "n\n" });
  exits(0, await a.commits(["--message", "Mine"]));
  assert.equal(await a.git("log", "-1", "--format=%B"), "Mine\n\n");
});

Deno.test("a hook that says no leaves files and index as they were", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.host.write(
    "nix-config/.git/hooks/pre-commit",
    "#!/bin/sh\necho not today >&2\nexit 1\n",
    0o755,
  );
  await a.write({ "new": "n\n", "flake.nix": lines({ 1: "edited" }) });
  await a.git("add", "flake.nix");
  const before = await a.everything();
  assert.match(exits(3, await a.commits()), /git made no commit: not today/);
  assert.deepEqual(await a.everything(), before);
});

Deno.test("a submodule that moved is committed as it is", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.git(
    "-c",
    "protocol.file.allow=always",
    "submodule",
    "--quiet",
    "add",
    a.host.remote,
    "m",
  );
  await a.git("commit", "--quiet", "-m", "Module");
  await a.host.write("nix-config/m/new", "n\n");
  const inner = (...args: string[]): Promise<unknown> =>
    a.host.run(["git", "-C", `${a.repo}/m`, ...args]);
  await inner("add", "--all");
  await inner("commit", "--quiet", "-m", "In the module");
  assert.match(exits(0, await a.commits()), /committed .*: m$/m);
  assert.equal(await a.git("status", "--porcelain"), "");
});

Deno.test("files of Git LFS go through its filter", async () => {
  await using world = await cloned(["a"], { ".gitattributes": "*.iso filter=lfs\n", "x": "x\n" });
  const { a } = world;
  // What `git lfs install` sets up, with a clean filter that tells that it ran.
  await a.git("config", "filter.lfs.clean", "sed s/^/pointer-to-/");
  await a.write({ "disk.iso": "large\n" });
  exits(0, await a.commits());
  assert.equal(await a.at("HEAD", "disk.iso"), "pointer-to-large\n");
  assert.equal(await a.read("disk.iso"), "large\n");
});

Deno.test("commits are signed where the person signs, also those that go above the remote's", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  const key = b.host.path("key");
  await b.host.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
  await b.git("config", "gpg.format", "ssh");
  await b.git("config", "user.signingKey", `${key}.pub`);
  await b.git("config", "commit.gpgSign", "true");
  await a.commit("Remote", { "other": "a\n" });
  await a.git("push", "--quiet");
  await b.write({ "own": "b\n" });
  exits(0, await b.commits(["--push"]));
  for (const commit of [await b.head(), await b.head("origin/main")]) {
    assert.match(await b.git("cat-file", "commit", commit), /^gpgsig -----BEGIN SSH SIGNATURE/m);
  }
});

Deno.test("names that are no UTF-8, with spaces, newlines and quotes are committed", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  const script = 'printf x > "$(printf \'b\\\\377d\')"; printf y > "$(printf \'a\\n"b c\')"';
  await a.host.run(["sh", "-c", script], { cwd: a.repo });
  exits(0, await a.commits(["--push"]));
  assert.equal(await a.git("status", "--porcelain"), "");
});

Deno.test("a force-pushed remote is not pushed to, until a person says that it is meant", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.write({ "one": "1\n" });
  exits(0, await a.commits(["--push"]));
  exits(0, await b.pulls("abort"));
  await a.git("reset", "--quiet", "--hard", "HEAD~");
  await a.commit("Another", { "another": "1\n" });
  await a.git("push", "--quiet", "--force");
  await b.write({ "own": "b\n" });
  assert.match(exits(3, await b.commits(["--push"])), /history was rewritten/);
  assert.equal(await b.read("one"), "1\n");
  exits(0, await b.commits(["--push", "--accept-rewritten"]));
  assert.equal(await b.read("another"), "1\n");
  assert.equal(await b.read("own"), "b\n");
});
