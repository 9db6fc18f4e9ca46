import { writeToTerminal } from "../host/terminal.ts";

/**
 * Some lines of a terminal that are drawn again and again. Between two frames the cursor waits at the
 * beginning of the first of them. There it stays when the terminal is resized, whether that reflows
 * its lines or cuts them off, so that erasing what is below it erases these lines and nothing else.
 */
export class LiveArea {
  /** What is on the terminal; `undefined` when nothing is, and the cursor is shown. */
  #drawn: readonly string[] | undefined;

  /** Draws the lines, none of which may be wider than the terminal; false when that failed. */
  draw(lines: readonly string[], anew = false): boolean {
    const begin = this.#drawn === undefined ? "\x1b[?25l" : "";
    const bytes = begin + frame(anew ? [] : this.#drawn ?? [], lines);
    this.#drawn = lines;
    return bytes === "" || writeToTerminal(bytes);
  }

  /** Takes the lines off the terminal, and shows the cursor where the first one was. */
  clear(): void {
    if (this.#drawn === undefined) return;
    this.#drawn = undefined;
    writeToTerminal("\r\x1b[J\x1b[?7h\x1b[?25h");
  }

  /** Leaves these lines on the terminal instead, with the cursor below them. */
  finish(lines: readonly string[]): void {
    this.clear();
    writeToTerminal(unwrapped(lines.map((line) => `${line}\r\n`).join("")));
  }
}

/**
 * What turns the lines that are on the terminal into others, with the cursor at the first of them
 * before and after; empty when nothing has to change.
 */
export function frame(before: readonly string[], after: readonly string[]): string {
  const anew = before.length !== after.length;
  if (!anew && after.every((line, at) => line === before[at])) return "";
  const drawn = after.map((line, at) => !anew && line === before[at] ? "" : `${line}\x1b[K`);
  const up = after.length > 1 ? `\x1b[${after.length - 1}A` : "";
  return unwrapped(`\r${drawn.join("\r\n")}${anew ? "\x1b[J" : ""}${up}\r`);
}

/**
 * Lines that do not go on in the next row, even where the terminal takes a character for wider than
 * we do, as old ones take an emoji that is made of several.
 */
function unwrapped(text: string): string {
  return `\x1b[?7l${text}\x1b[?7h`;
}
