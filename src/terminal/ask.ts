import { environment, isInteractive } from "../host/environment.ts";
import { atEnd, readTyped, terminalSize, writeToTerminal } from "../host/terminal.ts";
import { printable } from "../cli/printable.ts";

/** What a person said to a question; `cancel` is Ctrl-C or Escape. */
export type Said = "yes" | "no" | "cancel";

/**
 * Asks a person for yes or no, on standard error: the answer of the program may go to a pipe. Where
 * nobody can be asked, the fallback is what they said; it is also what Enter alone says.
 */
export async function confirmOnTerminal(message: string, fallback = false): Promise<Said> {
  if (!isInteractive()) return fallback ? "yes" : "no";
  if (terminalSize() === undefined || environment("TERM") === "dumb") {
    return await askPlainly(message, fallback);
  }
  const { confirm, isCancel } = await import("@clack/prompts");
  // The prompt hides the cursor, and leaves it so when a signal ends the process.
  const callOff = atEnd(() => void writeToTerminal("\x1b[?25h\r\n"));
  const said = await confirm({
    message: printable(message),
    initialValue: fallback,
    // deno-lint-ignore no-process-global
    output: process.stderr,
  }).finally(callOff);
  return isCancel(said) ? "cancel" : said ? "yes" : "no";
}

/** The same on a serial console, where nothing can be drawn. */
async function askPlainly(message: string, fallback: boolean): Promise<Said> {
  writeToTerminal(`${printable(message)} ${fallback ? "[Y/n]" : "[y/N]"} `);
  const said = (await readTyped())?.trim().toLowerCase();
  if (said === undefined) return "cancel";
  return said === "" ? (fallback ? "yes" : "no") : ["y", "yes"].includes(said) ? "yes" : "no";
}
