import * as v from "valibot";
import { parseState } from "../cli/schema_state.ts";
import type { ParsedState } from "../cli/parse_state.ts";

/** How something is, the worst first. `unused`: this host does not have it. */
export const levels = ["bad", "warning", "unknown", "ok", "unused"] as const;

/** What a host is looked at for, in the order it is told. */
export const areas = ["dotfiles", "config", "upgrade", "golden", "secrets"] as const;

/** More characters than any of our texts has. */
const text = v.pipe(v.string(), v.maxLength(1000));
const instant = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.check((time) => !Number.isNaN(Date.parse(time)), "no time"),
);
const level = v.picklist(levels);

const line = v.object({
  area: v.picklist(areas),
  /** The state directory, where there are several. */
  place: v.nullable(text),
  level,
  /** One sentence. */
  says: text,
  /** What a person can do about it. */
  hint: v.nullable(text),
  /** When it was last found so; null where nothing tells. */
  at: v.nullable(instant),
  /** The run that is under way. */
  running: v.nullable(text),
});

const schema = v.object({
  schema: v.literal(1),
  host: text,
  /** When it was looked at. */
  time: instant,
  /** That of the worst line. */
  level,
  lines: v.pipe(v.array(line), v.maxLength(50)),
});

/** How something is. */
export type Level = v.InferOutput<typeof level>;
/** What is told of one part of a host. */
export type Line = v.InferOutput<typeof line>;
/** A part of a host. */
export type Area = Line["area"];
/** What `host-status --json` prints, and `--fleet` reads. */
export type HostReport = v.InferOutput<typeof schema>;

/** Reads the report of a host, which may be any host's. */
export function parseReport(text: string): ParsedState<HostReport> {
  return parseState(schema, text);
}
