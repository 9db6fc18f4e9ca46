import measure from "fast-string-truncated-width";

/** How many columns a line takes on a terminal. */
export function displayWidth(line: string): number {
  return measure(line).width;
}

/**
 * A line that takes no more than some columns; where something is missing there is the mark, if it
 * fits.
 */
export function cutTo(line: string, columns: number, mark: string): string {
  if (columns <= 0) return "";
  if (displayWidth(line) <= columns) return line;
  const end = displayWidth(mark) > columns ? "" : mark;
  const room = columns - displayWidth(end);
  // Where the library would cut: near the right place, but up to some columns too late after the
  // likes of a check mark, and between a letter and its accent. Intl.Segmenter and expressions of
  // our own know better, for 3 to 4 MB.
  let kept = line.slice(0, measure(line, { limit: room }).index);
  while (displayWidth(kept) > room) kept = kept.slice(0, -1);
  kept = kept.replace(/[\ud800-\udbff]$/, "");
  for (const next of line.slice(kept.length)) {
    if (displayWidth(kept + next) > room) break;
    kept += next;
  }
  return kept.trimEnd() + end;
}

/** A text filled up with spaces to some columns. */
export function padTo(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}
