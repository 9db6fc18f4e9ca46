/** Hosts that upgrade themselves from one repository. */
import assert from "node:assert/strict";
import { ConfigHost, type Files } from "../support/config_host.ts";
import { Sandbox } from "../support/sandbox.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";

/** Another host that pushes what hosts pull. */
export async function author(sandbox: Sandbox, name = "author"): Promise<ConfigHost> {
  const other = new ConfigHost(await sandbox.host(name));
  await other.clone();
  return other;
}

/** A host that runs `first`, upgraded once so that this is known, and somebody who pushes. */
export async function settled(config: Record<string, unknown> = {}): Promise<Settled> {
  return await settledBy("auto-upgrade", config);
}

/** A host of which it is known what runs, somebody who pushes, and where they are. */
export type Settled =
  & { readonly a: ConfigHost; readonly b: UpgradeHost; readonly sandbox: Sandbox }
  & AsyncDisposable;

/** As {@linkcode settled}, by the program that is named. */
export async function settledBy(
  program: "auto-upgrade" | "rebuild-smart",
  config: Record<string, unknown>,
): Promise<Settled> {
  const sandbox = await Sandbox.create();
  const b = await UpgradeHost.in(sandbox, "b");
  const a = new ConfigHost(await sandbox.host("author"));
  await sandbox.once(`${program} ${JSON.stringify(config)}`, async () => {
    await b.begin({ "flake.nix": "first\n" });
    await b.configure(config);
    const args = ["--config", b.host.path("config.json")];
    const ended = await b.host.program(program, args, { env: b.environment });
    assert.equal(ended.status, 0, ended.stdout + ended.stderr);
    await a.clone();
  });
  return {
    a,
    b,
    sandbox,
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
