import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable, type Options } from "../cli/options.ts";
import { configRepoConfig } from "../config/config_file.ts";
import { systemOptions } from "../config/upgrade_options.ts";

/** What `upgrade-status` takes. */
export const upgradeStatusOptions = {
  ...systemOptions,
  json: enable("print the answer as JSON", { flagOnly: true }),
} satisfies Options;

/** `upgrade-status`. */
export const upgradeStatus: Command<typeof upgradeStatusOptions> = {
  name: "upgrade-status",
  summary: "Show what runs on this host, since when and how well, and how the last upgrades went.",
  options: upgradeStatusOptions,
  exits: [
    [ExitCode.done, "shown, and all is well"],
    [ExitCode.failed, "a state file cannot be read, or the metrics not written"],
    [ExitCode.usage, "wrong option or configuration"],
    [ExitCode.needsPerson, "the last run was refused, failed, or could not be rolled back"],
    [ExitCode.degraded, "units are not well since the last upgrade"],
  ],
  config: configRepoConfig,
  run: async (call) => await (await import("./upgrade_status_run.ts")).runUpgradeStatus(call),
};
