import type { ParsedState } from "../cli/parse_state.ts";
import { serializeState } from "../cli/parse_state.ts";
import { readStateFile } from "../cli/state_file.ts";
import type { Report } from "../cli/report.ts";
import { keepAside, removeDurably, writeDurably } from "../host/files.ts";
import type { State } from "./decide_trial.ts";
import { type Golden, parseGolden } from "./golden_state.ts";
import { noneRejected, parseRejected, type Rejected } from "./rejected_state.ts";
import { parseTrial, type Trial } from "./trial_state.ts";

/** The state files as they are, and what is wrong with them. */
export interface Look {
  readonly state: State;
  /** A file that cannot be acted upon, and why. */
  readonly troubles: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Reads the state; a file that is no valid state counts as missing and is told of. Changes nothing.
 *
 * @throws {Failure} when a file is there and cannot be read at all
 */
export function lookAtState(directory: string): Look {
  const troubles: { path: string; reason: string }[] = [];
  const read = <T>(name: string, parse: (text: string) => ParsedState<T>): T | undefined => {
    const path = `${directory}/${name}.json`;
    const parsed = readStateFile(path, parse);
    if (parsed?.kind === "corrupt") troubles.push({ path, reason: parsed.reason });
    return parsed?.kind === "valid" ? parsed.state : undefined;
  };
  const state = {
    trial: read<Trial>("trial", parseTrial),
    golden: read<Golden>("golden", parseGolden),
    rejected: read<Rejected>("rejected", parseRejected) ?? noneRejected,
  };
  return { state, troubles };
}

/**
 * Reads the state for a program that may act upon it: corrupt files are moved aside, so that they are
 * never read again and can be looked at. `isWhole` is false when there were any.
 *
 * @throws {Failure} when a file is there and cannot be read at all
 */
export function loadState(
  directory: string,
  bootId: string,
  report: Report,
): { readonly state: State; readonly isWhole: boolean } {
  const { state, troubles } = lookAtState(directory);
  for (const { path, reason } of troubles) {
    try {
      const aside = keepAside(path, bootId);
      report.error(`${path} is corrupt (${reason}): kept as ${aside}, not acted upon`);
    } catch (error) {
      report.error(`${path} is corrupt (${reason}) and stays: ${(error as Error).message}`);
    }
  }
  return { state, isWhole: troubles.length === 0 };
}

/** Replaces a state file as a whole, durably. */
export function writeState(
  directory: string,
  name: "trial" | "golden" | "rejected",
  state: Trial | Golden | Rejected,
): void {
  // Readable by all: `show-boot-status` is no secret.
  writeDurably(`${directory}/${name}.json`, serializeState(state), 0o644);
}

/** Ends the trial, durably. */
export function removeTrial(directory: string): void {
  removeDurably(`${directory}/trial.json`);
}
