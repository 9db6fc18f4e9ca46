import { judgeAge } from "./decide_age.ts";
import { counted, durationInWords, fileTrouble, type Finding, lineOf } from "./decide_line.ts";
import type { GoldenFacts } from "./golden_facts.ts";
import type { Line } from "./report_state.ts";

/** What the golden generation is judged by. */
export interface GoldenLimits {
  readonly now: Date;
  /** Milliseconds after which a boot on trial should have been judged. */
  readonly staleAfter: number;
}

type Trial = Extract<GoldenFacts["trial"], { kind: "valid" }>["state"];

/** The line of the golden generation: what the host falls back to, and what is on trial. */
export function decideGolden(facts: GoldenFacts, limits: GoldenLimits): Line {
  const { place, directory, golden, trial, rejected } = facts;
  const files = [golden, trial, rejected];
  if (directory === "missing" || files.every(({ kind }) => kind === "missing")) {
    return lineOf("golden", [{ level: "unused", says: "no generation was ever tried here" }]);
  }
  const findings: Finding[] = [
    ...fileTrouble({
      [`${place}/golden.json`]: golden,
      [`${place}/trial.json`]: trial,
      [`${place}/rejected.json`]: rejected,
    }),
    ...(trial.kind === "valid" ? [trialFinding(trial.state, limits)] : []),
    ...goldenFindings(facts),
    ...rejectedFindings(facts),
  ];
  const at = trial.kind === "valid"
    ? trial.state.markedAt
    : golden.kind === "valid"
    ? golden.state.pinnedAt
    : undefined;
  return lineOf("golden", findings, { at });
}

function trialFinding(trial: Trial, { now, staleAfter }: GoldenLimits): Finding {
  const { target, phase, failures, open } = trial;
  const last = trial.history.at(-1);
  const why = last === undefined || last.outcome === "passed" ? "" : `: ${last.reason}`;
  const hint = "show-boot-status";
  switch (phase) {
    case "exhausted":
      return {
        level: "bad",
        says: `${target} failed and could not be replaced${why}`,
        hint: "show-boot-status, then rollback-to-golden",
      };
    case "rollback":
      return { level: "warning", says: `${target} is being rolled back${why}`, hint };
    case "pending":
      if (open !== null && judgeAge(open.since, now, staleAfter) === "stale") {
        const says = `${target} is on trial, and not judged for more than ` +
          durationInWords(staleAfter);
        return { level: "warning", says, hint };
      }
      if (failures > 0) {
        const says = `${target} is on trial, ${counted(failures, "boot")} failed${why}`;
        return { level: "warning", says, hint };
      }
      return {
        level: "ok",
        says: `${target} is on trial, ${open === null ? "and waits for its boot" : "in this boot"}`,
      };
  }
}

function goldenFindings({ golden }: GoldenFacts): readonly Finding[] {
  if (golden.kind === "valid") return [{ level: "ok", says: `${golden.state.path} is golden` }];
  if (golden.kind !== "missing") return [];
  const says = "nothing is golden yet: there is no way back";
  return [{ level: "warning", says, hint: "sudo pin-golden, or wait for the next validated boot" }];
}

/** What failed since the last one passed: the host runs, and does not get what it should. */
function rejectedFindings({ golden, rejected }: GoldenFacts): readonly Finding[] {
  const newest = rejected.kind === "valid" ? rejected.state.rejected.at(-1) : undefined;
  if (newest === undefined) return [];
  if (golden.kind === "valid" && Date.parse(newest.time) <= Date.parse(golden.state.pinnedAt)) {
    return [];
  }
  const says = `${newest.path} was rejected on ${newest.time.slice(0, 10)}: ${newest.reason}`;
  return [{ level: "warning", says, hint: "show-boot-status" }];
}
