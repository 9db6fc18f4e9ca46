/** Hosts that share a configuration repository. */
import assert from "node:assert/strict";
import { ConfigHost, type Files } from "../support/config_host.ts";
import { type Ended, succeeded } from "../support/processes.ts";
import { Sandbox } from "../support/sandbox.ts";

/** Twelve lines, some of them replaced: edits that are far apart do not collide. */
export function lines(changed: Readonly<Record<number, string>> = {}): string {
  return Array.from({ length: 12 }, (_, at) => `${changed[at + 1] ?? `line ${at + 1}`}\n`).join("");
}

/** Fails unless a program ended with this status; returns all that it said. */
export function exits(status: number, ended: Ended): string {
  assert.equal(ended.status, status, `exit ${ended.status}:\n${ended.stdout}${ended.stderr}`);
  return ended.stdout + ended.stderr;
}

/** A sandbox with hosts that have cloned a repository with these files on its branch `main`. */
export async function cloned<const N extends string>(
  names: readonly N[],
  files: Files = { "flake.nix": lines(), "hosts/a.nix": lines() },
): Promise<Record<N, ConfigHost> & { readonly sandbox: Sandbox } & AsyncDisposable> {
  const sandbox = await Sandbox.create();
  const hosts: [string, ConfigHost][] = [];
  for (const name of names) {
    const host = new ConfigHost(await sandbox.host(name));
    hosts.push([name, host]);
    const argv = ["git", "clone", "--quiet", sandbox.remote, host.repo];
    succeeded(argv, await host.host.run(argv));
    if (hosts.length === 1) {
      await host.commit("First", files);
      await host.git("push", "--quiet", "origin", "main");
    }
  }
  return {
    ...Object.fromEntries(hosts) as Record<N, ConfigHost>,
    sandbox,
    [Symbol.asyncDispose]: async () => await sandbox[Symbol.asyncDispose](),
  };
}
