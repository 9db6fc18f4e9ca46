import { type Golden, parseGolden } from "../golden/golden_state.ts";
import { parseRejected, type Rejected } from "../golden/rejected_state.ts";
import { parseTrial, type Trial } from "../golden/trial_state.ts";
import { findPath, findState, type Found, type PathFound } from "./found.ts";

/** What the state directory of the golden generation holds. */
export interface GoldenFacts {
  readonly place: string;
  readonly directory: PathFound["kind"];
  readonly golden: Found<Golden>;
  readonly trial: Found<Trial>;
  readonly rejected: Found<Rejected>;
}

/** Looks into the state directory of the golden generation. */
export function readGolden(place: string): GoldenFacts {
  return {
    place,
    directory: findPath(place).kind,
    golden: findState<Golden>(`${place}/golden.json`, parseGolden),
    trial: findState<Trial>(`${place}/trial.json`, parseTrial),
    rejected: findState<Rejected>(`${place}/rejected.json`, parseRejected),
  };
}
