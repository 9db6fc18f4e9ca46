import type { ParsedState } from "../cli/parse_state.ts";
import { serializeState } from "../cli/parse_state.ts";
import { Failure } from "../cli/failure.ts";
import type { Report } from "../cli/report.ts";
import { keepAside, lstat, readText, removeDurably, writeDurably } from "../host/files.ts";
import type { State } from "./decide_trial.ts";
import { type Golden, parseGolden } from "./golden_state.ts";
import { noneRejected, parseRejected, type Rejected } from "./rejected_state.ts";
import { parseTrial, type Trial } from "./trial_state.ts";

/** More than any state file ever has, in bytes. */
const greatestSize = 1024 * 1024;

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
    const parsed = readParsed(path, parse);
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

function readParsed<T>(
  path: string,
  parse: (text: string) => ParsedState<T>,
): ParsedState<T> | undefined {
  const info = readable(path, lstat);
  if (info === undefined) return undefined;
  if (!info.isFile) return { kind: "corrupt", reason: "it is no regular file" };
  if (info.size > greatestSize) {
    return { kind: "corrupt", reason: `it has ${info.size} bytes, more than any state` };
  }
  const text = readable(path, readText);
  return text === undefined ? undefined : parse(text);
}

function readable<T>(path: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (error) {
    throw new Failure(`cannot read ${path}: ${(error as Error).message}`, {
      hint: "nothing was done; `sudo` may help, else look at the disk",
      cause: error,
    });
  }
}
