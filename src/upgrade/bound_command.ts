import type { BoundCommand } from "../cli/bound_commands.ts";
import { capture, ProgramMissingError } from "../host/process.ts";
import type { Owner } from "../programs/git_repository.ts";

/** Runs a command of the configuration; returns why it failed, or nothing. */
export async function whyFailed(
  { argv, timeoutSeconds }: BoundCommand,
  places: Readonly<Record<string, string>> = {},
  { as, env, hear }: {
    readonly as?: Owner | undefined;
    readonly env?: Readonly<Record<string, string>>;
    readonly hear?: ((line: string) => void) | undefined;
  } = {},
): Promise<string | undefined> {
  try {
    const output = await capture({
      argv: filled(argv, places),
      env: { ...as?.env, ...env },
      timeout: timeoutSeconds * 1000,
      as,
      hear,
    });
    if (output.timedOut) return `it did not end within ${timeoutSeconds} s`;
    if (output.status === 0) return undefined;
    return `exit status ${output.status}${inShort(output.stderr || output.stdout)}`;
  } catch (error) {
    if (error instanceof ProgramMissingError) return error.message;
    throw error;
  }
}

/** A command line with its places filled in: `{toplevel}` and the like. */
export function filled(
  argv: readonly string[],
  places: Readonly<Record<string, string>>,
): readonly string[] {
  return argv.map((each) => each.replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole));
}

/** The end of what a program said, in one line. */
export function inShort(said: string): string {
  const lines = said.trim().split("\n").slice(-3).join(" / ").replaceAll(/\s+/g, " ");
  return lines === "" ? "" : `: ${lines.slice(-400)}`;
}
