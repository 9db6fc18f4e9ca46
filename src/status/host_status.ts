import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { count, enable, type Options, text, textOr } from "../cli/options.ts";

/** Where the state files are. */
export const placeOptions = {
  configDir: textOr("/etc/holdfast", "DIR", "where the configurations of the other programs are"),
  dotfilesStateDir: text("DIR", "state of this user's dotfiles", {
    fallbackText: "$XDG_STATE_HOME/chezmoi-sync",
  }),
  sharedDotfilesStateDir: text("DIR", "state of the dotfiles of a machine-wide service", {
    fallbackText: "the stateDir of dotfiles.json, else /var/lib/chezmoi-sync",
  }),
  upgradeStateDir: text("DIR", "state of the upgrades", {
    fallbackText: "the stateDir of config-repo.json, else /var/lib/holdfast",
  }),
  repo: text("DIR", "the configuration repository, whose lock tells whether a run is under way", {
    fallbackText: "the repo of config-repo.json",
  }),
  goldenStateDir: text("DIR", "state of the golden generation", {
    fallbackText: "the stateDir of golden.json, else /var/lib/golden-generation",
  }),
  currentSystem: textOr("/run/current-system", "PATH", "link to the toplevel that is active"),
} satisfies Options;

/** When something is too old to be well. */
export const ageOptions = {
  dotfilesStaleHours: count(24, [1, 8760], "hours after which a sync of the dotfiles is missed"),
  upgradeStaleDays: count(3, [1, 365], "days after which an upgrade, or the remote, is missed"),
  trialStaleHours: count(24, [1, 8760], "hours in which a boot on trial should have been judged"),
  reportStaleHours: count(24, [1, 8760], "hours after which a host's report is missed"),
} satisfies Options;

const configured = {
  host: text("NAME", "name of this host in the report", { fallbackText: "the host name" }),
  ...placeOptions,
  ...ageOptions,
} satisfies Options;

/** What `host-status` takes. */
export const hostStatusOptions = {
  json: enable("print the answer as JSON", { flagOnly: true }),
  html: text("FILE", "write a page for a browser to this file as well", { flagOnly: true }),
  fleet: text("DIR", "show many hosts: each FILE.json in there is what `--json` printed on one", {
    flagOnly: true,
  }),
  ...configured,
} satisfies Options;

/** `host-status`. */
export const hostStatus: Command<typeof hostStatusOptions> = {
  name: "host-status",
  summary: "Show in one line each how dotfiles, config repo, upgrade, golden and secrets are.",
  options: hostStatusOptions,
  exits: [
    [ExitCode.done, "all is well, or not in use"],
    [
      ExitCode.failed,
      "nothing is wrong, but this user may not look at all of it; or no page written",
    ],
    [ExitCode.usage, "wrong option or configuration, or a fleet without reports"],
    [ExitCode.needsPerson, "something is bad: it failed, is corrupt, or waits for a decision"],
    [ExitCode.degraded, "not all is well: something is degraded, pending, or did not run in time"],
  ],
  details: [
    "It reads the state files of the other programs and nothing else: no program is started, no " +
    "remote asked, no secret opened, and nothing is changed but the FILE of --html.",
  ],
  config: { path: "/etc/holdfast/status.json", options: configured },
  run: async (call) => await (await import("./host_status_run.ts")).runHostStatus(call),
};
