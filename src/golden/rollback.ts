import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable } from "../cli/options.ts";
import { actionOptions, goldenConfig, json, pathOptions } from "./golden_options.ts";

/** What `rollback-to-golden` takes. */
export const rollbackOptions = {
  reboot: enable("reboot into golden when it is the default", { flagOnly: true }),
  yes: enable("do not ask", { flagOnly: true }),
  dryRun: enable("say what would be done, change nothing", { flagOnly: true }),
  ...json,
  ...pathOptions,
  ...actionOptions,
};

/** `rollback-to-golden`. */
export const rollbackToGolden: Command<typeof rollbackOptions> = {
  name: "rollback-to-golden",
  summary: "Make golden the profile's newest generation and the boot loader's default.",
  options: rollbackOptions,
  exits: [
    [ExitCode.done, "golden is what boots next, or nothing was to be done"],
    [ExitCode.failed, "nothing was changed"],
    [ExitCode.usage, "wrong option or configuration, or not root"],
    [ExitCode.needsPerson, "no golden to roll back to, or nobody said yes"],
    [ExitCode.rollbackFailed, "a step failed: the message says what stands"],
    [ExitCode.busy, "another golden program is at work"],
  ],
  details: [
    "What is left behind is rejected: it is refused by golden-mark-pending from then on. The next\n" +
    "boot verifies that it is golden, and tries again where it is not.",
  ],
  config: goldenConfig,
  run: async (call) => await (await import("./rollback_run.ts")).runRollback(call),
};
