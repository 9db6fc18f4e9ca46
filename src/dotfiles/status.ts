import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { dotfilesConfig, sharedOptions } from "./sync_options.ts";

/** `chezmoi-status`. */
export const chezmoiStatus: Command<typeof sharedOptions> = {
  name: "chezmoi-status",
  summary: "Show how the last sync went and what the next one would do; asks no remote.",
  options: sharedOptions,
  exits: [
    [ExitCode.done, "shown"],
    [ExitCode.failed, "failed"],
    [ExitCode.usage, "wrong option or environment, or never synced"],
  ],
  config: dotfilesConfig,
  run: async (call) => await (await import("./status_run.ts")).runStatus(call),
};
