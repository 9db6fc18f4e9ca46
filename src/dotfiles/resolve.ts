import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable, text } from "../cli/options.ts";
import { dotfilesConfig, sharedOptions, syncOptions } from "./sync_options.ts";

/** The options of `chezmoi-resolve`. */
export const resolveOptions = {
  take: text("local|remote|union|HOST", "whose text wins where edits collide", { flagOnly: true }),
  mergeTool: enable("open the merge tool that git is configured with", { flagOnly: true }),
  ...sharedOptions,
  secretGate: syncOptions.secretGate,
};

/** `chezmoi-resolve`. */
export const chezmoiResolve: Command<typeof resolveOptions> = {
  name: "chezmoi-resolve",
  summary: "Resolve dotfiles that two hosts edited in the same place, on any host.",
  operands: {
    usage: "[PATH...]",
    help: "PATH is a file in the home, or its source; all that is parked when none is given",
  },
  options: resolveOptions,
  details: [
    "With --take, only colliding hunks are decided: `remote` takes the shared branch's text, `local`\n" +
    "this host's, `union` both, HOST the text that host has parked. Without it, a terminal is asked.\n" +
    "The result is pushed, and every host takes it over with its next sync.",
  ],
  exits: [
    [ExitCode.done, "resolved, or nothing is parked"],
    [ExitCode.failed, "failed, nothing lost"],
    [ExitCode.usage, "wrong option, path or environment; nothing changed"],
    [ExitCode.needsPerson, "something is still parked, or a secret was found"],
    [ExitCode.busy, "a sync is running"],
  ],
  config: dotfilesConfig,
  run: async (call) => await (await import("./resolve_run.ts")).runResolve(call),
};
