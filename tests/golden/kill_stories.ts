/** The programs that are killed, and what has to hold after each kill. */
import assert from "node:assert/strict";
import type { GoldenHost } from "../support/golden_host.ts";
import { type KillPoint, Traced } from "./kill_points.ts";
import { type Ending, ending, exits, healthy, playOn } from "./tools_scene.ts";
import type { Stage, Stages } from "./tools_snapshot.ts";

/** A program that is killed, when, and which systems are healthy in that boot and in those after. */
export interface Story {
  readonly name: string;
  readonly stage: Stage;
  /** The program and its arguments; `update` is a link to the update. */
  readonly line: string;
  /** The exit code when nothing stops it. */
  readonly code: number;
  readonly isUpdateHealthy: boolean;
  /** What the program is a part of, and what follows when it has succeeded. */
  readonly then?: (host: GoldenHost) => Promise<void>;
}

/** What is killed. */
export const stories: readonly Story[] = [
  {
    name: "golden-mark-pending",
    stage: "golden",
    line: "golden-mark-pending update boot",
    code: 0,
    isUpdateHealthy: true,
    then: async (host) => {
      const env = { NIXOS_NO_CHECK: "1" };
      exits(
        0,
        await host.run([`${host.root}/update/bin/switch-to-configuration`, "boot"], { env }),
      );
    },
  },
  {
    name: "golden-boot-check that opens the attempt",
    stage: "on trial",
    line: "golden-boot-check",
    code: 0,
    isUpdateHealthy: true,
  },
  {
    name: "golden-boot-check that rolls back",
    stage: "lost",
    line: "golden-boot-check",
    code: 5,
    isUpdateHealthy: false,
  },
  {
    name: "golden-boot-validate that pins for the first time",
    stage: "first boot",
    line: "golden-boot-validate",
    code: 0,
    isUpdateHealthy: true,
  },
  {
    name: "golden-boot-validate that pins",
    stage: "checked",
    line: "golden-boot-validate",
    code: 0,
    isUpdateHealthy: true,
  },
  {
    name: "golden-boot-validate that pins after a failed boot",
    stage: "last chance",
    line: "golden-boot-validate",
    code: 0,
    isUpdateHealthy: true,
  },
  {
    name: "golden-boot-validate that fails",
    stage: "checked",
    line: "golden-boot-validate --deadline",
    code: 1,
    isUpdateHealthy: false,
  },
  {
    name: "golden-boot-validate that rolls back",
    stage: "last chance",
    line: "golden-boot-validate --deadline",
    code: 5,
    isUpdateHealthy: false,
  },
  {
    name: "golden-boot-validate that completes the rollback",
    stage: "rolled back",
    line: "golden-boot-validate",
    code: 0,
    isUpdateHealthy: false,
  },
  {
    name: "pin-golden",
    stage: "on trial",
    line: "pin-golden",
    code: 0,
    isUpdateHealthy: true,
  },
  {
    name: "rollback-to-golden",
    stage: "failed once",
    line: "rollback-to-golden --yes --reboot",
    code: 0,
    isUpdateHealthy: false,
  },
];

/** A story that was told once without being stopped. */
export interface Told {
  readonly argv: readonly string[];
  readonly traced: Traced;
  readonly points: readonly KillPoint[];
  readonly before: StateFiles;
  readonly after: StateFiles;
  /** Reboots that the program itself asked for. */
  readonly reboots: number;
  readonly end: Ending;
}

/** Tells a story without stopping it. */
export async function tell(stages: Stages, story: Story): Promise<Told> {
  const { host } = stages;
  const [name = "", ...args] = story.line.split(" ");
  const given = args.map((arg) => arg === "update" ? `${host.root}/update` : arg);
  const argv = [...host.argv(name), "--config", host.configFile, ...given];
  const traced = await Traced.from(await stages.at(story.stage));
  const before = await stateFiles(host);
  const points = await traced.points(argv);
  const after = await stateFiles(host);
  const reboots = await host.reboots();
  return { argv, traced, points, before, after, reboots, end: await end(stages, story, reboots) };
}

