/** What a host may well be like is no bug of a program: it ends with 1 and says what to do. */
import assert from "node:assert/strict";
import { Sandbox } from "../support/sandbox.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";

Deno.test("metrics that cannot be written, and a history that cannot be read", async () => {
  await using b = await UpgradeHost.create();
  const args = ["--config", b.host.path("config.json")];
  const metrics = await b.host.program("upgrade-status", [...args, "--metrics", "/proc/none/x"]);
  assert.equal(metrics.status, 1, metrics.stderr);
  assert.match(
    metrics.stderr,
    /^error: cannot write \/proc\/none\/x: .*\nhint: make its directory/,
  );
  await Deno.mkdir(`${b.stateDir}/history.jsonl`, { recursive: true });
  const history = await b.host.program("upgrade-status", args);
  assert.equal(history.status, 1, history.stderr);
  assert.match(history.stderr, /^error: cannot read .*history\.jsonl: .*\nhint: nothing was done/);
});

Deno.test("a state directory that no migration can use", async () => {
  await using sandbox = await Sandbox.create();
  const host = await sandbox.host("a");
  await host.beginSource();
  const { status, stderr } = await host.program("dotfiles-audit", [
    "--migrate",
    "--state-dir",
    "/proc/none",
  ]);
  assert.equal(status, 1, stderr);
  assert.match(stderr, /^error: cannot use the state directory \/proc\/none: .*\nhint: make it/);
});
