import assert from "node:assert/strict";
import { Sandbox } from "../support/sandbox.ts";

// Once the text in the source vanished without a trace: it was parked, and dropped a round later.
Deno.test("a source edit that collides stays in the remote's history beside an edit of the home", async () => {
  await using sandbox = await Sandbox.create();
  const [a, c] = [await sandbox.host("a"), await sandbox.host("c")];
  const text = (first: string, last: string): string => `${first}\n2\n3\n4\n5\n6\n${last}\n`;
  await a.beginSource();
  await a.write("f", text("1", "7"));
  await a.chezmoi("add", a.path("f"));
  assert.equal((await a.sync()).status, 0);
  assert.equal((await c.sync("--repo-url", sandbox.remote)).status, 0);
  await a.write("f", text("of a", "7"));
  assert.equal((await a.sync()).status, 0);

  await Deno.writeTextFile(`${c.source}/f`, text("SOURCE of c", "7"));
  await c.write("f", text("1", "HOME of c"));
  const ended = await c.sync();
  assert.equal(ended.status, 0, ended.stderr);
  assert.match(ended.stderr, /the source's text is kept in the history/);
  const blobs = [...(await sandbox.reachableBlobs()).values()];
  for (const token of ["of a", "SOURCE of c", "HOME of c"]) {
    assert.ok(blobs.some((blob) => blob.includes(token)), token);
  }
  assert.equal(await c.read("f"), text("of a", "HOME of c"));
});
