import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { choice, enable, type Options, text } from "../cli/options.ts";
import { configRepoConfig } from "../config/config_file.ts";
import { repositoryOptions, runOptions, waitOption } from "../config/repository_options.ts";
import { upgradeOptions } from "../config/upgrade_options.ts";

/** What `auto-upgrade` takes. */
export const autoUpgradeOptions = {
  ...repositoryOptions,
  ...upgradeOptions,
  action: choice(["switch", "boot", "test"], "switch", "how a new system goes live", {
    flagOnly: true,
  }),
  noSwitch: enable("pull, build and check only", { flagOnly: true }),
  undo: enable("bring git and system back to where the last run began", { flagOnly: true }),
  pause: text("DURATION", "upgrade nothing for a while, as 90m, 2h or 3d", { flagOnly: true }),
  resume: enable("end a pause", { flagOnly: true }),
  ...waitOption,
  ...runOptions,
} satisfies Options;

/** `auto-upgrade`. */
export const autoUpgrade: Command<typeof autoUpgradeOptions> = {
  name: "auto-upgrade",
  summary: "Bring this host up to its configuration repository: pull, build, check, switch, watch.",
  options: autoUpgradeOptions,
  details: [
    "One system is built, checked, and that very path goes live. When it, or a unit that was well\n" +
    "before, fails, git and system go back together, and the commit is not tried again until the\n" +
    "remote or the files move. A run that was killed is finished or undone by the next one.",
    "An activation that fails is always undone; onValidationFailure is about checks and units.",
  ],
  exits: [
    [ExitCode.done, "upgraded, nothing new, quarantined, paused, or offline with a warning"],
    [ExitCode.failed, "failed; what runs is what ran before"],
    [ExitCode.usage, "wrong option, configuration or repository; nothing changed"],
    [ExitCode.needsPerson, "refused, changes collide, or a secret was found"],
    [ExitCode.degraded, "live, and units are not well; onValidationFailure is not rollback"],
    [ExitCode.rolledBack, "failed; git and system are where they were"],
    [ExitCode.rollbackFailed, "failed, and the way back failed as well"],
    [ExitCode.busy, "another run is at work"],
  ],
  config: configRepoConfig,
  run: async (call) => await (await import("./auto_upgrade_run.ts")).runAutoUpgrade(call),
};
