import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable, type Options, textOr } from "../cli/options.ts";

/** Where things are. All else the manifest of the system itself names. */
export const sopsPathOptions = {
  currentSystem: textOr("/run/current-system", "PATH", "link to the toplevel that is active"),
} satisfies Options;

/** What `check-sops` takes. */
export const checkSopsOptions = {
  json: enable("print the answer as JSON", { flagOnly: true }),
  ...sopsPathOptions,
} satisfies Options;

/** `check-sops`. */
export const checkSops: Command<typeof checkSopsOptions> = {
  name: "check-sops",
  summary: "Look whether the keys and the secrets of sops-nix are in place on this host.",
  options: checkSopsOptions,
  exits: [
    [ExitCode.done, "all is well, or this system has no sops secrets"],
    [ExitCode.failed, "nothing is wrong, but this user may not look at all of it"],
    [ExitCode.usage, "wrong option or configuration"],
    [ExitCode.needsPerson, "a key, the activation or a secret is not as it should be"],
  ],
  details: [
    "No secret is ever opened: of secrets only presence, owner, group and mode are looked at. The " +
    "age key file is read to see whether its form is right; nothing of it is printed.",
  ],
  config: { path: "/etc/holdfast/sops.json", options: sopsPathOptions },
  run: async (call) => await (await import("./check_sops_run.ts")).runCheckSops(call),
};
