/** Each situation of a host and its remote, under each strategy: who wins, and that nothing is lost. */
import assert from "node:assert/strict";
import { ConfigHost } from "../support/config_host.ts";
import { cloned, exits, lines } from "./scene.ts";

const strategies = ["prefer-remote", "prefer-local", "abort"] as const;
type Strategy = typeof strategies[number];

/** What is done on the host that pulls, before it does. */
const local = {
  "with nothing of its own": async (): Promise<void> => {},
  "with a commit elsewhere in the file": async (b: ConfigHost): Promise<void> => {
    await b.commit("Local", { "flake.nix": lines({ 11: "by b" }) });
  },
  "with a commit on the same line": async (b: ConfigHost): Promise<void> => {
    await b.commit("Local", { "flake.nix": lines({ 2: "by b", 11: "by b" }) });
  },
  "with a file of its own": async (b: ConfigHost): Promise<void> => {
    await b.commit("Local", { "own": "b\n" });
  },
};

/** What is left uncommitted on top. */
const dirty = {
  "clean": async (): Promise<void> => {},
  "edited elsewhere": async (b: ConfigHost): Promise<void> => {
    await b.write({ "hosts/a.nix": lines({ 6: "not committed" }), "untracked": "u\n" });
  },
  "edited on the same line": async (b: ConfigHost): Promise<void> => {
    const text = await b.read("flake.nix");
    await b.write({
      "flake.nix": text.replace(/^(line 2|by b)$/m, "not committed"),
      "untracked": "u\n",
    });
  },
};

for (const [what, prepare] of Object.entries(local)) {
  for (const [how, edit] of Object.entries(dirty)) {
    for (const strategy of strategies) {
      Deno.test(`${strategy}: a host ${what}, ${how}`, async () => {
        await using world = await cloned(["a", "b"]);
        const { a, b } = world;
        const remote = await a.commit("Remote", {
          "flake.nix": lines({ 2: "by a" }),
          "new": "a\n",
        });
        await a.git("push", "--quiet");
        await prepare(b);
        const committed = await b.head();
        await edit(b);
        const before = await b.everything();
        const texts = [await b.read("flake.nix"), await b.read("hosts/a.nix")];
        const commitCollides = what.includes("same line");
        const editCollides = how.includes("same line");
        const ended = await b.pulls(strategy);
        if (strategy === "abort" && (commitCollides || editCollides)) {
          assert.match(
            exits(3, ended),
            /collide with origin\/main: flake\.nix\n.*nothing was changed; commit what .* --rebase/,
          );
          assert.deepEqual(await b.everything(), before);
          return;
        }
        exits(0, ended);
        // All commits of the remote are in, and git sees no operation under way.
        await b.git("merge-base", "--is-ancestor", remote, "HEAD");
        assert.equal(await b.git("symbolic-ref", "HEAD"), "refs/heads/main\n");
        assert.equal(await b.read("new"), "a\n");
        const winner = strategy === "prefer-local";
        const second = editCollides && winner
          ? "not committed"
          : commitCollides && winner
          ? "by b"
          : "by a";
        const text = await b.read("flake.nix");
        assert.equal(text.split("\n")[1], second);
        if (what.includes("elsewhere") || commitCollides) assert.match(text, /^by b$/m);
        if (how !== "clean") assert.equal(await b.read("untracked"), "u\n");
        if (how === "edited elsewhere") assert.equal(await b.read("hosts/a.nix"), texts[1]);
        // Uncommitted stays uncommitted.
        const status = await b.git("status", "--porcelain");
        assert.equal(status === "", how === "clean", status);
        // And what was here before is found again, byte by byte.
        const saved = await b.autosaves();
        if (how !== "clean") {
          assert.equal(await b.at(saved[0] as string, "flake.nix"), texts[0]);
          assert.equal(await b.at(saved[0] as string, "hosts/a.nix"), texts[1]);
          assert.equal(await b.at(saved[0] as string, "untracked"), "u\n");
        }
        if (what !== "with nothing of its own") {
          await b.git("merge-base", "--is-ancestor", committed, saved[0] as string);
        }
      });
    }
  }
}

Deno.test("a deletion here against an edit there goes as the strategy says", async () => {
  for (const strategy of ["prefer-remote", "prefer-local"] as Strategy[]) {
    await using world = await cloned(["a", "b"]);
    const { a, b } = world;
    await a.commit("Remote", { "flake.nix": lines({ 2: "by a" }) });
    await a.git("push", "--quiet");
    await b.commit("Local", { "flake.nix": null, "own": "b\n" });
    exits(0, await b.pulls(strategy));
    const files = (await b.git("ls-files")).trim().split("\n");
    assert.deepEqual(files.includes("flake.nix"), strategy === "prefer-remote");
    assert.ok(files.includes("own"));
    assert.equal(await b.git("status", "--porcelain"), "");
  }
});

Deno.test("binary files that collide go as the strategy says", async () => {
  for (const strategy of ["prefer-remote", "prefer-local"] as Strategy[]) {
    await using world = await cloned(["a", "b"], { "image": new Uint8Array([0, 1]) });
    const { a, b } = world;
    await a.commit("Remote", { "image": new Uint8Array([0, 2]) });
    await a.git("push", "--quiet");
    await b.commit("Local", { "image": new Uint8Array([0, 3]) });
    exits(0, await b.pulls(strategy));
    const image = await Deno.readFile(`${b.repo}/image`);
    assert.equal(image[1], strategy === "prefer-remote" ? 2 : 3);
  }
});

Deno.test("a file in the place of a directory is nobody's to decide", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("Remote", { "thing": "a file\n" });
  await a.git("push", "--quiet");
  await b.commit("Local", { "thing/inside": "a directory\n" });
  const before = await b.everything();
  exits(3, await b.pulls("prefer-remote"));
  assert.deepEqual(await b.everything(), before);
});

