import { ExitCode } from "../cli/exit_code.ts";
import { Failure, usageFailure } from "../cli/failure.ts";
import { printable } from "../cli/printable.ts";
import type { Report } from "../cli/report.ts";
import { isInteractive } from "../host/environment.ts";
import { makeDirectory, parentOf, writeDurably } from "../host/files.ts";
import { atEnd, writeToTerminal } from "../host/terminal.ts";
import type { Audit, Variable } from "./audit.ts";
import { type Classes, classesPath, serializeClasses } from "./classes_state.ts";

/** Asks about each undecided variable and keeps each answer at once: whoever stops is asked the rest. */
export async function classify(found: Audit, classes: Classes, report: Report): Promise<ExitCode> {
  const undecided = found.variables.filter(({ proposal }) => proposal.class === "undecided");
  if (undecided.length === 0) {
    report.info("no variable is undecided");
    return ExitCode.done;
  }
  if (!isInteractive()) {
    throw usageFailure(
      `${undecided.length} variables are undecided, and there is no terminal to ask on`,
      `write ${classesPath} in the source: version = 1, and under [variables] ` +
        '"NAME" = "secret" or "config"',
    );
  }
  const path = `${found.source.directory}/${classesPath}`;
  let kept = classes;
  for (const [at, variable] of undecided.entries()) {
    const answer = await ask(variable, `${at + 1} of ${undecided.length}`);
    if (answer === "stop") {
      report.info(`stopped; ${undecided.length - at} are left undecided`);
      return ExitCode.done;
    }
    if (answer === "skip") continue;
    kept = new Map([...kept, [variable.name, answer]]);
    try {
      makeDirectory(parentOf(path), 0o755);
      writeDurably(path, serializeClasses(kept), 0o644);
    } catch (error) {
      throw new Failure(`cannot write ${path}: ${(error as Error).message}`, {
        hint: "this answer is not kept, those before it are; make the source writable for you",
        cause: error,
      });
    }
  }
  report.info(`kept in ${classesPath}; commit it, so that no host asks again`);
  return ExitCode.done;
}

async function ask(
  { name, proposal, uses, definitions }: Variable,
  count: string,
): Promise<"secret" | "config" | "skip" | "stop"> {
  const { select, isCancel } = await import("@clack/prompts");
  const files = [...new Set(uses.map(({ template }) => template.file.path))];
  const where = [
    ...definitions.map(({ file, line }) =>
      `defined ${file}${line === undefined ? "" : `:${line}`}`
    ),
    ...(files.length === 0 ? ["used nowhere"] : [`used ${files.slice(0, 4).join(", ")}`]),
  ].join("; ");
  // The prompt hides the cursor, and leaves it so when a signal ends the process.
  const callOff = atEnd(() => void writeToTerminal("\x1b[?25h\r\n"));
  const answer = await select({
    message: printable(`${count}: ${name}: ${proposal.reason} (${where})`),
    options: [
      { value: "secret" as const, label: "secret: nobody else may read it" },
      { value: "config" as const, label: "config: it may be in the repository" },
      { value: "skip" as const, label: "ask me another time" },
    ],
    // deno-lint-ignore no-process-global
    output: process.stderr,
  }).finally(callOff);
  return isCancel(answer) ? "stop" : answer;
}
