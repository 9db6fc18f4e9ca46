/** The remote without its history: other commits in their place, or no repository at all. */
import assert from "node:assert/strict";
import { Sandbox } from "../support/sandbox.ts";
import { bookmarks, collide, exits, holds, inSync, onMain, syncs } from "../tools/scene.ts";
import type { Scene } from "./follow.ts";
import { atDotfiles } from "./readers.ts";

/** Pushes another commit in place of the newest one, with force. */
async function rewrite(sandbox: Sandbox, text: string): Promise<void> {
  const clone = `${sandbox.root}/${crypto.randomUUID()}`;
  const git = (...args: string[]): Promise<string> => sandbox.run(["git", ...args], { cwd: clone });
  await sandbox.run(["git", "clone", "-q", sandbox.remote, clone], { cwd: sandbox.root });
  await git("reset", "-q", "--hard", "HEAD~1");
  await Deno.writeTextFile(`${clone}/dot_g`, text);
  await git("commit", "-q", "-a", "-m", "Rewritten");
  await git("push", "-q", "--force");
}

export const historyScenes: Readonly<Record<string, Scene>> = {
  "The source was moved off edits": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
    await b.write(".f", "f by b\n");
    await syncs(b, "--no-push");
    await b.jj("new", "main@origin");
    await b.write(".g", "g by b\n");
    const [, commit] = /was moved off ([0-9a-f]{12}),/.exec(await follow(await atDotfiles(b))) ??
      [];
    await holds(".f", "f by b\n", b);
    await follow(await atDotfiles(b), { COMMIT: commit ?? assert.fail() });
    await syncs(a);
    await holds(".f", "f by b\n", a, b);
    await holds(".g", "g by b\n", a, b);
  },

  "The remote's history was rewritten": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n", ".h": "h\n" });
    await a.write(".f", "f by a\n");
    await syncs(a);
    await syncs(b);
    await rewrite(sandbox, "g rewritten\n");
    await b.write(".h", "h by b\n");
    const reader = await atDotfiles(b);
    const [, commit] = /: ([0-9a-f]{12}), which this host has/.exec(await follow(reader)) ?? [];
    await holds(".g", "g\n", a, b);
    await follow(reader, { COMMIT: commit ?? assert.fail() });
    await syncs(a);
    await holds(".f", "f by a\n", a, b);
    await holds(".g", "g\n", a, b);
    await holds(".h", "h by b\n", a, b);
    await rewrite(sandbox, "g rewritten again\n");
    await a.write(".f", "f by a, not pushed\n");
    await follow(reader);
    exits(3, await a.sync());
    await syncs(a, "--accept-rewritten");
    await syncs(b);
    await holds(".g", "g rewritten again\n", a, b);
    await holds(".f", "f by a, not pushed\n", a, b);
  },

  "The remote repository is lost": async (follow) => {
    await using sandbox = await Sandbox.create();
    const files = { ".f": "f\n", ".g": "g\n", ".h": "h\n" };
    const { a, b, c } = await inSync(sandbox, ["a", "b", "c"], files);
    await collide([a, c], { ".f": ["f by a\n", "f by c\n"] });
    await a.write(".g", "g by a\n");
    await syncs(a);
    await Deno.remove(sandbox.remote, { recursive: true });
    await b.write(".h", "h by b\n");
    const first = await atDotfiles(a);
    assert.match(await follow(first), /Edit \.g on a/);
    const URL = `${sandbox.root}/new.git`;
    await sandbox.run(["git", "init", "-q", "--bare", URL], { cwd: sandbox.root });
    await follow(first, { URL });
    await follow(await atDotfiles(b), { URL });
    await c.git("remote", "set-url", "origin", URL);
    exits(3, await c.sync());
    await syncs(a);
    await holds(".g", "g by a\n", a, b, c);
    await holds(".h", "h by b\n", a, b, c);
    await holds(".f", "f by a\n", a, b);
    await holds(".f", "f by c\n", c);
    // The sandbox looks where the old one was.
    await Deno.symlink(URL, sandbox.remote);
    assert.equal(await onMain(sandbox, "dot_h"), "h by b\n");
    assert.deepEqual(await bookmarks(sandbox), ["c"]);
  },
};
