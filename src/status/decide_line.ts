import type { Found } from "./found.ts";
import type { Area, Level, Line } from "./report_state.ts";
import { judgeAge } from "./decide_age.ts";
import { worstFirst } from "./decide_level.ts";

/** Characters of a sentence that are kept. */
const longest = 300;

/** What was found of one part of a host: the worst is what is told. */
export interface Finding {
  readonly level: Level;
  readonly says: string;
  readonly hint?: string;
}

/** What goes with the findings of a line. */
export interface Around {
  readonly place?: string;
  readonly at?: string | undefined;
  readonly running?: string | undefined;
}

/** One line of some findings: all that is as bad as the worst is said, and the first hint given. */
export function lineOf(area: Area, findings: readonly Finding[], around: Around = {}): Line {
  const sorted = [...findings].sort((a, b) => worstFirst(a.level, b.level));
  const level = sorted[0]?.level ?? "unused";
  const told = sorted.filter((each) => each.level === level);
  const hint = told.find((each) => each.hint !== undefined)?.hint;
  const { place, at, running } = around;
  return {
    area,
    place: place === undefined ? null : inShort(place),
    level,
    says: inShort(told.map(({ says }) => says).join("; ")),
    hint: hint === undefined ? null : inShort(hint),
    at: at === undefined || Number.isNaN(Date.parse(at)) ? null : new Date(at).toISOString(),
    running: running === undefined ? null : inShort(running),
  };
}

/** A text as a line has it: one line, not too long, store paths without directory and hash. */
export function inShort(text: string): string {
  const line = text.toWellFormed()
    .replaceAll(/(?:\/[^\s/:]+)+\/[0-9a-z]{32}-/g, "")
    .replaceAll(/\s+/g, " ").trim();
  if (line.length <= longest) return line;
  return `${line.slice(0, longest).toWellFormed().replace(/\ufffd$/, "")} …`;
}

/** A file that is corrupt, or that this user may not read; nothing of one that is as it should be. */
export function fileTrouble(
  files: Readonly<Record<string, Found<unknown>>>,
): readonly Finding[] {
  const found = Object.entries(files);
  return [
    ...found.flatMap(([path, file]): Finding[] =>
      file.kind === "corrupt"
        ? [{ level: "bad", says: `${path} is corrupt: ${file.reason}`, hint: `look at ${path}` }]
        : []
    ),
    ...(found.some(([, file]) => file.kind === "forbidden")
      ? [{ level: "unknown", says: "this user may not look at it", hint: asRoot } as const]
      : []),
  ];
}

const asRoot = "run it as root: sudo host-status";

/** What the time of the last run has to say, where nothing is under way. */
export function staleness(
  at: string,
  { now, staleAfter, what }: {
    readonly now: Date;
    readonly staleAfter: number;
    /** What did not happen, as `no sync`. */
    readonly what: string;
  },
): readonly Finding[] {
  switch (judgeAge(at, now, staleAfter)) {
    case "stale":
      return [{
        level: "warning",
        says: `${what} for more than ${durationInWords(staleAfter)}`,
        hint: "is its timer on? systemctl list-timers",
      }];
    case "future":
      return [{ level: "warning", says: `its last time is in the future: ${at}`, hint: "date" }];
    case "invalid":
      return [{ level: "bad", says: `its last time is none: ${JSON.stringify(at)}` }];
    case "fresh":
      return [];
  }
}

/** Milliseconds as a person says them. */
export function durationInWords(milliseconds: number): string {
  const hours = Math.round(milliseconds / 3_600_000);
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} h`;
}

/** A commit as a person says it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 12);
}

/** A number of things. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
