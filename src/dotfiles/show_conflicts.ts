import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable } from "../cli/options.ts";
import { dotfilesConfig, sharedOptions } from "./sync_options.ts";

/** The options of `chezmoi-show-conflicts`. */
export const showConflictsOptions = {
  diff: enable("show in full what each side changed", { flagOnly: true }),
  ...sharedOptions,
};

/** `chezmoi-show-conflicts`. */
export const chezmoiShowConflicts: Command<typeof showConflictsOptions> = {
  name: "chezmoi-show-conflicts",
  summary: "Show every dotfile that is parked on some host, as of the last sync, with both sides.",
  options: showConflictsOptions,
  details: ["Resolve them on any host: chezmoi-resolve."],
  exits: [
    [ExitCode.done, "nothing is parked"],
    [ExitCode.failed, "failed"],
    [ExitCode.usage, "wrong option or environment"],
    [ExitCode.needsPerson, "something is parked"],
  ],
  config: dotfilesConfig,
  run: async (call) => await (await import("./show_conflicts_run.ts")).runShowConflicts(call),
};
