import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { runCheck } from "./check_run.ts";
import { actionOptions, goldenConfig, limitOptions, pathOptions } from "./golden_options.ts";

/** What `golden-boot-check` takes. */
export const checkOptions = { ...pathOptions, ...limitOptions, ...actionOptions };

/** `golden-boot-check`. */
export const goldenBootCheck: Command<typeof checkOptions> = {
  name: "golden-boot-check",
  summary: "In early boot: count this boot of a generation on trial, or roll back to golden.",
  options: checkOptions,
  exits: [
    [ExitCode.done, "counted, or nothing is on trial"],
    [ExitCode.failed, "nothing could be recorded, or the target failed and cannot be replaced"],
    [ExitCode.usage, "wrong option or configuration"],
    [ExitCode.rolledBack, "golden is the default again, and the reboot was asked for"],
    [ExitCode.rollbackFailed, "a step of the rollback failed: the boot goes on"],
    [ExitCode.busy, "another golden program was at work for minutes: nothing was counted"],
  ],
  config: goldenConfig,
  // Not loaded lazily: in early boot there is no other use for this program.
  run: runCheck,
};
