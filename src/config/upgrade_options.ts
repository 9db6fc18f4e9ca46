import { type BoundCommand, commands } from "../cli/bound_commands.ts";
import {
  argv,
  choice,
  enable,
  names,
  type Option,
  type Options,
  seconds,
  text,
  textOr,
} from "../cli/options.ts";
import { presets } from "./notify_option.ts";

/** Where a host's state and its systems are; NixOS's own paths unless told otherwise. */
export const systemOptions = {
  stateDir: textOr("/var/lib/holdfast", "DIR", "where runs are recorded"),
  profile: textOr("/nix/var/nix/profiles/system", "PATH", "the system profile"),
  bootedSystem: textOr("/run/booted-system", "PATH", "link to the toplevel this boot started with"),
  currentSystem: textOr("/run/current-system", "PATH", "link to the toplevel that is active"),
  metrics: text("FILE", "write metrics for Prometheus's textfile collector"),
} satisfies Options;

/** How a system is built, checked and made live: what `auto-upgrade` and `rebuild-smart` share. */
export const deployOptions = {
  ...systemOptions,
  flake: text("REF", "the flake that describes the host", { fallbackText: "the repository" }),
  configuration: text("NAME", "the host's name in the flake's nixosConfigurations", {
    fallbackText: "the host name",
  }),
  buildCommand: argv(
    undefined,
    "builds the system and leaves a link to it at {outLink}; nh or nix build when not set",
  ),
  buildTimeoutSeconds: seconds(14_400, "how long a build may take, with its evaluation"),
  validationChecks: boundCommands(
    "have to succeed before what was built goes live; {toplevel} stands for it",
  ),
  onValidationFailure: choice(
    ["rollback", "notify", "ignore"],
    "rollback",
    "what becomes of a system that fails its checks or whose units fail",
  ),
  markCommand: argv(
    ["golden-mark-pending"],
    "puts what goes live on trial; not an error where it is not installed",
  ),
  activate: argv(
    undefined,
    "makes {toplevel} live by {action}; profile and switch-to-configuration when not set",
  ),
  activateTimeoutSeconds: seconds(1800, "how long the activation may take"),
  healthWindowSeconds: seconds(60, "how long units are watched after the activation"),
  notifyCommand: argv(
    undefined,
    "is given news as JSON on standard input, when the state of the host changes",
  ),
  notify: presets("whom to tell the same, by ntfy, webhook, matrix or mail"),
} satisfies Options;

/** What only `auto-upgrade` takes, with nobody there to decide. */
export const unattendedOptions = {
  preUpdateHooks: boundCommands("run before anything else; one that fails is told of, and no more"),
  updateInputs: names("inputs of the flake that are updated before the build"),
  hostCanCommitConfig: enable("commit and push what this host changed, once it is healthy"),
  rebootPolicy: choice(
    ["never", "when-needed"],
    "never",
    "whether to reboot when kernel, initrd or modules of the new system need it",
  ),
  rebootWindow: timeWindow("local time in which a reboot is allowed, as 02:00-05:00"),
  rebootCommand: argv(["systemctl", "reboot"], "reboots"),
} satisfies Options;

/** What `auto-upgrade` takes besides. */
export const upgradeOptions = { ...deployOptions, ...unattendedOptions } satisfies Options;

function boundCommands(help: string): Option<readonly BoundCommand[]> {
  const expected = 'a list of {"argv": [...], "timeoutSeconds": N}';
  return commands({ help, value: "COMMANDS", expected, usual: 600, most: Infinity });
}

/** Minutes since midnight: from, until. */
export type TimeWindow = readonly [number, number];

function timeWindow(help: string): Option<TimeWindow | undefined> {
  return {
    help,
    value: "HH:MM-HH:MM",
    fallback: undefined,
    fallbackText: "always",
    parse: (given) => {
      const found = typeof given === "string"
        ? /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(given)
        : null;
      if (found === null) return { expected: "two times of day, as 02:00-05:00" };
      const [h1, m1, h2, m2] = found.slice(1).map(Number) as [number, number, number, number];
      return { value: [h1 * 60 + m1, h2 * 60 + m2] };
    },
  };
}
