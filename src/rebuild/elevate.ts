import { isWritable, parentOf } from "../host/files.ts";
import { ownCommandLine, userId } from "../host/environment.ts";
import { ProgramMissingError, runOnTerminal } from "../host/process.ts";
import type { Call } from "../cli/command.ts";
import type { ExitCode } from "../cli/exit_code.ts";
import { usageFailure } from "../cli/failure.ts";
import type { RebuildOptions, rebuildSmartOptions } from "./rebuild.ts";

/** Whether this user may make a system live. */
export function mayActivate({ profile }: RebuildOptions): boolean {
  return userId() === 0 || isWritable(parentOf(profile));
}

/**
 * Starts this very program as root and returns how it ended. Only that one knows the way back for all
 * of it; git and the dotfiles go on as the people they belong to.
 *
 * @throws {Failure} (usage) when nothing is there to become root by
 */
export async function elevate(
  { options: { elevateCommand }, onSignal }: Pick<
    Call<typeof rebuildSmartOptions>,
    "options" | "onSignal"
  >,
): Promise<ExitCode> {
  try {
    const argv = [...elevateCommand, "--", ...ownCommandLine()];
    return await runOnTerminal({ argv }, (passOn) => {
      // The keyboard's own signal reaches the whole group.
      onSignal((signal) => signal === "SIGINT" ? undefined : passOn(signal));
    }) as ExitCode;
  } catch (error) {
    if (!(error instanceof ProgramMissingError)) throw error;
    throw usageFailure(
      `only root can make a system live, and ${elevateCommand[0]} is not there to become root by`,
      "run this as root",
    );
  }
}
