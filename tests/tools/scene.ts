import { deepEqual, equal } from "node:assert/strict";
import type { Ended, RunOptions } from "../support/processes.ts";
import type { Host, Sandbox } from "../support/sandbox.ts";

/** Files of a home by name. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Hosts that share some managed files: the first begins, the others join by URL. */
export async function inSync<const N extends string>(
  sandbox: Sandbox,
  names: readonly N[],
  files: Files,
): Promise<Record<N, Host>> {
  const hosts = await Promise.all(names.map((name) => sandbox.host(name)));
  const [first, ...others] = hosts as [Host, ...Host[]];
  const bytes = Object.entries(files).map(([name, content]) => [name, content.toString()]);
  await sandbox.once(JSON.stringify([names, bytes]), async () => {
    await first.beginSource();
    await add(first, files);
    await syncs(first);
    await Promise.all(others.map((host) => syncs(host, "--repo-url", sandbox.remote)));
  });
  return Object.fromEntries(hosts.map((host) => [host.name, host])) as Record<N, Host>;
}

/** Writes files to a home and lets chezmoi manage them. */
export async function add(host: Host, files: Files): Promise<void> {
  await write(host, files);
  await host.chezmoi("add", ...Object.keys(files).map((name) => host.path(name)));
}

/** Writes files to a home. */
export async function write(host: Host, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) await host.write(name, content);
}

/** Asserts how a program ended; what it printed explains a failure. */
export function exits(status: number, ended: Ended): Ended {
  equal(ended.status, status, `exit ${ended.status}:\n${ended.stdout}${ended.stderr}`);
  return ended;
}

/** A sync that has to end with 0. */
export async function syncs(host: Host, ...args: string[]): Promise<Ended> {
  return exits(0, await host.sync(...args));
}

/** A sync under the host's name with an environment of its own. */
export async function syncIn(
  host: Host,
  env: NonNullable<RunOptions["env"]>,
  ...args: string[]
): Promise<Ended> {
  return await host.program("chezmoi-sync", ["--host", host.name, ...args], { env });
}

/** Resolves from a host; returns how it ended. */
export async function resolve(host: Host, ...args: string[]): Promise<Ended> {
  return await host.program("chezmoi-resolve", ["--host", host.name, ...args]);
}

/** Two rounds of syncs, after which all homes have to agree. */
export async function settle(...hosts: Host[]): Promise<void> {
  for (const host of hosts) await syncs(host);
  await Promise.all(hosts.map((host) => syncs(host)));
}

/** Writes one text per host for each file, then syncs in turn: the first wins, the others park. */
export async function collide(
  hosts: readonly [Host, ...Host[]],
  files: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  for (const [at, host] of hosts.entries()) {
    for (const [name, texts] of Object.entries(files)) await host.write(name, texts[at] as string);
  }
  for (const [at, host] of hosts.entries()) exits(at === 0 ? 0 : 3, await host.sync());
}

/** Asserts what a file holds in some homes. */
export async function holds(name: string, text: string, ...hosts: Host[]): Promise<void> {
  const found = await Promise.all(hosts.map(async (it) => [it.name, await it.read(name)]));
  deepEqual(found, hosts.map((host) => [host.name, text]), name);
}

/** The paths in which two trees differ. */
export function changes(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...paths].filter((path) => before[path] !== after[path]).sort();
}

/** The text of a source on the remote's branch; `undefined` when it has none. */
export async function onMain(sandbox: Sandbox, source: string): Promise<string | undefined> {
  return (await sandbox.filesAt("main")).get(source);
}

/** The first word of `last-sync-status`. */
export async function word(host: Host): Promise<string | undefined> {
  return (await Deno.readTextFile(`${host.stateDirectory}/last-sync-status`)).split(" ")[0];
}

/** The names of the conflict bookmarks on the remote. */
export async function bookmarks(sandbox: Sandbox): Promise<string[]> {
  const prefix = "refs/heads/conflict/";
  return Object.keys(await sandbox.refs()).filter((ref) => ref.startsWith(prefix))
    .map((ref) => ref.slice(prefix.length));
}

/**
 * An environment in which shell scripts stand in front of programs. In a script `"$real"` is the
 * program itself, and `once NAME` is true a single time; it ends by running the program as called.
 */
export async function inFrontOf(
  host: Host,
  scripts: Readonly<Record<string, string>>,
): Promise<{ readonly PATH: string; readonly directory: string }> {
  const directory = await Deno.makeTempDir({ dir: host.environment.TMPDIR ?? "/tmp" });
  const PATH = host.environment.PATH ?? "";
  for (const [program, script] of Object.entries(scripts)) {
    const real = await pathOf(program, PATH);
    const text = [
      "#!/bin/sh",
      `real='${real}' here='${directory}'`,
      `once() { set -C; true 2>/dev/null >"$here/$1.once" || { set +C; return 1; }; set +C; }`,
      script,
      `exec "$real" "$@"`,
      "",
    ].join("\n");
    await Deno.writeTextFile(`${directory}/${program}`, text, { mode: 0o755 });
  }
  return { PATH: `${directory}:${PATH}`, directory };
}

/** Where a program is on a PATH. */
export async function pathOf(program: string, path: string): Promise<string> {
  for (const directory of path.split(":")) {
    const info = await Deno.stat(`${directory}/${program}`).catch(() => undefined);
    if (info?.isFile) return `${directory}/${program}`;
  }
  throw new Error(`${program} is not on PATH`);
}
