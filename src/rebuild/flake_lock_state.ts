import * as v from "valibot";
import { parseState } from "../cli/schema_state.ts";
import type { ParsedState } from "../cli/parse_state.ts";

const node = v.object({
  /** The name of another node, or the path of inputs from the root that leads to it. */
  inputs: v.optional(v.record(v.string(), v.union([v.string(), v.array(v.string())])), {}),
  locked: v.optional(v.object({
    /** Seconds since 1970. */
    lastModified: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e11))),
    rev: v.optional(v.string()),
    narHash: v.optional(v.string()),
  })),
});

const schema = v.object({
  version: v.number(),
  root: v.string(),
  nodes: v.record(v.string(), node),
});

/** What these programs read of a flake's lock file; see `nix flake`(1), "Lock files". */
export type FlakeLock = v.InferOutput<typeof schema>;

/** Reads `flake.lock`. */
export function parseFlakeLock(text: string): ParsedState<FlakeLock> {
  return parseState(schema, text);
}
