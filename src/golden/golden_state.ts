import * as v from "valibot";
import { type ParsedState, parseState } from "../cli/parse_state.ts";
import { bootId, instant, storePath } from "./trial_state.ts";

const schema = v.looseObject({
  schema: v.literal(1),
  /** The toplevel, which is what a rollback installs. */
  path: storePath,
  /** The toplevel it is a specialisation of. */
  parent: v.nullable(storePath),
  specialisation: v.nullable(v.string()),
  /** The profile's number for it when it was pinned; for people, since numbers come and go. */
  generation: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  pinnedAt: instant,
  /** The boot that was validated; null when a person vouched for it. */
  bootId: v.nullable(bootId),
});

/** The last generation that was proven good: `golden.json`. */
export type Golden = v.InferOutput<typeof schema>;

/** Reads what is golden. */
export function parseGolden(text: string): ParsedState<Golden> {
  return parseState(schema, text);
}
