import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { text } from "../cli/options.ts";
import { actionOptions, goldenConfig, json, pathOptions } from "./golden_options.ts";

/** What `pin-golden` takes. */
export const pinOptions = {
  generation: text("N", "pin this generation of the system profile", { flagOnly: true }),
  path: text("PATH", "pin this toplevel, or what this link leads to", { flagOnly: true }),
  ...json,
  ...pathOptions,
  ...actionOptions,
};

/** `pin-golden`. */
export const pinGolden: Command<typeof pinOptions> = {
  name: "pin-golden",
  summary: "Vouch for a generation: a failed update is replaced by it from now on.",
  options: pinOptions,
  exits: [
    [ExitCode.done, "pinned, or golden already"],
    [ExitCode.failed, "it could not be recorded; what was golden before still is"],
    [ExitCode.usage, "wrong option or configuration, no such generation, or not root"],
    [ExitCode.busy, "another golden program is at work"],
  ],
  details: [
    "Without an option it is the system this boot started with. Pinning keeps it from the garbage\n" +
    "collector and ends its trial or its rejection.",
  ],
  config: goldenConfig,
  run: async (call) => await (await import("./pin_run.ts")).runPin(call),
};
