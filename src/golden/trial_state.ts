import * as v from "valibot";
import { type ParsedState, parseState } from "../cli/parse_state.ts";

/** How many judged boots a trial remembers. */
const historyLength = 20;

/** A path directly in a Nix store, as `/nix/store/<hash>-nixos-system-laptop-25.11`. */
export const storePath: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.regex(/^(\/[^/\0\n]+)+\/[0-9a-z]{32}-[^/\0\n]+$/, "is no path of a Nix store"),
);

/** A time as the state files hold it: ISO 8601 in UTC. */
export const instant: v.GenericSchema<string> = v.pipe(v.string(), v.isoTimestamp());

/** What `/proc/sys/kernel/random/boot_id` holds, without the dashes, as systemd's `%b` has it. */
export const bootId: v.GenericSchema<string> = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));

const counter = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000));

const attempt = v.looseObject({
  bootId,
  /** When it was judged, which for a boot that died is in the next one. */
  time: instant,
  outcome: v.picklist(["passed", "failed", "neutral"]),
  /** In words. */
  reason: v.string(),
});

// Loose: a golden generation may carry an older program than the one that wrote the file, so that
// fields may be added and are kept as they are.
const schema = v.looseObject({
  schema: v.literal(1),
  /** The toplevel on trial. */
  target: storePath,
  markedAt: instant,
  /** The boot in which it was marked, which is no attempt of it. */
  markedIn: bootId,
  phase: v.picklist(["pending", "rollback", "exhausted"]),
  /** Boots of the target that were judged as failed. */
  failures: counter,
  /** Boots of the target that were shut down cleanly before they could be judged. */
  neutral: counter,
  /** The boot under judgement. */
  open: v.nullable(v.looseObject({ bootId, since: instant })),
  /** The open attempt must not count: it was shut down cleanly, or another generation went live. */
  aborted: v.boolean(),
  /** Rollbacks that were begun. */
  rollbackTries: counter,
  /** The judged boots, oldest first. */
  history: v.pipe(v.array(attempt), v.maxLength(historyLength)),
});

/** A generation on trial: `trial.json`, which exists only while there is one. */
export type Trial = v.InferOutput<typeof schema>;

/** One judged boot of a trial. */
export type Attempt = v.InferOutput<typeof attempt>;

/** Reads a trial. */
export function parseTrial(text: string): ParsedState<Trial> {
  return parseState(schema, text);
}

/** The trial with one more judged boot. */
export function withJudged(trial: Trial, judged: Attempt): Trial {
  const history = [...trial.history, judged].slice(-historyLength);
  return { ...trial, open: null, aborted: false, history };
}
