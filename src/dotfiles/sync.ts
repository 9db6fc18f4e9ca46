import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { dotfilesConfig, syncOptions } from "./sync_options.ts";

/** `chezmoi-sync`. */
export const chezmoiSync: Command<typeof syncOptions> = {
  name: "chezmoi-sync",
  summary: "Sync one person's chezmoi dotfiles over many hosts; no edit is lost, nothing blocks.",
  options: syncOptions,
  details: [
    "Edits in the home are captured, merged with those of other hosts and pushed; what came in is\n" +
    "applied to the home. Files that two hosts edited in the same place are parked: each host keeps\n" +
    "its own text until `chezmoi-resolve`, and all other files sync.",
  ],
  exits: [
    [ExitCode.done, "synced, nothing to do, or offline with a warning"],
    [ExitCode.failed, "failed, nothing lost"],
    [ExitCode.usage, "wrong option, configuration or environment; nothing changed"],
    [
      ExitCode.needsPerson,
      "a conflict is parked on this host, the source was refused, or a secret was found",
    ],
    [ExitCode.busy, "another sync is running"],
  ],
  config: dotfilesConfig,
  // Most of the program is loaded when it is needed: `--version` and `--help` are not kept waiting.
  run: async (call) => await (await import("./sync_run.ts")).runSync(call),
};
