import type { Ended } from "../support/processes.ts";
import type { Host } from "../support/sandbox.ts";
import type { Random } from "./random.ts";
import { checkKept, checkPublished, type Held, heldBy, Violation } from "./simulation_checks.ts";
import { editHome, managedOn } from "./simulation_edits.ts";
import { recordOf, type World } from "./simulation_world.ts";

/** How a host syncs in a turn. */
interface Turn {
  readonly host: Host;
  readonly offline?: boolean;
  /** Milliseconds until the sync is killed. */
  readonly kill?: number | undefined;
  /** Milliseconds until the person edits something while the sync runs, and the choices for that. */
  readonly during?: { readonly after: number; readonly random: Random } | undefined;
}

/** For how long the remote is not there, from the start of some syncs: milliseconds, or all the time. */
type Away = number | "throughout" | undefined;

/** Lets some hosts sync in random order, some of them at once. */
export async function syncSome(world: World): Promise<void> {
  const { random, sandbox } = world;
  const turns = random.shuffled(sandbox.hosts).filter(() => random.chance(0.7))
    .map((host): Turn => ({
      host,
      offline: random.chance(0.15),
      kill: random.chance(0.15) ? random.below(1200) : undefined,
      during: random.chance(0.2) ? { after: random.below(1000), random: random.fork() } : undefined,
    }));
  while (turns.length > 0) {
    const away = random.chance(0.1)
      ? random.pick(["throughout", random.below(1500)] as const)
      : undefined;
    await syncTogether(world, turns.splice(0, random.pick([1, 1, 1, 2, 2, 3])), away);
  }
}

/** Every host syncs, one after the other, with nothing in between. */
export async function syncAll(world: World, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    for (const host of world.sandbox.hosts) await syncTogether(world, [{ host }]);
  }
}

/** Syncs hosts at the same time and checks what came of it. */
export async function syncTogether(
  world: World,
  turns: readonly Turn[],
  away?: Away,
): Promise<void> {
  const { ledger, names, policy } = world;
  if (turns.length > 1) world.statistics.atOnce++;
  const before = await Promise.all(turns.map(({ host }) => heldBy(host, names, ledger)));
  const ended = await withoutRemote(world, away, async () => {
    return await Promise.all(turns.map((turn) => sync(world, turn)));
  });
  const preferring = turns.some(({ host }) => host.name === policy?.host);
  // A host that prefers its own text takes other texts out of the branch.
  if (preferring && policy?.onConflict === "prefer-local") await world.main.allow(ledger);
  for (const [at, turn] of turns.entries()) {
    noteEnded(world, turn, ended[at] as Ended, away);
    await judge(world, turn, ended[at] as Ended, before[at] as Held);
  }
  await world.checkRemote();
}

function noteEnded(world: World, turn: Turn, { status, stdout, stderr }: Ended, away: Away): void {
  const { host, offline, kill } = turn;
  const how = [
    ...(offline ? ["offline"] : []),
    ...(away === undefined ? [] : [`remote away ${away}`]),
    ...(kill === undefined ? [] : [`killed after ${kill} ms`]),
  ];
  world.events.push(
    `${host.name}: sync ${how.join(", ")} -> ${status} ${stdout.trim()} ${stderr.trim()}`,
  );
  const allowed = [
    0,
    3,
    75,
    ...(away === undefined ? [] : [1]),
    ...(kill === undefined ? [] : [137]),
  ];
  if (allowed.includes(status)) return;
  throw new Violation(`the sync of ${host.name} ended with ${status}: ${stderr}`);
}

async function judge(world: World, turn: Turn, { status }: Ended, before: Held): Promise<void> {
  const { host, offline } = turn;
  const { sandbox, ledger, names, policy } = world;
  const prefersRemote = host.name === policy?.host && policy.onConflict === "prefer-remote";
  await checkKept(before, names, ledger, prefersRemote ? sandbox : undefined);
  const word = status === 0 || status === 3
    ? (await host.read(".local/state/chezmoi-sync/last-sync-status")).split(" ")[0]
    : undefined;
  if (!offline && (word === "success" || word === "conflicts-preserved")) {
    const uncaptured = recordOf(host).drift.filter((name) => world.addedAgain.has(name));
    const seen = await checkPublished(sandbox, before, ledger, uncaptured);
    seen.forEach((token) => world.published.add(token));
  }
  for (const name of world.deletedOn(host)) {
    if (!exists(host.path(name))) continue;
    throw new Violation(`the sync brought back ${name}, which was deleted on ${host.name}`);
  }
  if (status === 3) world.statistics.parked++;
}

async function withoutRemote<T>(world: World, away: Away, action: () => Promise<T>): Promise<T> {
  if (away === undefined) return await action();
  world.statistics.away++;
  const { remote } = world.sandbox;
  const there = (): void => exists(remote) ? undefined : Deno.renameSync(`${remote}.away`, remote);
  Deno.renameSync(remote, `${remote}.away`);
  const timer = away === "throughout" ? undefined : setTimeout(there, away);
  try {
    return await action();
  } finally {
    clearTimeout(timer);
    there();
  }
}

async function sync(world: World, { host, offline, kill, during }: Turn): Promise<Ended> {
  const { statistics, policy } = world;
  statistics.syncs++;
  if (offline) statistics.offline++;
  const files = await managedOn(host);
  const running = host.start("chezmoi-sync", [
    ...["--host", host.name, ...(offline ? ["--offline"] : [])],
    ...(policy?.host === host.name ? ["--on-conflict", policy.onConflict] : []),
  ]);
  const timers = kill === undefined ? [] : [setTimeout(() => running.kill(), kill)];
  if (during !== undefined) {
    timers.push(setTimeout(() => {
      const there = files.filter(({ name }) => !world.deletedOn(host).has(name));
      const { name } = during.random.pick(there);
      const done = editHome(host, name, during.random, world.ledger);
      statistics.duringSync++;
      world.events.push(`${host.name}: during the sync: ${done}`);
    }, during.after));
  }
  const ended = await running.ended;
  timers.forEach(clearTimeout);
  if (ended.status === 137) {
    statistics.kills++;
    await host.quiet();
  }
  return ended;
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
