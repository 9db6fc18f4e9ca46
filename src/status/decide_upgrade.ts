import { counted, fileTrouble, type Finding, lineOf, staleness } from "./decide_line.ts";
import { type LastRun, repositoryTrouble } from "./decide_run.ts";
import type { Level, Line } from "./report_state.ts";
import type { UpgradeFacts } from "./upgrade_facts.ts";

/** What the upgrades are judged by. */
export interface UpgradeLimits {
  readonly now: Date;
  /** Milliseconds after which a run is missed. */
  readonly staleAfter: number;
}

/** How each ending of a run is, and what a person does about it. */
const endings: Readonly<Record<LastRun["result"], readonly [Level, string?]>> = {
  "upgraded": ["ok"],
  "unchanged": ["ok"],
  "built": ["ok"],
  "undone": ["ok"],
  "reboot-pending": ["warning", "reboot, when it suits"],
  "quarantined": ["warning", "push a fix; upgrade-status tells what failed"],
  "rolled-back": ["warning", "push a fix; upgrade-status tells what failed"],
  "degraded": ["warning", "systemctl --failed"],
  "rollback-failed": ["bad", "auto-upgrade --undo"],
  "refused": ["bad", "upgrade-status"],
  "failed": ["bad", "upgrade-status"],
};

/** The line of the upgrades: how the last run went, and what is under way. */
export function decideUpgrade(facts: UpgradeFacts, limits: UpgradeLimits): Line {
  const { place, host, last, journal, lock } = facts;
  if (isUnused(facts)) return lineOf("upgrade", [unused]);
  const paused = host.kind === "valid" ? host.state.pausedUntil : null;
  const waits = isPaused(facts, limits);
  const isRunning = lock.kind === "held" && journal.kind === "valid";
  const findings = [
    ...fileTrouble({
      [`${place}/last-run.json`]: last,
      [`${place}/run.json`]: journal,
      [`${place}/host.json`]: host,
    }),
    ...(isRunning ? [] : unfinished(facts)),
    ...lastFindings(facts),
    ...unwellUnits(facts),
    ...(waits ? [{ level: "ok", says: `paused until ${paused}` } as const] : []),
  ];
  const at = last.kind === "valid" ? last.state.endedAt : undefined;
  // A pause is no silence, and neither is what follows it at once.
  const heard = paused !== null && at !== undefined && paused > at ? paused : at;
  if (heard !== undefined && !waits && !isRunning) {
    findings.push(...staleness(heard, { ...limits, what: "no run" }));
  }
  return lineOf("upgrade", findings, {
    at,
    running: isRunning
      ? `${journal.state.program} since ${journal.state.id}, in its step "${journal.state.step}"`
      : undefined,
  });
}

/** Nothing was recorded on this host. */
export function isUnused({ directory, host, last, journal }: UpgradeFacts): boolean {
  return directory === "missing" ||
    [host, last, journal].every(({ kind }) => kind === "missing");
}

/** Somebody paused the upgrades, and that is not over. */
export function isPaused({ host }: UpgradeFacts, { now }: UpgradeLimits): boolean {
  const until = host.kind === "valid" ? host.state.pausedUntil : null;
  return until !== null && new Date(until) > now;
}

const unused: Finding = { level: "unused", says: "no upgrade was recorded here" };

function unfinished({ journal, lock }: UpgradeFacts): readonly Finding[] {
  if (journal.kind !== "valid") return [];
  const { id, step } = journal.state;
  return [
    lock.kind === "unknown"
      ? {
        level: "unknown",
        says: `the run of ${id} is in its step "${step}", or was cut short there`,
        hint: "sudo host-status --repo DIR, which looks at the repository's lock",
      }
      : {
        level: "warning",
        says: `the run of ${id} was cut short in its step "${step}"; the next one ends it`,
        hint: "upgrade-status",
      },
  ];
}

function lastFindings(facts: UpgradeFacts): readonly Finding[] {
  const { last, host, journal, lock } = facts;
  if (last.kind === "missing") {
    const isExpected = journal.kind === "valid" && lock.kind === "held" ||
      host.kind === "valid" && host.state.pausedUntil !== null;
    return [{ level: isExpected ? "ok" : "warning", says: "no run has ended yet" }];
  }
  if (last.kind !== "valid") return [];
  const { result, message } = last.state;
  if (repositoryTrouble(last.state) !== undefined && ["refused", "failed"].includes(result)) {
    const says = "the last run came no further than the repository";
    return [{ level: "warning", says, hint: "see config" }];
  }
  const [level, hint] = endings[result];
  return [{ level, says: `${result}: ${message}`, ...(hint === undefined ? {} : { hint }) }];
}

/** Units that failed since the last upgrade, whatever later runs found. */
function unwellUnits({ host, last }: UpgradeFacts): readonly Finding[] {
  const failed = host.kind === "valid" ? host.state.deployed?.failedUnits ?? [] : [];
  if (failed.length === 0 || last.kind === "valid" && last.state.result === "degraded") return [];
  const says = `${counted(failed.length, "unit")} not well: ${failed.join(", ")}`;
  return [{ level: "warning", says, hint: "systemctl --failed" }];
}
