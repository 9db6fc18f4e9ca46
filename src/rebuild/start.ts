import type { Call } from "../cli/command.ts";
import type { ExitCode } from "../cli/exit_code.ts";
import { usageFailure } from "../cli/failure.ts";
import { isInteractive } from "../host/environment.ts";
import { elevate, mayActivate } from "./elevate.ts";
import type { RebuildOptions, rebuildSmartOptions } from "./rebuild.ts";

/**
 * Does what `rebuild-smart` was called for. Most of the program is loaded once it is clear that this
 * process is the one that does it, and not merely starts another one as root.
 */
export async function runRebuild(call: Call<typeof rebuildSmartOptions>): Promise<ExitCode> {
  const { options, operands } = call;
  refuseContradictions(options, operands);
  const number = parseNumber(operands);
  if (options.history) {
    const { tellHistory } = await import("./rollback.ts");
    return tellHistory(call);
  }
  if (!options.dryRun && !mayActivate(options)) {
    return await elevate(call);
  }
  const { runListed } = await import("./rebuild_run.ts");
  return await runListed(call, number);
}

function refuseContradictions(options: RebuildOptions, operands: readonly string[]): void {
  const { rollback, history, dryRun, interactive } = options;
  const together = (what: string, both: boolean): void => {
    if (both) throw usageFailure(`${what} exclude each other`);
  };
  together("--rollback and --history", rollback && history);
  together("--rollback and --dry-run", rollback && dryRun);
  together("--interactive and --json", interactive && options.json);
  if (operands.length > 0 && !rollback) {
    throw usageFailure(
      `unexpected argument ${JSON.stringify(operands[0])}`,
      "a number goes with --rollback",
    );
  }
  if (interactive && !dryRun && !isInteractive()) {
    throw usageFailure("--interactive needs a terminal to ask on");
  }
  if (!options.stateDir.startsWith("/")) {
    throw usageFailure(`stateDir ${JSON.stringify(options.stateDir)} should be an absolute path`);
  }
}

/** The number of a system in the history. */
function parseNumber(operands: readonly string[]): number | undefined {
  const [given, ...others] = operands;
  if (others.length > 0) throw usageFailure(`unexpected argument ${JSON.stringify(others[0])}`);
  if (given === undefined) return undefined;
  if (/^\d{1,4}$/.test(given)) return Number(given);
  throw usageFailure(`${JSON.stringify(given)} should be a number, as --history shows them`);
}
