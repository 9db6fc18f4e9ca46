import { displayWidth, padTo } from "./display_width.ts";
import { printable } from "../cli/printable.ts";

/** Fewer columns than these are no place for a value beside its label. */
const leastForValues = 12;

/**
 * Rows of label and value, wrapped to a width in columns: the summary at the end. Values begin in one
 * column, or below their labels where there is no room beside them. A word that is wider than the
 * line stays whole, so that a path can be copied: the terminal wraps it. A width of 0 is none known,
 * as in a file, and wraps nothing.
 */
export function tableLines(
  rows: readonly (readonly [label: string, value: string])[],
  width: number,
): readonly string[] {
  const shown = rows.map(([label, value]) => [oneLine(label), printable(value)] as const);
  const labels = Math.max(0, ...shown.map(([label]) => displayWidth(label)));
  const room = width <= 0 ? Infinity : width;
  const beside = room - labels - 2 >= leastForValues;
  const indent = " ".repeat(beside ? labels + 2 : 2);
  return shown.flatMap(([label, value]) => {
    if (value === "") return [label];
    const lines = value.split("\n").flatMap((line) => wrapped(line, room - indent.length));
    return [
      ...(beside ? [] : [label]),
      ...lines.map((line, at) =>
        `${beside && at === 0 ? padTo(label, labels + 2) : indent}${line}`.trimEnd()
      ),
    ];
  });
}

function oneLine(label: string): string {
  return printable(label).replace(/[\n\t]+/g, " ");
}

/** A line broken at its spaces; those within a line stay as they are. */
function wrapped(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  for (const piece of line.replaceAll("\t", " ").match(/ *[^ ]+/g) ?? []) {
    if (current === "" || displayWidth(current + piece) <= columns) current += piece;
    else {
      lines.push(current);
      current = piece.trimStart();
    }
  }
  return [...lines, current];
}
