import type { Colours } from "../cli/report.ts";
import { displayWidth, padTo } from "../terminal/display_width.ts";
import { tableLines } from "../terminal/summary_table.ts";
import { ageInWords } from "./decide_age.ts";
import { areaLevel, type FleetReport, type FleetRow } from "./decide_fleet.ts";
import { inWords } from "./decide_level.ts";
import { areas, type HostReport, levels, type Line } from "./report_state.ts";

/** The colour of each level on a terminal. */
export const levelColours: Colours = {
  bad: "1;31",
  warning: "33",
  unknown: "36",
  ok: "32",
  unused: "2",
};

const widest = Math.max(...levels.map((level) => level.length));

/** The report of a host for a terminal of some columns; 0 is none. */
export function hostText(report: HostReport, now: Date, columns: number): string {
  const { host, level, lines } = report;
  return [
    `${host}: ${inWords[level]}`,
    ...tableLines(lines.map((each) => rowOf(each, now)), columns),
  ]
    .join("\n");
}

/** Many hosts for a terminal: a table, then what is wrong with each. */
export function fleetText({ hosts }: FleetReport, now: Date, columns: number): string {
  const cells = hosts.map((row) => [
    row.level,
    row.host,
    ...areas.map((area) => areaLevel(row, area)),
    row.time === null ? "never" : ageInWords(row.time, now),
  ]);
  const table = [["", "host", ...areas, "reported"], ...cells];
  const widths = table[0]?.map((_, at) =>
    Math.max(...table.map((row) => displayWidth(row[at] ?? "")))
  );
  const grid = table.map((row) =>
    row.map((cell, at) => padTo(cell, widths?.[at] ?? 0)).join("  ").trimEnd()
  );
  const troubles = hosts.flatMap((row) => troublesOf(row, now, columns));
  return [...grid, ...(troubles.length === 0 ? [] : ["", ...troubles])].join("\n");
}

function troublesOf({ host, trouble, report }: FleetRow, now: Date, columns: number): string[] {
  const wrong = (report?.lines ?? []).filter(({ level }) => !["ok", "unused"].includes(level));
  if (trouble === null && wrong.length === 0) return [];
  const rows = wrong.map((line) => rowOf(line, now));
  return [
    `${host}${trouble === null ? "" : `: ${trouble}`}`,
    ...tableLines(rows, columns),
  ];
}

function rowOf(line: Line, now: Date): readonly [string, string] {
  const { level, area, place, says, hint, at, running } = line;
  return [
    `${level.padEnd(widest)}  ${area}`,
    [
      `${says}${at === null ? "" : ` (${ageInWords(at, now)})`}`,
      ...(place === null ? [] : [`in ${place}`]),
      ...(running === null ? [] : [`under way: ${running}`]),
      ...(hint === null || level === "ok" ? [] : [`do: ${hint}`]),
    ].join("\n"),
  ];
}
