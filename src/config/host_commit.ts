import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable, type Options, text } from "../cli/options.ts";
import { commitOptions, configRepoConfig } from "./config_file.ts";
import { repositoryOptions, runOptions, waitOption } from "./repository_options.ts";

/** What `host-commit` takes. */
export const hostCommitOptions = {
  ...repositoryOptions,
  ...commitOptions,
  push: enable("push, whatever autoPush says", { flagOnly: true }),
  noPush: enable("do not push, whatever autoPush says", { flagOnly: true }),
  message: text("TEXT", "the commit's message", {
    flagOnly: true,
    fallbackText: "who, when and what",
  }),
  ...waitOption,
  ...runOptions,
} satisfies Options;

/** `host-commit`. */
export const hostCommit: Command<typeof hostCommitOptions> = {
  name: "host-commit",
  summary: "Commit what changed in this host's configuration repository, and push it.",
  options: hostCommitOptions,
  details: [
    "All that differs from HEAD is committed, new files too but for ignored ones. Before anything is\n" +
    "pushed it is searched for secrets: one that is found blocks the push, and the commit stays here.\n" +
    "When another host pushed first, its commits are taken over and the push is tried again.",
    "What a run replaces is kept under refs/holdfast/autosave: `git stash apply REF` brings it back.",
  ],
  exits: [
    [ExitCode.done, "committed, pushed, nothing to do, or offline with a warning"],
    [ExitCode.failed, "failed, nothing lost"],
    [ExitCode.usage, "wrong option, configuration or repository; nothing changed"],
    [ExitCode.needsPerson, "refused, a secret was found, or changes collide"],
    [ExitCode.busy, "another run is at work in the repository"],
  ],
  config: configRepoConfig,
  // `--version` and `--help` are not kept waiting.
  run: async (call) => await (await import("./host_commit_run.ts")).runHostCommit(call),
};
