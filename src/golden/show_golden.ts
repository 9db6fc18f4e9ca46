import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { goldenConfig, json, pathOptions } from "./golden_options.ts";

/** What `show-golden` takes. */
export const showGoldenOptions = { ...json, ...pathOptions };

/** `show-golden`. */
export const showGolden: Command<typeof showGoldenOptions> = {
  name: "show-golden",
  summary: "Show which generation is golden, since when, and whether it can be rolled back to.",
  options: showGoldenOptions,
  exits: [
    [ExitCode.done, "shown"],
    [ExitCode.failed, "nothing is golden, or it cannot be rolled back to"],
    [ExitCode.usage, "wrong option or configuration"],
  ],
  config: goldenConfig,
  run: async (call) => await (await import("./show_golden_run.ts")).runShowGolden(call),
};
