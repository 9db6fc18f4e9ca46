import { judgeAge } from "./decide_age.ts";
import {
  counted,
  durationInWords,
  fileTrouble,
  type Finding,
  lineOf,
  staleness,
} from "./decide_line.ts";
import type { DotfilesFacts } from "./dotfiles_facts.ts";
import type { Line } from "./report_state.ts";

/** What the dotfiles are judged by. */
export interface DotfilesLimits {
  readonly now: Date;
  /** Milliseconds after which a sync is missed. */
  readonly staleAfter: number;
  /** This host is meant to push. */
  readonly pushes: boolean;
}

type Told = Pick<
  Extract<DotfilesFacts["last"], { kind: "valid" }>["state"],
  "result" | "time" | "message"
>;

/** The line of each directory that is in use, or one that says that there is none. */
export function decideDotfiles(all: readonly DotfilesFacts[], limits: DotfilesLimits): Line[] {
  const used = all.filter(({ directory }) => directory !== "missing");
  if (used.length === 0) return [unused()];
  return used.map((facts) => decideOne(facts, limits, used.length > 1));
}

function decideOne(facts: DotfilesFacts, limits: DotfilesLimits, isOneOfSome: boolean): Line {
  const { place, last, status, home, lock, looked } = facts;
  const around = {
    ...(isOneOfSome ? { place } : {}),
    running: lock.kind === "held" ? lock.by : undefined,
  };
  const told: Told | undefined = last.kind === "valid"
    ? last.state
    // The line in short is all that others may read of somebody's dotfiles.
    : last.kind === "forbidden" && status.kind === "valid"
    ? status.state
    : undefined;
  const findings = [
    ...fileTrouble({
      [`${place}/last-sync.json`]: told === undefined ? last : { kind: "missing" },
      [`${place}/home.json`]: told !== undefined && home.kind === "forbidden"
        ? { kind: "missing" }
        : home,
      ...(facts.directory === "forbidden" ? { [place]: { kind: "forbidden" } } : {}),
    }).map((it): Finding =>
      it.level === "bad" ? { ...it, hint: "chezmoi-sync, which puts it aside and starts anew" } : it
    ),
    ...moveCutShort(facts),
  ];
  if (told === undefined) {
    if (findings.length > 0) return lineOf("dotfiles", findings, around);
    if (lock.kind === "free" && home.kind === "missing") return unused(around);
    const says = lock.kind === "held" ? "the first sync is under way" : "no sync has ended yet";
    const level = lock.kind === "held" ? "ok" : "warning";
    return lineOf("dotfiles", [{ level, says, hint: "chezmoi-status" }], around);
  }
  // A sync that finds nothing to do touches one file, and that only.
  const at = looked ?? told.time;
  const stale = lock.kind === "held" ? [] : staleness(at, { ...limits, what: "no sync" });
  const warned = last.kind === "valid" ? last.state.warnings.length : 0;
  return lineOf("dotfiles", [...findings, ...stale, resultFinding(told, limits, warned)], {
    ...around,
    at,
  });
}

/** A move that a killed sync left half-way: the next one ends it. */
function moveCutShort({ home, lock }: DotfilesFacts): readonly Finding[] {
  return home.kind === "valid" && home.state.moving !== null && lock.kind === "free"
    ? [{
      level: "warning",
      says: "a sync was cut short; the next one ends it",
      hint: "chezmoi-sync",
    }]
    : [];
}

function resultFinding(told: Told, limits: DotfilesLimits, warned: number): Finding {
  const { result, time } = told;
  const more = warned === 0 ? "" : `; ${counted(warned, "warning")}: chezmoi-status`;
  const says = `${result}: ${told.message}${more}`;
  // One that ends as the one before leaves its time: that tells since when it is so.
  const lasts = judgeAge(time, limits.now, limits.staleAfter) === "stale"
    ? ` for more than ${durationInWords(limits.staleAfter)}`
    : undefined;
  switch (result) {
    case "success":
      return { level: "ok", says };
    case "success-local-only":
      return lasts === undefined || !limits.pushes ? { level: "ok", says } : {
        level: "warning",
        says: `nothing was exchanged with the remote${lasts}`,
        hint: "chezmoi-status",
      };
    case "conflicts-preserved":
      return { level: "bad", says, hint: "chezmoi-resolve" };
    case "fetch-failed":
    case "push-failed":
      return lasts === undefined
        ? { level: "warning", says, hint: "chezmoi-status" }
        : { level: "bad", says: `${says}${lasts}`, hint: "chezmoi-sync" };
    case "not-initialized":
      return { level: "warning", says, hint: "chezmoi-sync --repo-url URL" };
    case "failed":
      return { level: "bad", says, hint: "chezmoi-sync" };
  }
}

function unused(around: { readonly place?: string } = {}): Line {
  return lineOf("dotfiles", [{ level: "unused", says: "no dotfiles are synced here" }], around);
}
