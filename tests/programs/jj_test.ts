import assert from "node:assert/strict";
import { Jj } from "../../src/programs/jj.ts";
import { programs } from "../support/programs.ts";
import { Sandbox } from "../support/sandbox.ts";

Deno.test("collecting forgets old operations and their refs, and keeps the commits", async () => {
  await using sandbox = await Sandbox.create();
  const host = await sandbox.host("a");
  await host.beginSource();
  for (const text of ["one", "two", "three"]) {
    await host.write(".x", text);
    await host.chezmoi("add", host.path(".x"));
    await host.sync();
  }
  const operations = async (): Promise<number> =>
    (await host.jj("op", "log", "--no-graph", "-T", '"x\\n"')).trim().split("\n").length;
  const [commits, before] = [
    await host.jj("log", "-r", "::", "-T", "commit_id"),
    await operations(),
  ];

  // The class under test runs in this process, which finds programs on its own PATH.
  const { directory } = await programs();
  if (directory !== "") Deno.env.set("PATH", `${directory}:${Deno.env.get("PATH")}`);
  const jj = new Jj(host.source, 10_000);
  await jj.collect(new Date(0));
  assert.equal(await operations(), before, "nothing is that old");
  await jj.collect(new Date(Date.now() + 60_000));
  assert.ok(await operations() < before);
  assert.equal(await host.jj("log", "-r", "::", "-T", "commit_id"), commits);
  assert.equal((await host.sync()).status, 0);
});
