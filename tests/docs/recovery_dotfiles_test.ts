/** Trouble with dotfiles on throwaway hosts, and the way out of it as the document tells. */
import assert from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import {
  add,
  bookmarks,
  collide,
  exits,
  holds,
  inFrontOf,
  inSync,
  onMain,
  syncIn,
  syncs,
} from "../tools/scene.ts";
import { everySection, type Scene } from "./follow.ts";
import { atDotfiles } from "./readers.ts";
import { historyScenes } from "./recovery_dotfiles_history.ts";

async function bashStarts(host: Host): Promise<boolean> {
  return (await host.run(["bash", "-ic", "exit 7"])).status === 7;
}

const scenes: Readonly<Record<string, Scene>> = {
  "A bad edit came from another host": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".bashrc": "x=1\n" });
    for (const text of ["x=2\n", "x=2\nexit 1\n"]) {
      await a.write(".bashrc", text);
      await syncs(a);
    }
    await syncs(b);
    assert.equal(await bashStarts(b), false);
    const reader = await atDotfiles(b);
    const found = await follow(reader);
    const commits = [...found.matchAll(/ ([0-9a-f]{8}) Edit/g)].map(([, commit]) => commit);
    assert.match(found, /exit 1/);
    await follow(reader, { COMMIT: commits[1] ?? assert.fail(found) });
    await syncs(a);
    await holds(".bashrc", "x=2\n", a, b);
    assert.deepEqual([await bashStarts(a), await bashStarts(b)], [true, true]);
    assert.equal(await onMain(sandbox, "dot_bashrc"), "x=2\n");
  },

  "A file is gone": async (follow) => {
    await using sandbox = await Sandbox.create();
    const files = { ".vimrc": "set nu\n", ".inputrc": "set bell-style none\n" };
    const { a, b } = await inSync(sandbox, ["a", "b"], files);
    await a.chezmoi("forget", "--force", a.path(".inputrc"));
    await syncs(a);
    await b.remove(".vimrc");
    await syncs(b);
    assert.equal(await onMain(sandbox, "dot_inputrc"), undefined);
    const reader = await atDotfiles(b);
    const found = await follow(reader);
    assert.match(found, /DA .*\.vimrc +leave: deleted here/);
    const [, commit, source] = / ([0-9a-f]{8})\n[^\n]*\nD [^\n]*\/(\w+)\n/.exec(found) ?? [];
    await follow(reader);
    await holds(".vimrc", files[".vimrc"], a, b);
    await follow(reader, { COMMIT: commit ?? assert.fail(found), SOURCE: source ?? "" });
    assert.equal(await onMain(sandbox, "dot_inputrc"), files[".inputrc"]);
    // It is managed again, on both.
    await syncs(a);
    await a.write(".inputrc", "set bell-style audible\n");
    await syncs(a);
    await syncs(b);
    await holds(".inputrc", "set bell-style audible\n", a, b);
  },

  "Two hosts edited the same lines": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".bashrc": "1\n2\n" });
    await collide([a, b], { ".bashrc": ["1\n2 by a\n", "1\n2 by b\n"] });
    assert.deepEqual(await bookmarks(sandbox), ["b"]);
    const reader = await atDotfiles(b);
    assert.match(await follow(reader), /\+2 by a[^]*\+2 by b/);
    await follow(reader);
    await syncs(a);
    await holds(".bashrc", "1\n2 by a\n2 by b\n", a, b);
    assert.deepEqual(await bookmarks(sandbox), []);
  },

  "Nothing syncs: the remote is away, or says no": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
    const moved = `${sandbox.root}/moved.git`;
    await Deno.rename(sandbox.remote, moved);
    await a.write(".f", "f by a\n");
    await b.write(".g", "g by b\n");
    for (const host of [a, b]) exits(1, await host.sync());
    const [first, second] = [await atDotfiles(a), await atDotfiles(b)];
    assert.match(await follow(first), /^fetch-failed [^]*does not appear to be a git repository/);
    await follow(first, { URL: moved });
    await b.git("remote", "set-url", "origin", moved);
    for (const reader of [second, first]) {
      assert.equal((await reader.run(["chezmoi-sync"])).status, 0);
    }
    await holds(".f", "f by a\n", a, b);
    await holds(".g", "g by b\n", a, b);
  },

  "A merge or rebase is in progress, or another branch is checked out": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
    const commit = async (text: string): Promise<void> => {
      await Deno.writeTextFile(`${b.source}/dot_f`, text);
      await b.git("commit", "-q", "-a", "-m", text.trim());
    };
    const conflicts = async (...args: string[]): Promise<void> =>
      assert.equal((await b.run(["git", "-C", b.source, ...args])).status, 1);
    await b.git("checkout", "-q", "-b", "side");
    await commit("side\n");
    await b.git("checkout", "-q", "main");
    await commit("mine\n");
    await b.git("checkout", "-q", "side");
    await b.write(".g", "g by b\n");
    await conflicts("merge", "main");
    const reader = await atDotfiles(b);
    assert.match(await follow(reader), /a merge is in progress/);
    await follow(reader);
    await conflicts("rebase", "main");
    assert.match(exits(3, await b.sync()).stderr, /a rebase is in progress/);
    await follow(reader);
    assert.match(exits(3, await b.sync()).stderr, /"side" checked out, not "main"/);
    await follow(reader);
    await syncs(a);
    await holds(".f", "mine\n", a, b);
    await holds(".g", "g by b\n", a, b);
    assert.equal(await b.git("log", "-1", "--format=%s", "side"), "side\n");
  },

  'A target is left alone: "… decides"': async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
    for (const name of [".mine", ".theirs"]) await b.write(name, "long before, by b\n");
    await add(a, { ".mine": "by a\n", ".theirs": "by a\n" });
    await syncs(a);
    await syncs(b);
    const reader = await atDotfiles(b);
    assert.match(await follow(reader), /-long before, by b\n\+by a/);
    await holds(".theirs", "long before, by b\n", b);
    await follow(reader);
    await syncs(a);
    await holds(".mine", "long before, by b\n", a, b);
    await holds(".theirs", "by a\n", a, b);
  },

  "The sync was killed, or the power went": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
    await a.write(".f", "f by a\n");
    await syncs(a);
    await b.write(".g", "g by b\n");
    const { PATH } = await inFrontOf(b, {
      chezmoi: `case " $* " in *" apply "*) once kill && { kill -9 $PPID; exit 1; } ;; esac`,
    });
    assert.equal((await syncIn(b, { PATH })).status, 137);
    await Deno.writeTextFile(`${b.source}/.git/index.lock`, "");
    await holds(".f", "f\n", b);
    const reader = await atDotfiles(b);
    await follow(reader);
    await follow(reader);
    await syncs(a);
    await holds(".f", "f by a\n", a, b);
    await holds(".g", "g by b\n", a, b);
  },

  "The record of the sync is lost or corrupt": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n", ".h": "h\n" });
    await a.write(".f", "f by a\n");
    await syncs(a);
    await b.write(".g", "g by b\n");
    await Deno.writeTextFile(`${b.stateDirectory}/home.json`, '{"schema": 1,');
    const reader = await atDotfiles(b);
    await follow(reader);
    assert.match(await follow(reader), /home\.json is corrupt .*kept as /);
    assert.equal(await onMain(sandbox, "dot_g"), "g by b\n");
    await holds(".f", "f by a\n", b);
    await a.write(".h", "h by a\n");
    await syncs(a);
    await b.write(".g", "g again by b\n");
    await follow(reader);
    await syncs(a);
    await holds(".f", "f by a\n", a, b);
    await holds(".g", "g again by b\n", a, b);
    await holds(".h", "h by a\n", a, b);
  },

  "Exit 75: something else is at work": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { b } = await inSync(sandbox, ["b"], { ".f": "f\n" });
    await b.write(".f", "f by b\n");
    const reader = await atDotfiles(b);
    const { PATH, directory } = await inFrontOf(b, {
      chezmoi: `once hang && { : >"$here/hangs"; exec sleep 60; }`,
    });
    const hanging = b.start("chezmoi-sync", ["--host", "b"], { env: { PATH } });
    const bound = AbortSignal.timeout(30_000);
    while (await Deno.stat(`${directory}/hangs`).catch(() => undefined) === undefined) {
      bound.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const [, pid] = /\(pid (\d+)\)/.exec(await follow(reader)) ?? [];
    await follow(reader, { PID: pid ?? assert.fail() });
    assert.notEqual((await hanging.ended).status, 0);
    await follow(reader);
    assert.equal(await onMain(sandbox, "dot_f"), "f by b\n");
    await holds(".f", "f by b\n", b);
  },
  ...historyScenes,
};

await everySection("docs/recovery-procedures.md", scenes, "Dotfiles");
