/** Hosts that upgrade themselves from one repository. */
import assert from "node:assert/strict";
import { ConfigHost, type Files } from "../support/config_host.ts";
import { succeeded } from "../support/processes.ts";
import { Sandbox } from "../support/sandbox.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";

/** Another host that pushes what hosts pull. */
export async function author(sandbox: Sandbox, name = "author"): Promise<ConfigHost> {
  const other = new ConfigHost(await sandbox.host(name));
  const argv = ["git", "clone", "--quiet", sandbox.remote, other.repo];
  succeeded(argv, await other.host.run(argv));
  return other;
}

/** A host that runs `first`, upgraded once so that this is known, and somebody who pushes. */
export async function settled(
  config: Record<string, unknown> = {},
): Promise<{ readonly b: UpgradeHost; readonly a: ConfigHost } & AsyncDisposable> {
  const sandbox = await Sandbox.create();
  const b = await UpgradeHost.create("b", sandbox);
  await b.configure(config);
  const ended = await b.upgrades();
  assert.equal(ended.status, 0, ended.stderr);
  const a = await author(sandbox);
  return {
    a,
    b,
    [Symbol.asyncDispose]: async () => {
      await b[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** Pushes files to all hosts. */
export async function push(a: ConfigHost, files: Files): Promise<string> {
  await a.git("pull", "--quiet", "--rebase");
  const commit = await a.commit("Change", files);
  await a.git("push", "--quiet");
  return commit;
}
