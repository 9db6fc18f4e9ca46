import type { Ended } from "../support/processes.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { Random } from "./random.ts";
import {
  checkKept,
  checkNoConflictPushed,
  checkPublished,
  checkRemembered,
  checkSame,
  type Held,
  heldBy,
  MainBranch,
  quietState,
  Violation,
} from "./simulation_checks.ts";
import { editHome, editSomething, Ledger, managedOn, writeFirstFiles } from "./simulation_edits.ts";

/** What to simulate; the same plan makes the same edits. */
export interface Plan {
  readonly seed: number;
  readonly hosts: number;
  readonly rounds: number;
}

/** What happened. */
export interface Statistics {
  edits: number;
  syncs: number;
  offline: number;
  kills: number;
  atOnce: number;
  duringSync: number;
  parked: number;
  resolutions: number;
  published: number;
}

/** Lets hosts edit and sync at random; throws, with the seed and the last events, on a violation. */
export async function simulate(plan: Plan): Promise<Statistics> {
  await using sandbox = await Sandbox.create();
  const simulation = new Simulation(sandbox, plan);
  try {
    await simulation.run();
    return simulation.statistics;
  } catch (error) {
    const events = simulation.events.slice(-40).join("\n  ");
    throw new Error(
      `seed ${plan.seed}, ${plan.hosts} hosts, ${plan.rounds} rounds: ${error}\n  ${events}`,
      { cause: error },
    );
  }
}

/** How a host syncs in a turn. */
interface Turn {
  readonly host: Host;
  readonly offline: boolean;
  /** Milliseconds until the sync is killed. */
  readonly kill: number | undefined;
  /** Milliseconds until the person edits something while the sync runs, and the choices for that. */
  readonly during: { readonly after: number; readonly random: Random } | undefined;
}

class Simulation {
  readonly events: string[] = [];
  readonly statistics: Statistics = {
    ...{ edits: 0, syncs: 0, offline: 0, kills: 0, atOnce: 0, duringSync: 0 },
    ...{ parked: 0, resolutions: 0, published: 0 },
  };
  readonly #ledger = new Ledger();
  readonly #random: Random;
  readonly #main: MainBranch;
  /** Every name that was managed at some time. */
  readonly #names = new Set<string>();
  /** What a person deleted in a home without telling chezmoi. */
  readonly #deleted = new Map<string, Set<string>>();
  /** Tokens that a sync has published. */
  readonly #published = new Set<string>();

  constructor(readonly sandbox: Sandbox, readonly plan: Plan) {
    this.#random = new Random(plan.seed);
    this.#main = new MainBranch(sandbox);
  }

  async run(): Promise<void> {
    await this.#begin();
    for (let round = 1; round <= this.plan.rounds; round++) {
      this.events.push(`round ${round}`);
      for (const host of this.sandbox.hosts) await this.#editOn(host);
      await this.#syncSome();
    }
    await this.#settle();
  }

  async #begin(): Promise<void> {
    for (const name of ["a", "b", "c", "d", "e"].slice(0, this.plan.hosts)) {
      const host = await this.sandbox.host(name);
      this.#deleted.set(name, new Set());
      // A person's own jj commits need an author before they can be pushed.
      await host.write(
        ".config/jj/config.toml",
        `user = { name = "P", email = "p@example.org" }\n`,
      );
      if (this.sandbox.hosts.length === 1) {
        await host.beginSource();
        await writeFirstFiles(host, this.#ledger);
      }
      const joined = await host.sync("--repo-url", this.sandbox.remote);
      if (joined.status !== 0) throw new Violation(`${name} cannot join: ${joined.stderr}`);
      await managedOn(host);
    }
  }

