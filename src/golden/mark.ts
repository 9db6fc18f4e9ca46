import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable } from "../cli/options.ts";
import { goldenConfig, limitOptions, pathOptions } from "./golden_options.ts";

/** What `golden-mark-pending` takes. */
export const markOptions = {
  force: enable("put it on trial although it was rejected before, with all its chances", {
    flagOnly: true,
  }),
  ...pathOptions,
  ...limitOptions,
};

/** `golden-mark-pending`. */
export const goldenMarkPending: Command<typeof markOptions> = {
  name: "golden-mark-pending",
  summary: "Put a toplevel on trial before it becomes the default; refuse one that was rejected.",
  operands: {
    usage: "TOPLEVEL ACTION",
    help:
      "what NixOS's system.preSwitchChecks give: the system, and `switch` or `boot` (any other " +
      "action changes no boot and is let through)",
  },
  options: markOptions,
  exits: [
    [ExitCode.done, "on trial, golden already, or no lasting action"],
    [ExitCode.failed, "it cannot be put on trial: deploying it would be without protection"],
    [ExitCode.usage, "wrong option, operand or configuration"],
    [ExitCode.needsPerson, "it was rejected; --force gives it another trial"],
    [ExitCode.busy, "another golden program is at work"],
  ],
  details: [
    "A refusal stops the switch. nixos-rebuild has moved the profile by then: `rollback-to-golden`\n" +
    "moves it back. NIXOS_NO_CHECK=1 switches without any pre-switch check.",
  ],
  config: goldenConfig,
  run: async (call) => await (await import("./mark_run.ts")).runMark(call),
};
