import type { Host } from "../support/sandbox.ts";
import { Violation } from "./simulation_checks.ts";
import { bytesAt } from "./simulation_edits.ts";
import { syncTogether } from "./simulation_syncs.ts";
import { recordOf, type World } from "./simulation_world.ts";

/** Resolves all that is parked, from one host, at random; what lost is gone on purpose. */
export async function resolveAll(world: World, host: Host): Promise<void> {
  const before = await parkedTexts(world);
  await resolve(world, host, before, await choice(world), []);
}

/** Resolves one path that is parked on any host. */
export async function resolveOne(world: World, host: Host): Promise<void> {
  await syncTogether(world, [{ host }]);
  const refs = await world.parked();
  const paths = await Promise.all(refs.map((ref) => parkedPaths(world, ref)));
  if (paths.flat().length === 0) return;
  world.statistics.partial++;
  const path = world.random.pick(paths.flat());
  await resolve(world, host, await parkedTexts(world), await choice(world), [path]);
}

/** Decides about files that were in a home before they were managed again. */
export async function resolveAddedAgain(world: World): Promise<void> {
  for (const host of world.sandbox.hosts) {
    for (const name of recordOf(host).drift.filter((it) => world.addedAgain.has(it))) {
      const before = await allTexts(world) + (bytesAt(host.path(name)) ?? "");
      const take = world.random.pick(["local", "remote"]);
      world.statistics.partial++;
      await resolve(world, host, before, take, [host.path(name)], () => {
        return bytesAt(host.path(name)) ?? "";
      });
      await syncTogether(world, [{ host }]);
    }
  }
}

async function resolve(
  world: World,
  host: Host,
  before: string,
  take: string,
  paths: readonly string[],
  inHome: () => string = () => "",
): Promise<void> {
  const args = ["--host", host.name, "--take", take, ...paths];
  const done = await host.program("chezmoi-resolve", args);
  world.events.push(
    `${host.name}: resolve ${take} ${paths} -> ${done.status} ${done.stdout.trim()} ${done.stderr.trim()}`,
  );
  if (![0, 3].includes(done.status)) throw new Violation(`resolve ended with ${done.status}`);
  world.statistics.resolutions++;
  world.ledger.changed(before, await allTexts(world) + inHome(), `resolved: ${take}`);
  await world.checkRemote();
}

async function choice(world: World): Promise<string> {
  const owner = world.random.pick(await world.parked()).replace(/.*\//, "");
  return world.random.pick(["local", "remote", "union", owner]);
}

async function allTexts(world: World): Promise<string> {
  const refs = ["main", ...await world.parked()];
  const trees = await Promise.all(refs.map((ref) => world.sandbox.filesAt(ref)));
  return trees.flatMap((files) => [...files.values()]).join("\n");
}

/** The texts that are parked, and main's of the same paths. */
async function parkedTexts(world: World): Promise<string> {
  const main = await world.sandbox.filesAt("main");
  const texts: string[] = [];
  for (const ref of await world.parked()) {
    const files = await world.sandbox.filesAt(ref);
    for (const path of await parkedPaths(world, ref)) {
      texts.push(files.get(path) ?? "", main.get(path) ?? "");
    }
  }
  return texts.join("\n");
}

async function parkedPaths({ sandbox }: World, ref: string): Promise<string[]> {
  const changed = await sandbox.git("diff", "--name-only", "-z", "--no-renames", `${ref}^`, ref);
  return changed.split("\0").filter(Boolean);
}
