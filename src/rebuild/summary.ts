import { short } from "../config/decide_pull.ts";
import type { LastRun } from "../upgrade/last_run_state.ts";
import { inputInWords } from "./decide_inputs.ts";
import { packagesInWords } from "./decide_packages.ts";
import { unitsInWords } from "./decide_units.ts";
import { dotfilesInWords } from "./dotfiles.ts";
import type { RebuildRun } from "./run.ts";
import type { EndedPhase } from "./run_phases.ts";

/** How many names a line holds before it only counts. */
const named = 8;

/** What a rebuild came to, for the table at the end: label and value. */
export function summaryRows(
  { changes, warnings }: Pick<RebuildRun, "changes" | "warnings">,
  last: LastRun,
  ends: readonly EndedPhase[],
): readonly (readonly [label: string, value: string])[] {
  const { pulled, dotfiles, inputs, packages, units, failedUnits, secrets, tag } = changes;
  const skipped = ends.filter(({ outcome }) => outcome === "skipped");
  const rows: (readonly [string, string | undefined])[] = [
    // A failure is told of as an error, below.
    ["result", last.exitCode === 0 ? last.message : last.result],
    ["commit", movedInWords(last.before.commit, last.after.commit)],
    [
      last.after.commit === last.before.commit ? "taken back" : "pulled",
      pulled && `${counted(pulled.subjects.length, "commit")}: ${few(pulled.subjects, "; ")}`,
    ],
    ["dotfiles", dotfiles.length === 0 ? undefined : dotfilesInWords(dotfiles)],
    ["inputs", inputs.length === 0 ? undefined : inputs.map(inputInWords).join("; ")],
    ["system", movedInWords(last.before.toplevel, last.after.toplevel)],
    ["packages", packagesInWords(packages)],
    ...(["added", "removed", "changed"] as const).map((kind) => {
      const these = packages.filter((each) => each.kind === kind);
      const said = these.map(({ name, versions }) =>
        kind === "changed" ? `${name} ${versions}` : name
      );
      return [`  ${kind}`, these.length === 0 ? undefined : few(said, ", ")] as const;
    }),
    ["units", units && unitsInWords(units)],
    ["failed units", failedUnits.length === 0 ? undefined : failedUnits.join(", ")],
    ["secrets", secrets],
    ["tag", tag],
    [
      "skipped",
      skipped.length === 0
        ? undefined
        : skipped.map(({ name, detail }) => `${name} (${detail})`).join("; "),
    ],
    ["warnings", warnings.length === 0 ? undefined : `${warnings.length}, above`],
  ];
  return rows.flatMap(([label, value]) => value === undefined ? [] : [[label, value] as const]);
}

/** A number of things, in words. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function movedInWords(from: string | null, to: string | null): string | undefined {
  if (to === null) return undefined;
  const name = (it: string): string => it.startsWith("/") ? it : short(it);
  return from === null || from === to ? name(to) : `${name(from)} → ${name(to)}`;
}

function few(items: readonly string[], separator: string): string {
  const more = items.length > named ? `${separator}and ${items.length - named} more` : "";
  return items.slice(0, named).join(separator) + more;
}

/** The report of a rebuild as one JSON object: that of any run, with phases and changes. */
export function reportOf(
  { changes, offline }: Pick<RebuildRun, "changes" | "offline">,
  last: LastRun,
  ends: readonly EndedPhase[],
): Readonly<Record<string, unknown>> {
  const { dotfiles, inputs } = changes;
  return {
    ...last,
    offline: offline ?? null,
    phases: ends.map((each) => ({ ...each, seconds: Math.round(each.seconds * 1000) / 1000 })),
    changes: {
      pulled: null,
      units: null,
      secrets: null,
      tag: null,
      ...changes,
      dotfiles: dotfiles.map(({ who, outcome }) => ({ who: who ?? null, ...outcome })),
      inputs: inputs.map(({ name, from, to }) => ({ name, from: from ?? null, to: to ?? null })),
    },
  };
}

/** What a dry run would do, as one JSON object. */
export function plannedReport(
  { offline, stale }: Pick<RebuildRun, "offline" | "stale">,
  ends: readonly EndedPhase[],
): Readonly<Record<string, unknown>> {
  return {
    schema: 1,
    program: "rebuild-smart",
    dryRun: true,
    offline: offline ?? null,
    phases: ends.map(({ name, outcome, detail }) => ({ name, outcome, detail })),
    stale: stale.map(({ name, days }) => ({ name, days })),
  };
}
