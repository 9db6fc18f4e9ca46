import manifest from "../../deno.json" with { type: "json" };
import { forget } from "../host/environment.ts";
import { readText } from "../host/files.ts";
import {
  killRunning,
  ProcessError,
  ProgramMissingError,
  ProgramStartError,
} from "../host/process.ts";
import { ExitCode } from "./exit_code.ts";
import { Failure, usageFailure } from "./failure.ts";
import { helpText } from "./help.ts";
import { enable, type Options, parseCommandLine, parseConfig, settle, text } from "./options.ts";
import type { Values } from "./options.ts";
import { type Report, terminalReport } from "./report.ts";

/** A program a person types: what `--help` says of it and what it does. */
export interface Command<O extends Options> {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** The operands in words, as `[PATH...]`, with their meaning; none are allowed when absent. */
  readonly operands?: { readonly usage: string; readonly help: string };
  readonly options: O;
  /** Which exit codes it uses, and when; those of {@linkcode commonExits} only where it says more. */
  readonly exits: readonly (readonly [ExitCode, string])[];
  /** What else a person has to know, in paragraphs. */
  readonly details?: readonly string[];
  /** The configuration file it reads when there is one, and all that may stand in it. */
  readonly config: { readonly path: string; readonly options: Options };
  run(call: Call<O>): Promise<ExitCode>;
}

/** One run of a command. */
export interface Call<O extends Options> {
  readonly options: Values<O>;
  readonly operands: readonly string[];
  /** All that the configuration file sets, validated: more than this command's own options. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly report: Report;
  /** Has signals heard by the run itself, which then ends in order; `leave` ends the process at once. */
  onSignal(heard: (signal: EndingSignal, leave: () => never) => void): void;
}

/** Signals that end a run: its programs are killed with it, as Ctrl-C in a shell pipeline would. */
const endings = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: ExitCode.hungUp,
} as const;

/** A signal that ends a run. */
export type EndingSignal = keyof typeof endings;

/** The options every command has, on top of its own. */
export const commonOptions = {
  config: text("FILE", "read this configuration file", { flagOnly: true }),
  help: enable("show this text", { flagOnly: true }),
  version: enable("show the version", { flagOnly: true }),
} satisfies Options;

/**
 * What a git hook or alias leaves in the environment: it would make every git we start work on that
 * other repository. GPG_TTY would have a passphrase asked for on a terminal.
 */
export const foreignVariables = [
  ...["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR"],
  ...["GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX", "GPG_TTY"],
];

/** Runs a command with this process's arguments and ends the process. */
export async function main<O extends Options>(command: Command<O>): Promise<never> {
  forget(foreignVariables);
  const report = terminalReport();
  let hear: Parameters<Call<O>["onSignal"]>[0] = (_, leave) => leave();
  for (const [signal, code] of Object.entries(endings)) {
    Deno.addSignalListener(
      signal as EndingSignal,
      () => hear(signal as EndingSignal, () => leave(code)),
    );
  }
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    leave(bug(command, event.reason, report));
  });
  leave(await ending(command, Deno.args, report, (heard) => hear = heard));
}

/** Ends the process; no program it started may work on after its locks are gone. */
function leave(code: number): never {
  killRunning();
  Deno.exit(code);
}

/** Every way a run can end, as an exit code and its message. */
async function ending<O extends Options>(
  command: Command<O>,
  args: readonly string[],
  report: Report,
  onSignal: Call<O>["onSignal"],
): Promise<ExitCode> {
  try {
    return await perform(command, args, report, onSignal);
  } catch (error) {
    if (error instanceof Failure) {
      report.error(error.message);
      if (error.hint !== undefined) report.hint(error.hint);
      if (error.code === ExitCode.usage) report.hint(`${command.name} --help`);
      return error.code;
    }
    if (error instanceof ProgramMissingError) {
      report.error(error.message);
      report.hint(`install ${error.program} and put it on PATH`);
      return ExitCode.failed;
    }
    if (error instanceof ProcessError || error instanceof ProgramStartError) {
      report.error(error.message);
      return ExitCode.failed;
    }
    return bug(command, error, report);
  }
}

function bug<O extends Options>(command: Command<O>, error: unknown, report: Report): ExitCode {
  report.error(`this is a bug in ${command.name} ${manifest.version}`);
  report.error(error instanceof Error ? error.stack ?? error.message : String(error));
  return ExitCode.bug;
}

async function perform<O extends Options>(
  command: Command<O>,
  args: readonly string[],
  report: Report,
  onSignal: Call<O>["onSignal"],
): Promise<ExitCode> {
  const options = { ...command.options, ...commonOptions };
  const line = parseCommandLine(args, options);
  if (line.flags.help === true) {
    report.answer(helpText(command, commonOptions));
    return ExitCode.done;
  }
  if (line.flags.version === true) {
    report.answer(`${command.name} ${manifest.version}`);
    return ExitCode.done;
  }
  if (command.operands === undefined && line.operands.length > 0) {
    throw usageFailure(`unexpected argument ${JSON.stringify(line.operands[0])}`);
  }
  const config = readConfig(line.flags.config as string | undefined, command.config);
  return await command.run({
    options: settle(command.options, config, line.flags),
    operands: line.operands,
    config,
    report,
    onSignal,
  });
}

/** The configuration; only the default file may be missing. */
function readConfig(
  given: string | undefined,
  config: Command<Options>["config"],
): Readonly<Record<string, unknown>> {
  const path = given ?? config.path;
  let content: string | undefined;
  try {
    content = readText(path);
  } catch (error) {
    throw usageFailure(`cannot read configuration ${path}: ${(error as Error).message}`);
  }
  if (content === undefined) {
    if (given === undefined) return {};
    throw usageFailure(`cannot read configuration ${path}: no such file`);
  }
  return parseConfig(content, path, config.options);
}
