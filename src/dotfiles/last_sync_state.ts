import * as v from "valibot";
import type { ParsedState } from "../cli/parse_state.ts";
import { parseState } from "../cli/schema_state.ts";

/** How a sync ended; the first word of `last-sync-status`. */
export const results = [
  "success",
  "success-local-only",
  "conflicts-preserved",
  "fetch-failed",
  "push-failed",
  "not-initialized",
  "failed",
] as const;

const schema = v.strictObject({
  schema: v.literal(1),
  /** ISO 8601, UTC. */
  time: v.string(),
  result: v.picklist(results),
  /** One sentence. */
  message: v.string(),
  host: v.string(),
  /** Targets whose edits were taken from the home. */
  captured: v.array(v.string()),
  /** Source paths that were edited in the source itself. */
  committed: v.array(v.string()),
  /** Source paths that other hosts changed. */
  received: v.array(v.string()),
  /** Source paths that this host changed on the remote's branch. */
  sent: v.array(v.string()),
  /** Source paths that are parked on this host. */
  parked: v.array(v.string()),
  warnings: v.array(v.string()),
});

/** The report of a sync: `last-sync.json` in the state directory. */
export type LastSync = v.InferOutput<typeof schema>;

/** Reads the report of the last sync. */
export function parseLastSync(text: string): ParsedState<LastSync> {
  return parseState(schema, text);
}

/** The line in `last-sync-status`: word, time, sentence. */
export function statusLine(sync: LastSync): string {
  return `${sync.result} ${sync.time} ${sync.message}\n`;
}

/** Reads the line of `last-sync-status`, which others may read where the rest is private. */
export function parseStatusLine(
  text: string,
): ParsedState<Pick<LastSync, "result" | "time" | "message">> {
  const [, word, time = "", message = ""] = /^(\S+) (\S+) (.*)\n?$/.exec(text) ?? [];
  const result = results.find((each) => each === word);
  return result === undefined
    ? { kind: "corrupt", reason: "it is not one line of result, time and sentence" }
    : { kind: "valid", state: { result, time, message } };
}

/** Whether a sync says the same as the one before, so that nothing need be written. */
export function saysTheSame(before: LastSync, now: LastSync): boolean {
  const moved = now.captured.length + now.committed.length + now.received.length + now.sent.length;
  const isTold = now.result !== "failed" || before.message === now.message;
  return moved === 0 && isTold && before.result === now.result && before.host === now.host &&
    same(before.parked, now.parked) && same(before.warnings, now.warnings);
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, at) => item === b[at]);
}
