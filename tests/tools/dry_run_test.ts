import { deepEqual, match } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { treeOf } from "../support/tree.ts";
import { add, exits, inSync, syncs } from "./scene.ts";

/** What a dry run says of a host, having changed nothing at all: home, source, state, remote. */
async function foretells(host: Host, sandbox: Sandbox, ...args: string[]): Promise<string> {
  const before = await treeOf(sandbox.root);
  const ended = exits(0, await host.sync("--dry-run", ...args));
  const json = exits(0, await host.sync("--dry-run", "--json", ...args));
  JSON.parse(json.stdout);
  deepEqual(await treeOf(sandbox.root), before);
  return ended.stdout;
}

Deno.test("a dry run names what a sync would do, and changes nothing at all", async (t) => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n", ".h": "h\n" });
  await t.step("with nothing to do", async () => {
    match(await foretells(b, sandbox), /^would do nothing\n$/);
  });
  await t.step("after an edit in the home", async () => {
    await b.write(".f", "f by b\n");
    match(await foretells(b, sandbox), /^would capture \S*\.f\n$/);
  });
  await t.step("after an edit in the source", async () => {
    await Deno.writeTextFile(`${b.source}/dot_h`, "h by b\n");
    match(await foretells(b, sandbox), /would commit dot_h/);
  });
  await t.step("when the remote moved", async () => {
    await a.write(".g", "g by a\n");
    await syncs(a);
    match(await foretells(b, sandbox), /would receive dot_g/);
  });
  await t.step("when edits collide with the remote's", async () => {
    await a.write(".f", "f by a\n");
    await syncs(a);
    match(await foretells(b, sandbox), /would park.* dot_f/);
  });
  await t.step("when what is committed here collides", async () => {
    exits(0, await b.sync("--no-push", "--offline"));
    match(await foretells(b, sandbox), /would park.* dot_f/);
  });
  await t.step("when the remote cannot be reached", async () => {
    await b.git("remote", "set-url", "origin", b.path("nothing.git"));
    match(await foretells(b, sandbox), /the remote: .*does not appear to be a git repository/);
  });
});

Deno.test("a dry run of a host that was never synced changes nothing either", async (t) => {
  await using sandbox = await Sandbox.create();
  const a = await sandbox.host("a");
  await t.step("where there is no source", async () => {
    const said = await foretells(a, sandbox, "--repo-url", sandbox.remote);
    match(said, /would clone .*remote\.git to .*chezmoi/);
    const before = await treeOf(sandbox.root);
    exits(2, await a.sync("--dry-run"));
    deepEqual(await treeOf(sandbox.root), before);
  });
  await t.step("where nothing is in it", async () => {
    await a.beginSource();
    await foretells(a, sandbox);
  });
  await t.step("where files are in it", async () => {
    await add(a, { ".f": "f\n" });
    match(await foretells(a, sandbox), /would commit dot_f/);
  });
});
