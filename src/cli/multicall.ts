import manifest from "../../deno.json" with { type: "json" };
import { ExitCode } from "./exit_code.ts";
import { calledByLink } from "../host/environment.ts";
import type { Report } from "./report.ts";

/** The name of the binary that holds all programs. */
export const multicallName = "holdfast";

/**
 * Starts the program that a binary of many was called as: by a link of its name. Called by its own
 * name it only says which there are.
 *
 * @param calledAs what stands before the arguments on the command line, with or without a directory
 * @param programs by name, what starts each
 */
export async function startProgram(
  calledAs: string,
  args: readonly string[],
  programs: Readonly<Record<string, () => Promise<unknown>>>,
  report: Report,
): Promise<ExitCode> {
  const name = calledAs.slice(calledAs.lastIndexOf("/") + 1);
  if (Object.hasOwn(programs, name)) {
    calledByLink(name);
    await programs[name]?.();
    return ExitCode.done;
  }
  if (args[0] === "--version") {
    report.answer(`${multicallName} ${manifest.version}`);
    return ExitCode.done;
  }
  if (args[0] === "--help") {
    report.answer(usage(Object.keys(programs)));
    return ExitCode.done;
  }
  report.error(`${JSON.stringify(name)} is not the name of a program`);
  report.hint(`call it by a link of a program's name: ${multicallName} --help lists them`);
  return ExitCode.usage;
}

function usage(names: readonly string[]): string {
  return [
    "All programs of Holdfast in one binary: the name it is called by says which.",
    `Usage: ln -s ${multicallName} PROGRAM; ./PROGRAM --help`,
    `Programs:\n${names.map((name) => `  ${name}`).join("\n")}`,
  ].join("\n\n");
}
