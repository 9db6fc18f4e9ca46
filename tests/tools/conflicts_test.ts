import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { Sandbox } from "../support/sandbox.ts";
import {
  bookmarks,
  collide,
  exits,
  holds,
  inSync,
  onMain,
  resolve,
  settle,
  syncs,
} from "./scene.ts";

Deno.test("edits of different files and of different lines of one file reach every home", async () => {
  await using sandbox = await Sandbox.create();
  const lines = "one\ntwo\nthree\nfour\nfive\n";
  const { a, b } = await inSync(sandbox, ["a", "b"], {
    ".bashrc": lines,
    ".x": "x\n",
    ".y": "y\n",
  });
  await a.write(".bashrc", lines.replace("one", "one by a"));
  await b.write(".bashrc", lines.replace("five", "five by b"));
  await a.write(".x", "x by a\n");
  await b.write(".y", "y by b\n");
  await settle(a, b);
  await holds(".bashrc", "one by a\ntwo\nthree\nfour\nfive by b\n", a, b);
  await holds(".x", "x by a\n", a, b);
  await holds(".y", "y by b\n", a, b);
});

Deno.test("edits of the same line are parked until somebody resolves them", async (t) => {
  await using sandbox = await Sandbox.create();
  const files = { ".one": "1\n", ".two": "2\n", ".other": "o\n", ".more": "m\n" };
  const { a, b, c } = await inSync(sandbox, ["a", "b", "c"], files);
  await a.write(".other", "o by a\n");
  await b.write(".more", "m by b\n");
  await collide([a, b], { ".one": ["1 by a\n", "1 by b\n"], ".two": ["2 by a\n", "2 by b\n"] });
  await Promise.all([syncs(a), syncs(c)]);
  const show = async (...args: string[]): Promise<{ status: number; stdout: string }> =>
    await c.program("chezmoi-show-conflicts", ["--host", "c", ...args]);

  await t.step("both homes keep their text, and other files sync", async () => {
    await holds(".one", "1 by a\n", a, c);
    await holds(".one", "1 by b\n", b);
    await holds(".other", "o by a\n", a, b, c);
    await holds(".more", "m by b\n", a, b, c);
    const again = exits(3, await b.sync());
    match(again.stdout, /2 files are parked/);
  });
  await t.step("the branch has the first text and no marker anywhere", async () => {
    const files = await sandbox.filesAt("main");
    equal(files.get("dot_one"), "1 by a\n");
    for (const [path, text] of files) {
      doesNotMatch(text, /<<<<<<<|>>>>>>>/);
      doesNotMatch(path, /\.jjconflict|JJ-CONFLICT/);
    }
  });
  await t.step("every host can show both sides, as text, whole, and as JSON", async () => {
    const text = await show();
    equal(text.status, 3);
    match(text.stdout, /\.one +parked on b since \d{4}-[^]*\+1 by a[^]*on b:[^]*\+1 by b/);
    const whole = await show("--diff");
    equal(whole.status, 3);
    match(whole.stdout, /\+2 by a[^]*\+2 by b/);
    const json = await show("--json");
    equal(json.status, 3);
    const { conflicts } = JSON.parse(json.stdout);
    deepEqual(
      conflicts.map((
        it: Record<string, unknown>,
      ) => [it.path, it.host, it.base, it.main, it.parked]),
      [[".one", "b", "1\n", "1 by a\n", "1 by b\n"], [".two", "b", "2\n", "2 by a\n", "2 by b\n"]],
    );
  });
  await t.step("one of two can be resolved by its path in the home", async () => {
    const ended = exits(3, await resolve(c, c.path(".one"), "--take", "union"));
    match(ended.stdout, /resolved \.one.*left: 1/);
    exits(3, await b.sync());
    await holds(".one", "1 by a\n1 by b\n", b);
    await holds(".two", "2 by b\n", b);
    equal(await onMain(sandbox, "dot_two"), "2 by a\n");
  });
  await t.step("a resolved rest leaves nothing parked, and all homes agree", async () => {
    exits(0, await resolve(b, "--take", "local"));
    equal((await show()).status, 3, "as of the last sync of that host");
    await settle(a, b, c);
    const none = await show();
    deepEqual([none.status, none.stdout], [0, "nothing is parked\n"]);
    await holds(".one", "1 by a\n1 by b\n", a, b, c);
    await holds(".two", "2 by b\n", a, b, c);
    deepEqual(await bookmarks(sandbox), []);
  });
});

