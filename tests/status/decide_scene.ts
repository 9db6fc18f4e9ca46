/** Facts to decide on: all is well until a test says otherwise. */
import assert from "node:assert/strict";
import type { LastSync } from "../../src/dotfiles/last_sync_state.ts";
import type { Golden } from "../../src/golden/golden_state.ts";
import type { Rejected } from "../../src/golden/rejected_state.ts";
import type { Trial } from "../../src/golden/trial_state.ts";
import type { DotfilesFacts } from "../../src/status/dotfiles_facts.ts";
import type { Found } from "../../src/status/found.ts";
import type { GoldenFacts } from "../../src/status/golden_facts.ts";
import type { Level, Line } from "../../src/status/report_state.ts";
import type { UpgradeFacts } from "../../src/status/upgrade_facts.ts";
import type { HostState } from "../../src/upgrade/host_state.ts";
import type { Journal } from "../../src/upgrade/journal_state.ts";
import type { LastRun } from "../../src/upgrade/last_run_state.ts";

/** The present of all tests. */
export const now = new Date("2026-06-15T12:00:00Z");
const hour = 3_600_000;

/** An instant some hours ago. */
export function ago(hours: number): string {
  return new Date(now.getTime() - hours * hour).toISOString().replace(".000Z", "Z");
}

/** A day, as all thresholds here are. */
export const limits = { now, staleAfter: 24 * hour, pushes: true };

/** A file with this state. */
export function valid<T>(state: T): Found<T> {
  return { kind: "valid", state };
}

/** Files that tell nothing. */
export const missing = { kind: "missing" } as const;
export const forbidden = { kind: "forbidden" } as const;
export const corrupt = { kind: "corrupt", reason: "Unexpected end of JSON input" } as const;

/** What a line should be: its level, and what it says besides. */
export type Expected = readonly [level: Level, ...says: RegExp[]];

/** Fails unless a line is as expected. */
export function judged(line: Line | undefined, [level, ...says]: Expected): void {
  assert(line !== undefined);
  const text = `${line.says} | ${line.hint ?? ""} | ${line.running ?? ""}`;
  assert.equal(line.level, level, text);
  for (const each of says) assert.match(text, each);
}

/** The last sync. */
export function sync(more: Partial<LastSync> = {}): LastSync {
  return {
    schema: 1,
    time: ago(1),
    result: "success",
    message: "nothing to do",
    host: "b",
    captured: [],
    committed: [],
    received: [],
    sent: [],
    parked: [],
    warnings: [],
    ...more,
  };
}

/** Somebody's dotfiles. */
export function dotfiles(more: Partial<DotfilesFacts> = {}): DotfilesFacts {
  return {
    place: "/state",
    directory: "directory",
    last: valid(sync()),
    status: missing,
    looked: ago(0.5),
    home: missing,
    lock: { kind: "free" },
    ...more,
  };
}

const commit = "a".repeat(40);
const toplevel = "/nix/store/00000000000000000000000000000000-nixos-system-b-second";

/** What is known of a host. */
export function known(more: Partial<HostState> = {}): HostState {
  return {
    schema: 1,
    deployed: {
      ...{ commit, base: commit, tree: commit, toplevel, since: ago(100) },
      ...{ waits: false, failedUnits: [] },
    },
    quarantined: [],
    pausedUntil: null,
    told: null,
    rebootedFor: null,
    cutShort: null,
    ...more,
  };
}

/** The last run. */
export function run(more: Partial<LastRun> = {}): LastRun {
  const place = { commit, files: commit, toplevel, profile: toplevel };
  return {
    schema: 1,
    id: ago(2),
    program: "auto-upgrade",
    endedAt: ago(1),
    result: "unchanged",
    message: "what runs was built from these files",
    exitCode: 0,
    before: place,
    after: place,
    steps: [{ name: "pull", outcome: "done", detail: "", seconds: 1 }],
    failedUnits: [],
    warnings: [],
    ...more,
  };
}

/** A run under way, or cut short. */
export const journal: Journal = {
  schema: 1,
  id: ago(1),
  program: "auto-upgrade",
  step: "build",
  before: { head: commit, files: commit, tree: commit, toplevel, profile: toplevel },
  found: commit,
  pulled: null,
  activating: null,
  announced: [],
  beside: [],
};

/** The state of the upgrades. */
export function upgrade(more: Partial<UpgradeFacts> = {}): UpgradeFacts {
  return {
    place: "/state",
    directory: "directory",
    host: valid(known()),
    last: valid(run()),
    journal: missing,
    lock: { kind: "free" },
    reached: ago(1),
    ...more,
  };
}

const system = (name: string): string => `/nix/store/${"1".repeat(32)}-nixos-system-${name}`;

/** What is golden. */
export function golden(more: Partial<Golden> = {}): Golden {
  return {
    ...{ schema: 1, path: system("good"), parent: null, specialisation: null, generation: 7 },
    ...{ pinnedAt: ago(100), bootId: null },
    ...more,
  };
}

/** A generation on trial, which waits for its boot. */
export function trial(more: Partial<Trial> = {}): Trial {
  return {
    ...{ schema: 1, target: system("new"), markedAt: ago(1), markedIn: "0".repeat(32) },
    ...{ phase: "pending", failures: 0, neutral: 0, open: null, aborted: false },
    ...{ rollbackTries: 0, rolledBackIn: null, history: [] },
    ...more,
  };
}

/** A generation that was rejected some hours ago. */
export function rejected(hours: number): Rejected {
  return {
    schema: 1,
    rejected: [{ path: system("bad"), time: ago(hours), reason: "web.service: failed" }],
  };
}

/** The state of the golden generation. */
export function goldenFacts(more: Partial<GoldenFacts> = {}): GoldenFacts {
  return {
    ...{ place: "/state", directory: "directory" },
    ...{ golden: valid(golden()), trial: missing, rejected: missing },
    ...more,
  };
}
