import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { goldenConfig, healthOptions, json, limitOptions, pathOptions } from "./golden_options.ts";

const { requiredUnits } = healthOptions;

/** What `show-boot-status` takes. */
export const bootStatusOptions = { ...json, ...pathOptions, ...limitOptions, requiredUnits };

/** `show-boot-status`. */
export const showBootStatus: Command<typeof bootStatusOptions> = {
  name: "show-boot-status",
  summary: "Show what is booted, on trial, golden and rejected, what boots next, and the health.",
  options: bootStatusOptions,
  exits: [
    [ExitCode.done, "shown, and all is well"],
    [ExitCode.failed, "a state file or the boot loader cannot be read"],
    [ExitCode.usage, "wrong option or configuration"],
    [ExitCode.needsPerson, "a generation failed and could not be replaced"],
    [ExitCode.degraded, "a required unit is not active"],
  ],
  config: goldenConfig,
  run: async (call) => await (await import("./show_boot_status_run.ts")).runBootStatus(call),
};
