import { isInteractive } from "../host/environment.ts";
import { atEnd, writeToTerminal } from "../host/terminal.ts";
import { printable } from "../cli/printable.ts";

/** What a person said to a question; `cancel` is Ctrl-C or Escape. */
export type Said = "yes" | "no" | "cancel";

/**
 * Asks a person for yes or no, on standard error: the answer of the program may go to a pipe. Where
 * nobody can be asked, the fallback is what they said; it is also what Enter alone says.
 */
export async function confirmOnTerminal(message: string, fallback = false): Promise<Said> {
  if (!isInteractive()) return fallback ? "yes" : "no";
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