Deno.test("a parked text is never overwritten by another machine of the same host name", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  const twin = await sandbox.host("twin");
  await syncs(twin, "--repo-url", sandbox.remote, "--host", "b");
  await a.write(".f", "by a\n");
  await b.write(".f", "by b\n");
  await twin.write(".f", "by twin\n");
  await syncs(a);
  exits(3, await b.sync());
  const parked = exits(3, await twin.program("chezmoi-sync", ["--host", "b"]));
  match(parked.stderr, /host name unique/);
  const texts = await Promise.all((await bookmarks(sandbox)).map(async (name) => {
    return (await sandbox.filesAt(`conflict/${name}`)).get("dot_f");
  }));
  deepEqual(texts.sort(), ["by b\n", "by twin\n"]);
  // Nor does either of them withdraw the other's.
  exits(3, await b.sync());
  exits(3, await twin.program("chezmoi-sync", ["--host", "b"]));
  equal((await bookmarks(sandbox)).length, 2);
});

Deno.test("a conflict bookmark that was deleted by hand is pushed again while it is needed", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  await collide([a, b], { ".f": ["by a\n", "by b\n"] });
  await sandbox.git("update-ref", "-d", "refs/heads/conflict/b");
  exits(3, await b.sync());
  deepEqual(await bookmarks(sandbox), ["b"]);
  await holds(".f", "by b\n", b);
});

Deno.test("a changed mode and an edit of one file come together, whoever resolves", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { "bin/tool": "tool\n", ".f": "f\n" });
  await Deno.chmod(a.path("bin/tool"), 0o755);
  await syncs(a);
  await b.write("bin/tool", "tool by b\n");
  await b.write(".f", "f by b\n");
  const ended = await b.sync();
  ok([0, 3].includes(ended.status), ended.stderr);
  await holds("bin/tool", "tool by b\n", b);
  equal(await onMain(sandbox, "dot_f"), "f by b\n");
  const sources = async (): Promise<string[]> =>
    [...(await sandbox.filesAt("main")).keys()].filter((path) => path.startsWith("bin/"));
  equal((await sources()).length, 1, "one source per target");
  if (ended.status === 3) exits(0, await resolve(b, "--take", "remote"));
  await settle(a, b);
  deepEqual(await sources(), ["bin/executable_tool"]);
  await holds("bin/tool", "tool by b\n", a, b);
  for (const host of [a, b]) {
    equal(((await Deno.stat(host.path("bin/tool"))).mode ?? 0) & 0o777, 0o755, host.name);
  }
});

Deno.test("a file that one host forgets and another edits is parked and can be kept", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n", ".h": "h\n" });
  await a.chezmoi("forget", "--force", a.path(".f"), a.path(".g"));
  await syncs(a);
  await b.write(".f", "f by b\n");
  await b.write(".g", "g by b\n");
  exits(3, await b.sync());
  await holds(".f", "f by b\n", b);
  equal(await onMain(sandbox, "dot_f"), undefined);
  exits(3, await resolve(b, ".f", "--take", "b"));
  exits(0, await resolve(b, ".g", "--take", "remote"));
  await settle(b);
  equal(await onMain(sandbox, "dot_f"), "f by b\n");
  equal(await onMain(sandbox, "dot_g"), undefined);
  await holds(".f", "f by b\n", b);
  await holds(".g", "g by b\n", b); // No longer managed, but no sync deletes from a home.
  await syncs(a);
  match(await a.read(".f"), /^f( by b)?\n$/);
  await holds(".g", "g\n", a);
});

for (const [policy, winner] of [["prefer-local", "b"], ["prefer-remote", "a"]] as const) {
  Deno.test(`--on-conflict ${policy} decides colliding hunks at once and parks nothing`, async () => {
    await using sandbox = await Sandbox.create();
    const text = (first: string, last: string): string => `${first}\n2\n3\n4\n5\n${last}\n`;
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": text("1", "6"), ".g": "g\n" });
    await a.write(".f", text("1 by a", "6"));
    await syncs(a);
    await b.write(".f", text("1 by b", "6 by b"));
    await b.write(".g", "g by b\n");
    await syncs(b, "--on-conflict", policy);
    deepEqual(await bookmarks(sandbox), []);
    await settle(a, b);
    await holds(".f", text(`1 by ${winner}`, "6 by b"), a, b);
    await holds(".g", "g by b\n", a, b);
    // The other text stays in the history.
    const blobs = [...(await sandbox.reachableBlobs()).values()].join("\n");
    match(blobs, /1 by a/);
    match(blobs, /1 by b/);
  });
}
