/** What was once wrong here: none of it may come back. */
import assert from "node:assert/strict";
import { cloned, exits, lines } from "./scene.ts";

const ways = {
  "a directory under a new file": ["thing/inside", "thing"],
  "a file under a new directory": ["thing", "thing/inside"],
  "a file under a new file": ["thing", "thing"],
} as const;

for (const [what, [ignored, added]] of Object.entries(ways)) {
  Deno.test(`flaw: ignored content was overwritten and in no ref: ${what}`, async () => {
    await using world = await cloned(["a", "b"], { ".gitignore": "thing\n" });
    const { a, b } = world;
    await b.write({ [ignored]: "precious\n" });
    await a.write({ ".gitignore": "" });
    await a.commit("Remote", { [added]: "by a\n" });
    await a.git("push", "--quiet");
    const ended = await b.pulls("prefer-remote");
    const [saved] = await b.autosaves();
    if (ended.status === 0) {
      assert.equal(await b.read(added), "by a\n");
      assert.equal(await b.at(saved as string, ignored), "precious\n");
    } else {
      exits(3, ended);
      assert.equal(await b.read(ignored), "precious\n");
    }
  });
}

Deno.test("flaw: a host without a name, or whose signing key is away, could not fast-forward", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("Remote", { "new": "a\n" });
  await a.git("push", "--quiet");
  await b.git("config", "user.useConfigOnly", "true");
  await b.git("config", "commit.gpgSign", "true");
  await b.git("config", "gpg.format", "ssh");
  await b.git("config", "user.signingKey", "/nowhere/key.pub");
  await b.write({ "flake.nix": lines({ 5: "not committed" }) });
  exits(0, await b.pulls("abort"));
  assert.equal(await b.read("new"), "a\n");
});

Deno.test("flaw: with log.showSignature the author of a commit that was moved was a signature", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("Remote", { "new": "a\n" });
  await a.git("push", "--quiet");
  const key = b.host.path("key");
  await b.host.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
  for (
    const [name, value] of [
      ["gpg.format", "ssh"],
      ["user.signingKey", `${key}.pub`],
      ["commit.gpgSign", "true"],
      ["log.showSignature", "true"],
    ] as const
  ) await b.git("config", name, value);
  await b.commit("Local", { "own": "b\n" });
  exits(0, await b.pulls("abort"));
  const plain = ["-c", "log.showSignature=false"];
  assert.equal(
    await b.git(...plain, "log", "-1", "--format=%an %ae %s"),
    "Person person@example.org Local\n",
  );
});

Deno.test("flaw: a checkout that failed half-way looked like an edit, and was committed", async () => {
  await using world = await cloned(["a", "b"], {
    ".gitattributes": "*.bin filter=large\n",
    "a.txt": "1\n",
    "b.bin": "1\n",
    "c.txt": "1\n",
  });
  const { a, b } = world;
  await a.commit("Remote", { "a.txt": "2\n", "b.bin": "2\n", "c.txt": "2\n" });
  await a.git("push", "--quiet");
  // As a filter that has to ask a server which is away.
  await b.git("config", "filter.large.smudge", "false");
  await b.git("config", "filter.large.clean", "cat");
  await b.git("config", "filter.large.required", "true");
  assert.notEqual((await b.pulls("abort")).status, 0);
  await b.git("config", "filter.large.smudge", "cat");
  await b.write({ "own": "b\n" });
  exits(0, await b.commits(["--push"]));
  for (const path of ["a.txt", "b.bin", "c.txt"]) assert.equal(await b.at("HEAD", path), "2\n");
  assert.equal(await b.at("HEAD", "own"), "b\n");
});

Deno.test("flaw: a pull that was refused rewrote the index, where something was staged", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("Remote", { "flake.nix": lines({ 2: "by a" }) });
  await a.git("push", "--quiet");
  await b.write({ "flake.nix": lines({ 2: "by b" }), "staged": "s\n" });
  await b.git("add", "staged");
  const before = await b.everything();
  exits(3, await b.pulls("abort"));
  assert.deepEqual(await b.everything(), before);
});

Deno.test("flaw: what was taken back on the remote was pushed again", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b, sandbox } = world;
  await a.commit("Bad", { "bad": "b\n" });
  await a.git("push", "--quiet");
  exits(0, await b.pulls("abort"));
  // Taken back, and nothing in its place.
  await a.git("reset", "--quiet", "--hard", "HEAD~");
  await a.git("push", "--quiet", "--force");
  await b.write({ "own": "b\n" });
  assert.match(exits(3, await b.commits(["--push"])), /history was rewritten/);
  assert.match(exits(3, await b.commits(["--push"])), /history was rewritten/);
  assert.equal((await sandbox.refs())["refs/heads/main"], await a.head());
  exits(0, await b.commits(["--push", "--accept-rewritten"]));
  const files = [...(await sandbox.filesAt("main")).keys()];
  assert.ok(files.includes("own") && !files.includes("bad"), files.join());
  assert.doesNotMatch(await b.git("log", "--format=%s", "origin/main"), /Bad/);
});

Deno.test("flaw: annotated tags went along with a push, unsearched", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  await a.git("config", "push.followTags", "true");
  await a.write({ "own": "a\n" });
  exits(0, await a.commits());
  await a.git("tag", "-a", "-m", "Anything may be in here", "v1");
  exits(0, await a.commits(["--push"]));
  assert.deepEqual(Object.keys(await sandbox.refs()), ["refs/heads/main"]);
});

Deno.test("flaw: a move in one work tree was ended in another one", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.git("worktree", "add", "--quiet", "-b", "other", "../other");
  await a.host.write("other/own", "o\n");
  const other = ["--repo", a.host.path("other"), "--host", "a"];
  exits(0, await a.host.program("host-commit", other));
  assert.equal(await a.git("status", "--porcelain"), "");
  const note = await a.git("commit-tree", "-m", "{}", "HEAD^{tree}");
  await a.git("update-ref", "refs/worktree/holdfast/moving", note.trim());
  exits(0, await a.host.program("host-commit", other));
  assert.match(await a.git("for-each-ref", "refs/worktree/holdfast"), /moving/);
  // A note that nobody can read is put away, with what is there saved.
  await a.write({ "mine": "m\n" });
  exits(0, await a.commits());
  assert.equal(await a.git("for-each-ref", "refs/worktree/holdfast"), "");
});
