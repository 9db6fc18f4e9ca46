/** Garbage collections at the moments of a pin, which is killed there. */
import assert from "node:assert/strict";
import { type KillPoint, Traced } from "./kill_points.ts";
import { exits } from "./tools_scene.ts";
import { Snapshot, Stages } from "./tools_snapshot.ts";

/** Collects at every n-th moment of the pin of an update that passed. */
export async function collectWhilePinning(every: number): Promise<void> {
  await using stages = await Stages.play(true);
  await collect(await stages.at("checked"), ["golden-boot-validate"], every);
}

/** As a pin by hand, while a former one stands as it was when it was killed half-way. */
export async function collectWhilePinningAgain(every: number): Promise<void> {
  await using stages = await Stages.play(true);
  const { host } = stages;
  await stages.at("on trial");
  const third = await host.toplevel("third");
  await host.store.setProfile(third);
  exits(0, await host.program("pin-golden"));
  const roots = `${host.store.gcRoots}/golden-generation`;
  await Deno.rename(`${roots}/golden`, `${roots}/golden-next`);
  await collect(await Snapshot.of(host, true), ["pin-golden", "--path", third], every);
}

/** Stops a pin at moments, collects there, and rolls back to what is golden then. */
async function collect(
  start: Snapshot,
  [name = "", ...args]: readonly string[],
  every: number,
): Promise<void> {
  const { host } = start;
  const argv = [...host.argv(name), "--config", host.configFile, ...args];
  const traced = await Traced.from(start);
  const points = await traced.points(argv);
  assert.ok(points.length > 8, `${points.length} points`);
  const at = async (point: KillPoint): Promise<void> => {
    await traced.killedAt(argv, point);
    await host.store.collectGarbage();
    const { path } = await host.state("golden");
    assert.ok(await host.store.isWhole(path), `${path} is not whole after ${point.text}`);
    exits(0, await host.program("rollback-to-golden", ["--yes"]));
    assert.equal(await host.profile(), path);
  };
  for (const [index, point] of points.entries()) if (index % every === 0) await at(point);
}