/** Kills a story's program at each n-th point; then it runs again, or the power is cut, or both. */
export async function killStory(
  t: Deno.TestContext,
  stages: Stages,
  story: Story,
  every = 1,
): Promise<void> {
  const { host, good } = stages;
  const { argv, traced, points, before, after, end: expected } = await tell(stages, story);
  assert.ok(points.length >= 2, `${points.length} points`);
  const kill = async (point: KillPoint, powerCut: boolean): Promise<void> => {
    await traced.killedAt(argv, point);
    await holds(host, before, after);
    const asked = await host.reboots();
    const isPinned = (await stateFiles(host)).golden !== before.golden;
    if (!powerCut || story.then !== undefined) {
      const { status, stderr } = await host.run(argv);
      assert.ok([0, 1, 3, story.code].includes(status), `exit ${status}: ${stderr}`);
    }
    const came = await end(stages, story, asked);
    // A power cut before the pin is one more failed boot, which may be the last one.
    if (powerCut && !isPinned && came.golden === good) return isRolledBack(came, good);
    assert.deepEqual(came, expected);
  };
  for (const [at, point] of points.entries()) {
    const ways = every === 1 ? [false, true] : at % every === 0 ? [at % (2 * every) === 0] : [];
    for (const powerCut of ways) {
      const then = powerCut ? "the power is cut" : "it runs again";
      await t.step(
        `killed at ${point.text.slice(0, 60)}, then ${then}`,
        () => kill(point, powerCut),
      );
    }
  }
}

/** Golden is installed again, whatever else came. */
export function isRolledBack(came: Ending, good: string): void {
  assert.deepEqual([came.golden, came.loader, came.profile, came.root], Array(4).fill(good));
}

/** What holds at each instant: no third state, golden is rooted, a reboot was written down before. */
export async function holds(
  host: GoldenHost,
  before: StateFiles,
  after: StateFiles,
): Promise<void> {
  const now = await stateFiles(host);
  for (const name of names) {
    assert.ok([before[name], after[name]].includes(now[name]), `${name} is a third: ${now[name]}`);
  }
  const directory = `${host.store.gcRoots}/golden-generation`;
  const path = (await host.state("golden"))?.path;
  const links = ["golden", "golden-next"].map((name) => `${directory}/${name}`);
  const held = await Promise.all(links.map((link) => Deno.readLink(link).catch(() => undefined)));
  assert.ok(path === undefined || held.includes(path), "golden is not rooted");
  if (await host.reboots() > 0) {
    assert.equal(now.trial, after.trial, "a reboot that is not counted");
  }
}

const names = ["trial", "golden", "rejected"] as const;

/** What the state files say, by name. */
export type StateFiles = Readonly<Record<typeof names[number], string | undefined>>;

/** The state files' texts, byte for byte but for the times. */
export async function stateFiles({ stateDir }: GoldenHost): Promise<StateFiles> {
  const read = async (name: string): Promise<string | undefined> => {
    const text = await Deno.readTextFile(`${stateDir}/${name}.json`).catch(() => undefined);
    return text?.replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, "TIME");
  };
  return {
    trial: await read("trial"),
    golden: await read("golden"),
    rejected: await read("rejected"),
  };
}

/** What a story comes to when the boots go on, after some reboots that were asked for. */
export async function end(
  { host, good }: Stages,
  story: Story,
  asked: number,
): Promise<Ending> {
  await story.then?.(host);
  await healthy(host, true);
  if (await host.state("golden") === null) {
    await host.powerOn();
    exits(0, await host.program("golden-boot-validate"));
  }
  const isHealthy = (path: string): boolean => path === good || story.isUpdateHealthy;
  const reboots = asked + await playOn(host, isHealthy);
  assert.ok(reboots <= 4, `${reboots} reboots`);
  assert.equal(await host.state("trial"), null, "the trial does not end");
  return await ending(host);
}
