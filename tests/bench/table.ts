import type { Row } from "./bench.ts";

/** The rows for a person: medians, the ratio with its quartiles, and whether it is good enough. */
export function tableOf(rows: readonly Row[], runs: number): string {
  const cells = rows.map((row) => [
    `${row.what} (${row.runtime})`,
    `${row.ours.toFixed(0)} ${row.unit}`,
    `${row.floor.toFixed(0)} ${row.unit}`,
    row.against,
    row.ratio.toFixed(2),
    `${row.quartiles[0].toFixed(2)}-${row.quartiles[1].toFixed(2)}`,
    row.target === null ? "" : `<= ${row.target}`,
    row.met === null ? "" : row.met ? "yes" : "NO",
  ]);
  const head = ["what", "median", "floor", "of", "ratio", "quartiles", "target", "met"];
  const all = [head, ...cells];
  const widths = head.map((_, at) => Math.max(...all.map((row) => row[at]?.length ?? 0)));
  const lines = all.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("  "));
  const note = `Medians of ${runs} pairs; a ratio is the median of the pairs' ratios.`;
  return [...lines.map((line) => line.trimEnd()), "", note].join("\n");
}
