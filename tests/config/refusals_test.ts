/** What a person has to look at first: told with its remedy, and nothing is changed. */
import assert from "node:assert/strict";
import type { ConfigHost } from "../support/config_host.ts";
import { cloned, exits, lines } from "./scene.ts";

/** How a repository gets into a state, and what is said of it. */
const states: Readonly<Record<string, readonly [(a: ConfigHost) => Promise<unknown>, RegExp]>> = {
  "in the middle of a rebase": [
    async (a) => {
      await diverge(a);
      await fails(a, "rebase", "other");
    },
    /a rebase is under way in .*\nhint: end it: git rebase --continue, or --abort/,
  ],
  "in the middle of a merge": [
    async (a) => {
      await diverge(a);
      await fails(a, "merge", "other");
    },
    /a merge is under way .*\nhint: end it: git commit, or git merge --abort/,
  ],
  "in the middle of a cherry-pick": [
    async (a) => {
      await diverge(a);
      await fails(a, "cherry-pick", "other");
    },
    /a cherry-pick is under way/,
  ],
  "in the middle of a revert": [
    async (a) => {
      await a.commit("One", { "flake.nix": lines({ 1: "one" }) });
      await a.commit("Two", { "flake.nix": lines({ 1: "two" }) });
      await fails(a, "revert", "--no-edit", "HEAD~");
    },
    /a revert is under way/,
  ],
  "in a bisection": [
    async (a) => {
      await a.git("bisect", "start");
    },
    /a bisect is under way .*\nhint: end it: git bisect reset/,
  ],
  "on no branch": [
    async (a) => {
      await a.git("switch", "--quiet", "--detach");
    },
    /HEAD is detached in .*\nhint: git -C .* switch main/,
  ],
  "on another branch": [
    async (a) => {
      await a.git("switch", "--quiet", "-c", "topic");
    },
    /is on branch topic, not on main\nhint: git -C .* switch main, or give --branch topic/,
  ],
  "with a submodule that has changes of its own": [
    async (a) => {
      const url = a.host.remote;
      const file = ["-c", "protocol.file.allow=always"];
      await a.git(...file, "submodule", "--quiet", "add", url, "module");
      await a.git("commit", "--quiet", "-m", "Module");
      await a.host.write("nix-config/module/flake.nix", "changed\n");
    },
    /submodules have changes of their own in .*: module\nhint: commit and push them/,
  ],
  "with another repository inside": [
    async (a) => {
      await a.host.run(["git", "init", "--quiet", `${a.repo}/inner`]);
      await a.host.write("nix-config/inner/file", "f\n");
      await a.host.run(["git", "-C", `${a.repo}/inner`, "add", "--all"]);
      await a.host.run(["git", "-C", `${a.repo}/inner`, "commit", "--quiet", "-m", "Inner"]);
    },
    /other git repositories lie in .*: inner\nhint: .*\.gitignore/,
  ],
  "with files of Git LFS, which is not set up": [
    async (a) => {
      await a.write({ ".gitattributes": "*.iso filter=lfs\n", "disk.iso": "large\n" });
    },
    /files belong to Git LFS, which is not set up here: disk\.iso\nhint: `git lfs install`/,
  ],
};

for (const [what, [prepare, said]] of Object.entries(states)) {
  Deno.test(`a repository ${what} is refused, and left as it is`, async () => {
    await using world = await cloned(["a"]);
    const { a } = world;
    await prepare(a);
    await a.write({ "new": "n\n" });
    const before = await state(a);
    assert.match(exits(3, await a.commits(["--branch", "main", "--push"])), said);
    assert.deepEqual(await state(a), before);
  });
}

Deno.test("what is no repository is refused as wrong usage", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.host.write("plain/file", "f\n");
  const path = a.host.path("plain");
  assert.match(
    exits(2, await a.host.program("host-commit", ["--repo", path])),
    /not the work tree/,
  );
  const gone = a.host.path("gone");
  assert.match(exits(2, await a.host.program("host-commit", ["--repo", gone])), /is no directory/);
});

Deno.test("a lock of git's that a git at work may hold is told of; one of a killed git is removed", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.write({ "new": "n\n", ".git/index.lock": "" });
  // Waits for its input for as long as the pipe is open.
  const other = new Deno.Command("git", {
    args: ["cat-file", "--batch"],
    cwd: a.repo,
    env: a.host.environment,
    stdin: "piped",
    stdout: "null",
  }).spawn();
  assert.match(exits(75, await a.commits()), /busy: \S+ \d+ is at work in .*nix-config/);
  assert.ok(await Deno.stat(`${a.repo}/.git/index.lock`));
  other.kill("SIGKILL");
  await other.stdin.close();
  await other.status;
  assert.match(exits(0, await a.commits()), /committed/);
});

async function diverge(a: ConfigHost): Promise<void> {
  await a.git("switch", "--quiet", "-c", "other");
  await a.commit("Other", { "flake.nix": lines({ 1: "other" }) });
  await a.git("switch", "--quiet", "main");
  await a.commit("Main", { "flake.nix": lines({ 1: "main" }) });
}

async function fails(a: ConfigHost, ...args: string[]): Promise<void> {
  const { status } = await a.host.run(["git", "-C", a.repo, ...args]);
  assert.notEqual(status, 0);
}

async function state(a: ConfigHost): Promise<unknown> {
  return {
    head: await Deno.readTextFile(`${a.repo}/.git/HEAD`),
    refs: await a.git("for-each-ref"),
    index: new Uint8Array(await Deno.readFile(`${a.repo}/.git/index`)).toHex(),
    status: await a.git("--no-optional-locks", "status", "--porcelain"),
  };
}
