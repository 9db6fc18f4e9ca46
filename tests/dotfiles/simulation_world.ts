import type { Host, Sandbox } from "../support/sandbox.ts";
import { Random } from "./random.ts";
import { checkRemembered, MainBranch } from "./simulation_checks.ts";
import { Ledger } from "./simulation_edits.ts";

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
  /** Groups of syncs that could not reach the remote, some of the time or all of it. */
  away: number;
  kills: number;
  atOnce: number;
  duringSync: number;
  parked: number;
  resolutions: number;
  /** Resolutions of one parked path, or of a path that was there before it was managed. */
  partial: number;
  published: number;
}

/** The hosts and all that the simulation knows about them. */
export class World {
  readonly events: string[] = [];
  readonly statistics: Statistics = {
    ...{ edits: 0, syncs: 0, offline: 0, away: 0, kills: 0, atOnce: 0, duringSync: 0 },
    ...{ parked: 0, resolutions: 0, partial: 0, published: 0 },
  };
  readonly ledger = new Ledger();
  readonly random: Random;
  readonly main: MainBranch;
  /** Every name that was managed at some time. */
  readonly names = new Set<string>();
  /** Names that some host stopped managing, and those that were managed again after that. */
  readonly forgotten = new Set<string>();
  readonly addedAgain = new Set<string>();
  /** Tokens that a sync has published. */
  readonly published = new Set<string>();
  /** The host that resolves its conflicts at once, and how. */
  readonly policy: { readonly host: string; readonly onConflict: string } | undefined;
  /** What a person deleted in a home without telling chezmoi. */
  readonly #deleted = new Map<string, Set<string>>();

  constructor(readonly sandbox: Sandbox, readonly plan: Plan) {
    this.random = new Random(plan.seed);
    this.main = new MainBranch(sandbox);
    const onConflict = ["prefer-local", "prefer-remote", undefined, undefined][plan.seed % 4];
    if (onConflict !== undefined) this.policy = { host: "b", onConflict };
  }

  deletedOn(host: Host): Set<string> {
    const deleted = this.#deleted.get(host.name) ?? new Set();
    this.#deleted.set(host.name, deleted);
    return deleted;
  }

  /** Whether some host deleted this file in its home. */
  isDeleted(name: string): boolean {
    return [...this.#deleted.values()].some((names) => names.has(name));
  }

  /** The conflict branches on the remote. */
  async parked(): Promise<string[]> {
    const refs = Object.keys(await this.sandbox.refs());
    return refs.filter((ref) => ref.startsWith("refs/heads/conflict/"));
  }

  /** What has to hold of the remote at any time. */
  async checkRemote(): Promise<void> {
    await this.main.check(this.ledger);
    await checkRemembered(this.sandbox, this.published);
  }
}

/** What a host's own record says; for choosing what to do, never for judging. */
export function recordOf(host: Host): { readonly parked: string[]; readonly drift: string[] } {
  try {
    const { parked, drift } = JSON.parse(
      Deno.readTextFileSync(`${host.stateDirectory}/home.json`),
    );
    return { parked, drift: Object.keys(drift).map((path) => path.slice(host.home.length + 1)) };
  } catch {
    return { parked: [], drift: [] };
  }
}
