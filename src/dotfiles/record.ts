import { addToHistory } from "../cli/history_state.ts";
import { readText, touch, writeDurably } from "../host/files.ts";
import { isoSeconds } from "../host/clock.ts";
import { serializeState } from "../cli/parse_state.ts";
import { type LastSync, parseLastSync, saysTheSame, statusLine } from "./last_sync_state.ts";

/** Where the report of the last sync is. */
function lastSyncPath(stateDirectory: string): string {
  return `${stateDirectory}/last-sync.json`;
}

/** The report of the last sync; `undefined` when there is none that can be read. */
export function readLastSync(stateDirectory: string): LastSync | undefined {
  const text = readText(lastSyncPath(stateDirectory));
  if (text === undefined) return undefined;
  const parsed = parseLastSync(text);
  return parsed.kind === "valid" ? parsed.state : undefined;
}

/**
 * Writes how a sync ended. One that moved nothing and ended as the one before changes no content:
 * only the files' time tells that it ran.
 */
export function recordSync(
  stateDirectory: string,
  sync: Omit<LastSync, "schema" | "time">,
  now: Date,
): LastSync {
  const report: LastSync = { schema: 1, time: isoSeconds(now), ...sync };
  const files = {
    status: `${stateDirectory}/last-sync-status`,
    json: lastSyncPath(stateDirectory),
    history: `${stateDirectory}/history.jsonl`,
  };
  const before = readLastSync(stateDirectory);
  if (before !== undefined && saysTheSame(before, report)) {
    touch(files.status, now);
    return report;
  }
  writeDurably(files.history, addToHistory(readText(files.history) ?? "", report));
  writeDurably(files.json, serializeState(report));
  writeDurably(files.status, statusLine(report), 0o644);
  return report;
}