Deno.test("an ignored file at the path of a new one is kept", async () => {
  await using world = await cloned(["a", "b"], { ".gitignore": "local.nix\n" });
  const { a, b } = world;
  await b.write({ "local.nix": "precious\n" });
  await a.write({ ".gitignore": "" });
  await a.commit("Remote", { "local.nix": "by a\n" });
  await a.git("push", "--quiet");
  exits(0, await b.pulls("prefer-remote"));
  assert.equal(await b.read("local.nix"), "by a\n");
  assert.equal(await b.at((await b.autosaves())[0] as string, "local.nix"), "precious\n");
});

Deno.test("announced and staged files stay known to git, so that a flake sees them", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("Remote", { "flake.nix": lines({ 2: "by a" }) });
  await a.git("push", "--quiet");
  await b.write({ "announced.nix": "{ }\n", "staged.nix": "{ }\n", "unknown.nix": "{ }\n" });
  await b.git("add", "--intent-to-add", "announced.nix");
  await b.git("add", "staged.nix");
  exits(0, await b.pulls("abort"));
  const known = (await b.git("ls-files")).trim().split("\n");
  assert.deepEqual(known, ["announced.nix", "flake.nix", "hosts/a.nix", "staged.nix"]);
});

Deno.test("what is staged differently from the file is found again in the autosave's index", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("Remote", { "hosts/a.nix": lines({ 2: "by a" }) });
  await a.git("push", "--quiet");
  await b.write({ "flake.nix": lines({ 3: "staged" }) });
  await b.git("add", "flake.nix");
  await b.write({ "flake.nix": lines({ 3: "and edited once more" }) });
  exits(0, await b.pulls("abort"));
  const [saved = ""] = await b.autosaves();
  assert.equal(await b.at(`${saved}^2`, "flake.nix"), lines({ 3: "staged" }));
  assert.equal(await b.read("flake.nix"), lines({ 3: "and edited once more" }));
});

Deno.test("an autosave comes back with git stash apply", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("Remote", { "flake.nix": lines({ 2: "by a" }) });
  await a.git("push", "--quiet");
  await b.write({ "flake.nix": lines({ 2: "mine" }), "untracked": "u\n" });
  exits(0, await b.pulls("prefer-remote"));
  assert.match(await b.read("flake.nix"), /^by a$/m);
  const [saved = ""] = await b.autosaves();
  await b.git("checkout", "--quiet", "-b", "look", `${saved}^1`);
  await Deno.remove(`${b.repo}/untracked`);
  await b.git("stash", "apply", "--quiet", saved);
  assert.equal(await b.read("flake.nix"), lines({ 2: "mine" }));
  assert.equal(await b.read("untracked"), "u\n");
});

Deno.test("merges of this host are kept as merges", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  const remote = await a.commit("Remote", { "flake.nix": lines({ 2: "by a" }) });
  await a.git("push", "--quiet");
  await b.git("checkout", "--quiet", "-b", "topic");
  await b.commit("On a topic", { "topic": "t\n" });
  await b.git("checkout", "--quiet", "main");
  await b.commit("On main", { "own": "b\n" });
  await b.git("merge", "--quiet", "--no-edit", "topic");
  const merged = await b.head();
  exits(0, await b.pulls("abort"));
  assert.equal(
    await b.git("rev-list", "--parents", "-1", "HEAD"),
    `${await b.head()} ${remote} ${merged}\n`,
  );
});

Deno.test("author, date and message of a commit stay when it goes above the remote's", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("Remote", { "new": "a\n" });
  await a.git("push", "--quiet");
  await b.write({ "own": "b\n" });
  await b.git("add", "--all");
  const date = "2020-02-02T02:02:02+02:00";
  const text = "Subject\n\nBody with ünicode\n\n  and indentation";
  await b.git("commit", "--quiet", "--author=Öne <one@example.org>", `--date=${date}`, "-m", text);
  const format = "--format=%an %ae %aI%n%B";
  const before = await b.git("log", "-1", format);
  exits(0, await b.pulls("abort"));
  assert.equal(await b.git("log", "-1", format), before);
});

Deno.test("a rewritten remote stops a pull, also one that prefers the remote", async () => {
  await using world = await cloned(["a", "b"]);
  const { a, b } = world;
  await a.commit("One", { "one": "1\n" });
  await a.git("push", "--quiet");
  exits(0, await b.pulls("abort"));
  await a.git("reset", "--quiet", "--hard", "HEAD~");
  const rewritten = await a.commit("Another", { "another": "1\n" });
  await a.git("push", "--quiet", "--force");
  const head = await b.head();
  for (const strategy of strategies) {
    assert.match(exits(3, await b.pulls(strategy)), /history was rewritten: .*--accept-rewritten/s);
    assert.equal(await b.head(), head);
  }
  exits(0, await b.pulls("prefer-remote", "--accept-rewritten"));
  await b.git("merge-base", "--is-ancestor", rewritten, "HEAD");
});

Deno.test("a shallow clone is pulled like any other", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  for (const number of [1, 2, 3]) await a.commit(`${number}`, { "n": `${number}\n` });
  await a.git("push", "--quiet");
  const b = new ConfigHost(await sandbox.host("b"));
  const url = `file://${sandbox.remote}`;
  await b.host.run(["git", "clone", "--quiet", "--depth=1", url, b.repo]);
  await b.commit("Local", { "own": "b\n" });
  await a.commit("4", { "n": "4\n" });
  await a.git("push", "--quiet");
  exits(0, await b.pulls("abort"));
  assert.equal(await b.read("n"), "4\n");
  assert.equal(await b.read("own"), "b\n");
});
