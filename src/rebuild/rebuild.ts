import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable, type Options, type Values } from "../cli/options.ts";
import { configRepoConfig } from "../config/config_file.ts";
import { rebuildOptions } from "../config/rebuild_options.ts";
import { repositoryOptions, runOptions, waitOption } from "../config/repository_options.ts";
import { deployOptions } from "../config/upgrade_options.ts";

/** What `rebuild-smart` takes. */
export const rebuildSmartOptions = {
  skipUpstream: enable("do not pull", { flagOnly: true }),
  skipUpdate: enable("do not update the inputs, also where the configuration says so", {
    flagOnly: true,
  }),
  interactive: enable("ask before each phase, and show what it is about to apply", {
    flagOnly: true,
  }),
  rollback: enable("bring git and system back to where the last run began, or to number N", {
    flagOnly: true,
  }),
  history: enable("list the systems that --rollback N goes back to", { flagOnly: true }),
  ...repositoryOptions,
  ...rebuildOptions,
  ...deployOptions,
  ...waitOption,
  ...runOptions,
} satisfies Options;

/** The options of one run. */
export type RebuildOptions = Values<typeof rebuildSmartOptions>;

/** `rebuild-smart`. */
export const rebuildSmart: Command<typeof rebuildSmartOptions> = {
  name: "rebuild-smart",
  summary: "Pull, sync, update, rebuild, check and push: one command, on any host, online or not.",
  operands: { usage: "[N]", help: "N: with --rollback, a number that --history shows" },
  options: rebuildSmartOptions,
  details: [
    "Eight phases. Only Preparation and NixOS Rebuild can fail the run: any other one that fails is\n" +
    "told of, and the run goes on with what is here. A rebuild that fails brings repository, secrets\n" +
    "and system back to where they were; dotfiles are exchanged with other hosts only when it is well.",
    "Without the network it works offline by itself. Ctrl-C ends a run in order; a second one at\n" +
    "once, and the next run then brings it to an end. A lost terminal does not stop it.",
  ],
  exits: [
    [ExitCode.done, "rebuilt, nothing new, or offline with a warning"],
    [ExitCode.failed, "failed, or declined; what runs is what ran before"],
    [ExitCode.usage, "wrong option, configuration or repository; nothing changed"],
    [ExitCode.needsPerson, "done as far as it goes: changes collide, or a secret was found"],
    [ExitCode.degraded, "live, and units are not well; onValidationFailure is not rollback"],
    [ExitCode.rolledBack, "the rebuild failed; git and system are where they were"],
    [ExitCode.rollbackFailed, "failed, and the way back failed as well"],
    [ExitCode.busy, "another run is at work"],
    [ExitCode.interrupted, "Ctrl-C: ended in order"],
    [ExitCode.terminated, "SIGTERM: ended in order"],
  ],
  config: configRepoConfig,
  run: async (call) => await (await import("./start.ts")).runRebuild(call),
};
