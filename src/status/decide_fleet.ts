import { judgeAge } from "./decide_age.ts";
import { worstFirst, worstOf } from "./decide_level.ts";
import { durationInWords, inShort } from "./decide_line.ts";
import type { Found } from "./found.ts";
import type { Area, HostReport, Level } from "./report_state.ts";

/** A host among others. */
export interface FleetRow {
  /** The file of its report, without its directory. */
  readonly file: string;
  /** As it calls itself; the file's name where nothing can be read. */
  readonly host: string;
  readonly level: Level;
  /** What is wrong with the report itself: it is old, or cannot be read. */
  readonly trouble: string | null;
  /** When it was made. */
  readonly time: string | null;
  readonly report: HostReport | null;
}

/** Many hosts: what `--fleet DIR --json` prints. */
export interface FleetReport {
  readonly schema: 1;
  readonly time: string;
  readonly level: Level;
  /** The worst first. */
  readonly hosts: readonly FleetRow[];
}

/** Puts the reports of many hosts side by side. */
export function decideFleet(
  files: readonly (readonly [name: string, report: Found<HostReport>])[],
  { now, staleAfter }: { readonly now: Date; readonly staleAfter: number },
): FleetReport {
  const hosts = files.map(([file, found]) => rowOf(file, found, now, staleAfter));
  hosts.sort((a, b) => worstFirst(a.level, b.level) || (a.host < b.host ? -1 : 1));
  return {
    schema: 1,
    time: now.toISOString(),
    level: worstOf(hosts.map(({ level }) => level)),
    hosts,
  };
}

function rowOf(file: string, found: Found<HostReport>, now: Date, staleAfter: number): FleetRow {
  if (found.kind !== "valid") {
    const nothing = { file, host: inShort(file.replace(/\.json$/, "")), time: null, report: null };
    return found.kind === "corrupt"
      ? { ...nothing, level: "bad", trouble: inShort(`${file} is corrupt: ${found.reason}`) }
      : { ...nothing, level: "unknown", trouble: inShort(`${file} may not be read by this user`) };
  }
  const { host, time, lines } = found.state;
  // By the lines: a file may say of itself what it likes.
  const own = worstOf(lines.map(({ level }) => level));
  const report = { ...found.state, level: own };
  const age = judgeAge(time, now, staleAfter);
  const trouble = age === "stale"
    ? `no report for more than ${durationInWords(staleAfter)}`
    : age === "future"
    ? "its report is of the future: look at its clock"
    : null;
  const level = trouble === null ? own : worstOf([own, "warning"]);
  return { file, host: inShort(host), level, trouble, time, report };
}

/** How an area of a host is: the worst of its lines. */
export function areaLevel({ report }: FleetRow, area: Area): Level {
  if (report === null) return "unknown";
  return worstOf(report.lines.filter((line) => line.area === area).map(({ level }) => level));
}
