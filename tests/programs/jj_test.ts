import assert from "node:assert/strict";
import { succeeded } from "../support/processes.ts";
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

  const collect = async (before: number): Promise<void> => {
    const program = new URL("collect_program.ts", import.meta.url).pathname;
    const deno = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", program];
    const argv = [...deno, host.source, `${before}`];
    succeeded(argv, await host.run(argv));
  };
  await collect(0);
  assert.equal(await operations(), before, "nothing is that old");
  await collect(Date.now() + 60_000);
  assert.ok(await operations() < before);
  assert.equal(await host.jj("log", "-r", "::", "-T", "commit_id"), commits);
  assert.equal((await host.sync()).status, 0);
});
