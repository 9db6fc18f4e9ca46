import * as v from "valibot";
import { parseState } from "../cli/schema_state.ts";
import type { ParsedState } from "../cli/parse_state.ts";

/** How a run ended. */
export const results = [
  "upgraded",
  "unchanged",
  "built",
  "reboot-pending",
  "quarantined",
  "degraded",
  "rolled-back",
  "rollback-failed",
  "undone",
  "refused",
  "failed",
] as const;

const commitId = v.nullable(v.string());

/** Where git and system were: HEAD, a commit or tree of the files, what ran, what the profile led to. */
const place = v.object({
  commit: commitId,
  files: commitId,
  toplevel: v.nullable(v.string()),
  profile: v.nullable(v.string()),
  /** After a run: what was built is all in the commit; not told by an older version. */
  isClean: v.optional(v.boolean()),
});

const schema = v.object({
  schema: v.literal(1),
  /** Which run: its beginning, in UTC. */
  id: v.string(),
  program: v.string(),
  endedAt: v.string(),
  result: v.picklist(results),
  /** One sentence. */
  message: v.string(),
  exitCode: v.number(),
  before: place,
  after: place,
  steps: v.array(v.object({
    name: v.string(),
    outcome: v.picklist(["done", "skipped", "planned", "failed"]),
    detail: v.string(),
    seconds: v.number(),
  })),
  failedUnits: v.array(v.string()),
  warnings: v.array(v.string()),
});

/** The report of a run: `last-run.json`, and a line of `history.jsonl`. */
export type LastRun = v.InferOutput<typeof schema>;
/** How a run ended. */
export type Result = LastRun["result"];

/** Reads the report of the last run. */
export function parseLastRun(text: string): ParsedState<LastRun> {
  return parseState(schema, text);
}

/** Whether a run moved git or system. */
export function hasMoved({ before, after }: LastRun): boolean {
  return before.commit !== after.commit || before.toplevel !== after.toplevel ||
    before.profile !== after.profile;
}

/** Whether two runs were refused before they began, for the same reason. */
export function isSameRefusal(one: LastRun, other: LastRun): boolean {
  return [one, other].every(({ before }) => before.commit === null) &&
    one.message === other.message;
}

/** What a person wants to hear of: whether the host is well, and not each run. */
export function mood(result: Result): "well" | "reboot-pending" | "unwell" | undefined {
  switch (result) {
    case "upgraded":
    case "unchanged":
      return "well";
    case "reboot-pending":
      return "reboot-pending";
    case "built":
    case "quarantined":
    case "undone":
      return undefined; // Says nothing new of how the host is.
    default:
      return "unwell";
  }
}
