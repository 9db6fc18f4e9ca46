import { usageFailure } from "../cli/failure.ts";
import type { Report } from "../cli/report.ts";
import { now } from "../host/clock.ts";
import { keepAside, readText, writeDurably } from "../host/files.ts";
import { type HomeState, parseHomeState } from "./home_state.ts";
import { type ParsedState, serializeState } from "../cli/parse_state.ts";
import type { Settings } from "./settings.ts";

/** Where the record of what the home holds is. */
export function homeStatePath(stateDirectory: string): string {
  return `${stateDirectory}/home.json`;
}

/** The record as it is on disk; `undefined` when there is none yet. */
export function readHomeState(
  stateDirectory: string,
): ParsedState<HomeState> | undefined {
  const text = readText(homeStatePath(stateDirectory));
  return text === undefined ? undefined : parseHomeState(text);
}

/** Replaces the record, durably. */
export function writeHomeState(stateDirectory: string, state: HomeState): void {
  writeDurably(homeStatePath(stateDirectory), serializeState(state));
}

/**
 * The record of this source; a corrupt one is kept aside and not acted upon.
 *
 * @throws {Failure} (usage) when the state directory is another source's
 */
export function loadState(
  settings: Settings,
  report: Report,
): HomeState | undefined {
  const path = homeStatePath(settings.stateDirectory);
  const read = readHomeState(settings.stateDirectory);
  if (read === undefined) return undefined;
  if (read.kind === "corrupt") {
    const aside = keepAside(path, now().toISOString());
    report.warn(`the record ${path} is corrupt (${read.reason}): kept as ${aside}, starting anew`);
    return undefined;
  }
  if (read.state.source !== settings.source) {
    throw usageFailure(
      `${settings.stateDirectory} has the record of another source: ${read.state.source}, ` +
        `not ${settings.source}`,
      "give each source a state directory of its own with --state-dir",
    );
  }
  return read.state;
}
