import type { ParsedState } from "../cli/parse_state.ts";
import {
  bootId,
  instant,
  nullable,
  oneOf,
  parseShaped,
  record,
  type Shaped,
  storePath,
  text,
  whole,
} from "./schema_state.ts";

const golden = record({
  schema: oneOf(1),
  /** The toplevel, which is what a rollback installs. */
  path: storePath,
  /** The toplevel it is a specialisation of. */
  parent: nullable(storePath),
  specialisation: nullable(text("a name")),
  /** The profile's number for it when it was pinned; for people, since numbers come and go. */
  generation: nullable(whole(0, Number.MAX_SAFE_INTEGER)),
  pinnedAt: instant,
  /** The boot that was validated; null when a person vouched for it. */
  bootId: nullable(bootId),
});

/** The last generation that was proven good: `golden.json`. */
export type Golden = Shaped<typeof golden>;

/** Reads what is golden. */
export function parseGolden(text: string): ParsedState<Golden> {
  return parseShaped(golden, text);
}