  async #editOn(host: Host): Promise<void> {
    const random = this.#random;
    for (let left = random.pick([0, 1, 1, 2, 3]); left > 0; left--) {
      this.statistics.edits++;
      const deleted = this.#deleted.get(host.name) as Set<string>;
      this.events.push(`${host.name}: ${await editSomething(host, deleted, random, this.#ledger)}`);
    }
  }

  async #syncSome(): Promise<void> {
    const random = this.#random;
    const turns = random.shuffled(this.sandbox.hosts).filter(() => random.chance(0.7))
      .map((host): Turn => ({
        host,
        offline: random.chance(0.15),
        kill: random.chance(0.15) ? random.below(1200) : undefined,
        during: random.chance(0.2)
          ? { after: random.below(1000), random: random.fork() }
          : undefined,
      }));
    while (turns.length > 0) {
      const together = turns.splice(0, turns.length > 1 && random.chance(0.4) ? 2 : 1);
      if (together.length > 1) this.statistics.atOnce++;
      await this.#syncTogether(together);
    }
  }

  async #syncTogether(turns: readonly Turn[]): Promise<void> {
    const before = await Promise.all(
      turns.map(({ host }) => heldBy(host, this.#names, this.#ledger)),
    );
    const ended = await Promise.all(turns.map((turn) => this.#sync(turn)));
    for (const [at, { host, offline, kill }] of turns.entries()) {
      const { status, stdout, stderr } = ended[at] as Ended;
      const how = [offline ? "offline" : "", kill === undefined ? "" : `killed after ${kill} ms`];
      this.events.push(
        `${host.name}: sync ${how.join(" ").trim()} -> ${status} ${stdout.trim()} ${stderr.trim()}`,
      );
      if (![0, 3, 75].includes(status) && !(kill !== undefined && status === 137)) {
        throw new Violation(`the sync of ${host.name} ended with ${status}: ${stderr}`);
      }
      await checkKept(before[at] as Held, this.#names, this.#ledger);
      if (!offline && (status === 0 || status === 3)) await this.#noteSeen(before[at] as Held);
      this.#checkDeleted(host);
      if (status === 3) this.statistics.parked++;
    }
    await this.#main.check(this.#ledger);
    await checkRemembered(this.sandbox, this.#published);
  }

  async #noteSeen(before: Held): Promise<void> {
    const seen = await checkPublished(this.sandbox, before, this.#ledger);
    seen.forEach((token) => this.#published.add(token));
  }

  #checkDeleted(host: Host): void {
    for (const name of this.#deleted.get(host.name) ?? []) {
      try {
        Deno.lstatSync(host.path(name));
      } catch {
        continue;
      }
      throw new Violation(`the sync brought back ${name}, which was deleted on ${host.name}`);
    }
  }

  async #sync({ host, offline, kill, during }: Turn): Promise<Ended> {
    this.statistics.syncs++;
    if (offline) this.statistics.offline++;
    const files = await managedOn(host);
    const args = ["--host", host.name, ...(offline ? ["--offline"] : [])];
    const sync = host.start("chezmoi-sync", args);
    const timers = kill === undefined ? [] : [setTimeout(() => sync.kill(), kill)];
    if (during !== undefined) {
      timers.push(setTimeout(() => {
        const there = files.filter(({ name }) => !this.#deleted.get(host.name)?.has(name));
        const { name } = during.random.pick(there);
        const done = editHome(host, name, during.random, this.#ledger);
        this.statistics.duringSync++;
        this.events.push(`${host.name}: during the sync: ${done}`);
      }, during.after));
    }
    const ended = await sync.ended;
    timers.forEach(clearTimeout);
    if (ended.status === 137) {
      this.statistics.kills++;
      await host.quiet();
    }
    return ended;
  }

  /** No more edits: all conflicts get resolved, and all hosts come to have the same. */
  async #settle(): Promise<void> {
    const { hosts } = this.sandbox;
    this.events.push("settling");
    await this.#syncAll(2);
    for (let attempt = 0; (await this.#parked()).length > 0; attempt++) {
      if (attempt === 8) throw new Violation(`still parked: ${await this.#parked()}`);
      await this.#resolve(this.#random.pick(hosts));
      await this.#syncAll(2);
    }
    await checkSame(hosts, this.#deleted);
    await checkNoConflictPushed(this.sandbox);
    for (const host of hosts) {
      const before = await quietState(this.sandbox, host);
      await this.#syncTogether([{ host, offline: false, kill: undefined, during: undefined }]);
      const after = await quietState(this.sandbox, host);
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        if (before[key] === after[key]) continue;
        throw new Violation(`a sync of ${host.name} with nothing to do changed ${key}`);
      }
    }
    this.statistics.published = this.#published.size;
  }

  async #syncAll(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      for (const host of this.sandbox.hosts) {
        await this.#syncTogether([{ host, offline: false, kill: undefined, during: undefined }]);
      }
    }
  }

  async #parked(): Promise<string[]> {
    const refs = Object.keys(await this.sandbox.refs());
    return refs.filter((ref) => ref.startsWith("refs/heads/conflict/"));
  }

  /** Resolves all that is parked, from one host, at random; what lost is gone on purpose. */
  async #resolve(host: Host): Promise<void> {
    const before = await this.#parkedTexts();
    const owner = this.#random.pick(await this.#parked()).replace(/.*\//, "");
    const take = this.#random.pick(["local", "remote", "union", owner]);
    const done = await host.program("chezmoi-resolve", ["--host", host.name, "--take", take]);
    this.events.push(
      `${host.name}: resolve ${take} -> ${done.status} ${done.stdout.trim()} ${done.stderr.trim()}`,
    );
    if (![0, 3].includes(done.status)) throw new Violation(`resolve ended with ${done.status}`);
    this.statistics.resolutions++;
    const after = await this.#allTexts();
    this.#ledger.changed(before, after, `resolved: ${take}`);
    await this.#main.check(this.#ledger);
    await checkRemembered(this.sandbox, this.#published);
  }

  async #allTexts(): Promise<string> {
    const refs = ["main", ...await this.#parked()];
    const trees = await Promise.all(refs.map((ref) => this.sandbox.filesAt(ref)));
    return trees.flatMap((files) => [...files.values()]).join("\n");
  }

  /** The texts that are parked, and main's of the same paths. */
  async #parkedTexts(): Promise<string> {
    const main = await this.sandbox.filesAt("main");
    const texts: string[] = [];
    for (const ref of await this.#parked()) {
      const changed = await this.sandbox.git(
        ...["diff", "--name-only", "-z", "--no-renames", `${ref}^`, ref],
      );
      const files = await this.sandbox.filesAt(ref);
      for (const path of changed.split("\0").filter(Boolean)) {
        texts.push(files.get(path) ?? "", main.get(path) ?? "");
      }
    }
    return texts.join("\n");
  }
}
