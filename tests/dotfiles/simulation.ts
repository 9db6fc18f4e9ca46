import { type Host, Sandbox } from "../support/sandbox.ts";
import { checkNoConflictPushed, checkSame, quietState, Violation } from "./simulation_checks.ts";
import { editSomething, managedOn, writeFirstFiles } from "./simulation_edits.ts";
import { resolveAddedAgain, resolveAll, resolveOne } from "./simulation_resolutions.ts";
import { syncAll, syncSome, syncTogether } from "./simulation_syncs.ts";
import { type Plan, recordOf, type Statistics, World } from "./simulation_world.ts";

/** Lets hosts edit and sync at random; throws, with the seed and the last events, on a violation. */
export async function simulate(plan: Plan): Promise<Statistics> {
  await using sandbox = await Sandbox.create();
  const world = new World(sandbox, plan);
  try {
    await begin(world);
    for (let round = 1; round <= plan.rounds; round++) {
      world.events.push(`round ${round}`);
      for (const host of sandbox.hosts) await editOn(world, host);
      await syncSome(world);
      if (world.random.chance(0.15)) await resolveOne(world, world.random.pick(sandbox.hosts));
    }
    await settle(world);
    return { ...world.statistics, published: world.published.size };
  } catch (error) {
    const events = world.events.slice(-40).join("\n  ");
    throw new Error(
      `seed ${plan.seed}, ${plan.hosts} hosts, ${plan.rounds} rounds: ${error}\n  ${events}`,
      { cause: error },
    );
  }
}

async function begin({ sandbox, plan, ledger }: World): Promise<void> {
  for (const name of ["a", "b", "c", "d", "e"].slice(0, plan.hosts)) {
    const host = await sandbox.host(name);
    // A person's own jj commits need an author before they can be pushed.
    await host.write(
      ".config/jj/config.toml",
      `user = { name = "P", email = "p@example.org" }\n`,
    );
    if (sandbox.hosts.length === 1) {
      await host.beginSource();
      await writeFirstFiles(host, ledger);
    }
    const joined = await host.sync("--repo-url", sandbox.remote);
    if (joined.status !== 0) throw new Violation(`${name} cannot join: ${joined.stderr}`);
    await managedOn(host);
  }
}

async function editOn(world: World, host: Host): Promise<void> {
  const { random, forgotten, addedAgain, ledger } = world;
  for (let left = random.pick([0, 1, 1, 2, 3]); left > 0; left--) {
    world.statistics.edits++;
    const known = {
      deleted: world.deletedOn(host),
      parked: recordOf(host).parked,
      forgotten,
      mayComeBack: (name: string): boolean => !world.isDeleted(name),
      addedAgain,
    };
    world.events.push(`${host.name}: ${await editSomething(host, known, random, ledger)}`);
  }
}

/** No more edits: all conflicts get resolved, and all hosts come to have the same. */
async function settle(world: World): Promise<void> {
  const { sandbox, random } = world;
  world.events.push("settling");
  await syncAll(world, 2);
  await resolveAddedAgain(world);
  for (let attempt = 0; (await world.parked()).length > 0; attempt++) {
    if (attempt === 8) throw new Violation(`still parked: ${await world.parked()}`);
    await syncAll(world, attempt === 0 ? 0 : 1);
    await resolveAll(world, random.pick(sandbox.hosts));
    await syncAll(world, 2);
    await resolveAddedAgain(world);
  }
  await syncAll(world, 1);
  await checkSame(sandbox.hosts, (host) => world.deletedOn(host));
  await checkNoConflictPushed(sandbox);
  for (const host of sandbox.hosts) {
    const before = await quietState(sandbox, host);
    await syncTogether(world, [{ host }]);
    const after = await quietState(sandbox, host);
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (before[key] === after[key]) continue;
      throw new Violation(`a sync of ${host.name} with nothing to do changed ${key}`);
    }
  }
}
