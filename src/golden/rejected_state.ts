import type { ParsedState } from "../cli/parse_state.ts";
import {
  instant,
  list,
  oneOf,
  parseShaped,
  record,
  type Shaped,
  storePath,
  text,
} from "./schema_state.ts";

/** How many rejected toplevels are remembered. */
const length = 50;

const rejection = record({ path: storePath, time: instant, reason: text("a text") });

const rejected = record({
  schema: oneOf(1),
  /** Oldest first. */
  rejected: list(rejection, length),
});

/** A toplevel that failed its trial, and why. */
export type Rejection = Shaped<typeof rejection>;

/** What must not be deployed again: `rejected.json`. */
export type Rejected = Shaped<typeof rejected>;

/** Reads what was rejected. */
export function parseRejected(text: string): ParsedState<Rejected> {
  return parseShaped(rejected, text);
}

/** The rejection of a toplevel, if there is one. */
export function rejectionOf(rejected: Rejected, path: string): Rejection | undefined {
  return rejected.rejected.find((each) => each.path === path);
}

/** One more rejection; the oldest are forgotten when there are too many. */
export function withRejected(rejected: Rejected, rejection: Rejection): Rejected {
  const others = withoutRejected(rejected, rejection.path);
  return { ...others, rejected: [...others.rejected, rejection].slice(-length) };
}

/** The same without a toplevel. */
export function withoutRejected(rejected: Rejected, path: string): Rejected {
  return { ...rejected, rejected: rejected.rejected.filter((each) => each.path !== path) };
}

/** The start: nothing was ever rejected. */
export const noneRejected: Rejected = { schema: 1, rejected: [] };
