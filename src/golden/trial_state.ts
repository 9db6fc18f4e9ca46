import type { ParsedState } from "../cli/parse_state.ts";
import {
  bootId,
  instant,
  list,
  nullable,
  oneOf,
  parseShaped,
  record,
  type Shape,
  type Shaped,
  storePath,
  text,
  whole,
} from "./schema_state.ts";

/** How many judged boots a trial remembers. */
const historyLength = 20;

/** Characters of a reason that are kept. */
const reasonLength = 300;

const counter = whole(0, 1000);

const attempt = record({
  bootId,
  /** When it was judged, which for a boot that died is in the next one. */
  time: instant,
  outcome: oneOf("passed", "failed", "neutral"),
  /** In words. */
  reason: text("a text"),
});

const trial = record({
  schema: oneOf(1),
  /** The toplevel on trial. */
  target: storePath,
  markedAt: instant,
  /** The boot in which it was marked, which is no attempt of it. */
  markedIn: bootId,
  phase: oneOf("pending", "rollback", "exhausted"),
  /** Boots of the target that were judged as failed. */
  failures: counter,
  /** Boots of the target that were shut down cleanly before they could be judged. */
  neutral: counter,
  /** The boot under judgement. */
  open: nullable(record({ bootId, since: instant })),
  /** The open attempt must not count: it was shut down cleanly, or another generation went live. */
  aborted: oneOf(true, false),
  /** Boots in which a rollback was begun. */
  rollbackTries: counter,
  /** The last of them. */
  rolledBackIn: nullable(bootId),
  /** The judged boots, oldest first. */
  history: list(attempt, historyLength),
});

/** A generation on trial: `trial.json`, which exists only while there is one. */
export type Trial = Shaped<typeof trial>;

/** One judged boot of a trial. */
export type Attempt = Shaped<typeof attempt>;

/** Reads a trial. */
export function parseTrial(text: string): ParsedState<Trial> {
  return parseShaped(trial as Shape<Trial>, text);
}

/** The trial with one more judged boot, which is not open any longer. */
export function withJudged(trial: Trial, judged: Attempt): Trial {
  return { ...withHistory(trial, judged), open: null, aborted: false };
}

/** The trial with one more line of history; the oldest are forgotten when there are too many. */
export function withHistory(trial: Trial, judged: Attempt): Trial {
  const entry = { ...judged, reason: inShort(judged.reason) };
  return { ...trial, history: [...trial.history, entry].slice(-historyLength) };
}

/** A reason as it is kept: one line, whatever a program that failed had to say. */
function inShort(reason: string): string {
  const line = reason.replaceAll(/\s+/g, " ").trim();
  return line.length <= reasonLength ? line : `${line.slice(0, reasonLength)} …`;
}
