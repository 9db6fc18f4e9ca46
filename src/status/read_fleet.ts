import { usageFailure } from "../cli/failure.ts";
import { namesIn } from "../host/files.ts";
import { findPath, findState, type Found } from "./found.ts";
import { type HostReport, parseReport } from "./report_state.ts";

/**
 * Reads the reports of many hosts.
 *
 * @throws {Failure} (usage) when the directory cannot be read or has none
 */
export function readFleet(
  directory: string,
): readonly (readonly [name: string, report: Found<HostReport>])[] {
  const names = reportsIn(directory);
  if (names.length === 0) {
    throw usageFailure(
      `there is no report (*.json) in ${directory}`,
      "host-status --json > DIR/HOST.json on each host, or from each by ssh",
    );
  }
  return names.map((name) => [name, findState(`${directory}/${name}`, parseReport)]);
}

function reportsIn(directory: string): readonly string[] {
  try {
    // What is being copied has a name with a dot before, as rsync does it.
    const names = namesIn(directory).filter((name) => /^[^.].*\.json$/s.test(name));
    return names.filter((name) => findPath(`${directory}/${name}`).kind !== "missing");
  } catch (error) {
    if (error instanceof Error && error.name === "NotCapable") throw error;
    throw usageFailure(`cannot read ${directory}: ${(error as Error).message}`);
  }
}
