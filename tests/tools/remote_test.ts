import { deepEqual, equal, match } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { treeOf } from "../support/tree.ts";
import { serveRemote } from "./http_remote.ts";
import {
  add,
  collide,
  exits,
  holds,
  inFrontOf,
  inSync,
  onMain,
  resolve,
  settle,
  syncIn,
  syncs,
  word,
} from "./scene.ts";

Deno.test("a remote over HTTP serves for all that the sync does", async () => {
  await using sandbox = await Sandbox.create();
  await using server = serveRemote(sandbox);
  const { a } = await inSync(sandbox, ["a"], { ".f": "f\n", ".g": "g\n" });
  await a.git("remote", "set-url", "origin", server.url);
  const b = await sandbox.host("b");
  await syncs(b, "--repo-url", server.url);
  await collide([a, b], { ".f": ["f by a\n", "f by b\n"] });
  await b.write(".g", "g by b\n");
  exits(3, await b.sync());
  exits(0, await resolve(b, "--take", "union"));
  await settle(a, b);
  await holds(".f", "f by a\nf by b\n", a, b);
  await holds(".g", "g by b\n", a, b);
});

Deno.test("a remote that moves between fetch and push is merged with, in the same sync", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  const other = await clone(sandbox, "other");
  await commit(sandbox, other, "dot_g", "g by another\n");
  await b.write(".f", "f by b\n");
  const git = `case " $* " in *" push "*) once raced && "$real" -C ${other} push -q ;; esac`;
  exits(0, await syncIn(b, await pathOnly(b, { git })));
  equal(await word(b), "success");
  await settle(a);
  await holds(".f", "f by b\n", a, b);
  await holds(".g", "g by another\n", a, b);
});

Deno.test("a branch of another name is found in a clone, and asked for otherwise", async (t) => {
  await using sandbox = await Sandbox.create();
  await sandbox.git("symbolic-ref", "HEAD", "refs/heads/trunk");
  const first = await clone(sandbox, "first");
  await sandbox.run(["git", "checkout", "-q", "-B", "trunk"], { cwd: first });
  await commit(sandbox, first, "dot_f", "f\n");
  await sandbox.run(["git", "push", "-q", "origin", "trunk"], { cwd: first });

  await t.step("in a clone", async () => {
    const b = await sandbox.host("b");
    await syncs(b, "--repo-url", sandbox.remote);
    await b.write(".f", "f by b\n");
    await syncs(b);
    equal((await sandbox.filesAt("trunk")).get("dot_f"), "f by b\n");
    deepEqual(Object.keys(await sandbox.refs()), ["refs/heads/trunk"]);
  });
  await t.step("in a source of its own, refused until the branch is named", async () => {
    const c = await sandbox.host("c");
    await c.beginSource();
    await add(c, { ".g": "g by c\n" });
    match(exits(3, await c.sync()).stderr, /no branch "main", but "trunk"\n.*--branch trunk/s);
    deepEqual(Object.keys(await sandbox.refs()), ["refs/heads/trunk"]);
    await syncs(c, "--branch", "trunk");
    await holds(".f", "f by b\n", c);
    equal((await sandbox.filesAt("trunk")).get("dot_g"), "g by c\n");
    // It is remembered.
    await c.write(".g", "g again by c\n");
    await syncs(c);
    deepEqual(Object.keys(await sandbox.refs()), ["refs/heads/trunk"]);
  });
});

Deno.test("a rewritten branch changes nothing here until a person takes it over", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n", ".h": "h\n" });
  await a.write(".f", "f by a\n");
  await settle(a, b);
  const other = await clone(sandbox, "other");
  await sandbox.run(["git", "reset", "-q", "--hard", "HEAD~1"], { cwd: other });
  await commit(sandbox, other, "dot_g", "g rewritten\n");
  await sandbox.run(["git", "push", "-q", "--force"], { cwd: other });
  const rewritten = await sandbox.refs();
  await b.write(".h", "h by b\n");

  // Once the refused history was taken for an accepted one by the second sync.
  for (const time of ["first", "second"]) {
    const ended = await b.sync();
    equal(ended.status, 3, `the ${time} sync: ${ended.stdout}${ended.stderr}`);
    match(ended.stderr, /origin rewrote the history of main.*--accept-rewritten/s);
    equal(await word(b), "failed");
    deepEqual(await homeOf(b), { ".f": "f by a\n", ".g": "g\n", ".h": "h by b\n" });
    deepEqual(await sandbox.refs(), rewritten);
  }
  await syncs(b, "--accept-rewritten");
  await settle(b);
  deepEqual(await homeOf(b), { ".f": "f\n", ".g": "g rewritten\n", ".h": "h by b\n" });
  equal(await onMain(sandbox, "dot_h"), "h by b\n");
  await sandbox.git("merge-base", "--is-ancestor", rewritten["refs/heads/main"] ?? "", "main");
});

Deno.test("a deleted branch is not taken for an empty one until a person says so", async () => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n", ".g": "g\n" });
  await b.write(".f", "f by b\n");
  await sandbox.git("update-ref", "-d", "refs/heads/main");
  for (const time of ["first", "second"]) {
    const ended = await b.sync();
    equal(ended.status, 3, `the ${time} sync: ${ended.stdout}${ended.stderr}`);
    match(ended.stderr, /no longer has main.*--accept-rewritten/s);
    equal(await word(b), "failed");
    deepEqual(await homeOf(b), { ".f": "f by b\n", ".g": "g\n" });
    deepEqual(await sandbox.refs(), {});
  }
  await syncs(b, "--accept-rewritten");
  deepEqual(await homeOf(b), { ".f": "f by b\n", ".g": "g\n" });
  equal(await onMain(sandbox, "dot_f"), "f by b\n");
});

Deno.test("a URL that cannot be cloned leaves nothing behind", async () => {
  await using sandbox = await Sandbox.create();
  const b = await sandbox.host("b");
  const before = await treeOf(b.home, ["state", ".local"]);
  match(
    exits(1, await b.sync("--repo-url", b.path("nothing.git"))).stderr,
    /cannot clone .*\nhint:/,
  );
  deepEqual(await treeOf(b.home, ["state", ".local"]), before);
  deepEqual([...Deno.readDirSync(b.path(".local/share"))], []);
  equal(await word(b), "failed");
});

async function clone(sandbox: Sandbox, name: string): Promise<string> {
  const directory = `${sandbox.root}/${name}`;
  await sandbox.run(["git", "clone", "-q", sandbox.remote, directory], { cwd: sandbox.root });
  return directory;
}

async function commit(sandbox: Sandbox, cwd: string, path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${cwd}/${path}`, text);
  await sandbox.run(["git", "add", path], { cwd });
  await sandbox.run(["git", "commit", "-q", "-m", `Edit ${path}`], { cwd });
}

async function pathOnly(host: Host, scripts: Record<string, string>): Promise<{ PATH: string }> {
  return { PATH: (await inFrontOf(host, scripts)).PATH };
}

async function homeOf(host: Host): Promise<Record<string, string>> {
  const names = [".f", ".g", ".h"];
  const found = await Promise.all(names.map(async (name) => {
    return [name, await host.read(name).catch(() => "")] as const;
  }));
  return Object.fromEntries(found.filter(([, text]) => text !== ""));
}
