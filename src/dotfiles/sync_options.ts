import { choice, disable, enable, type Options, seconds, text, textOr } from "../cli/options.ts";

/** What all four programs take. */
export const sharedOptions = {
  source: text("DIR", "chezmoi's source directory", {
    fallbackText: "~/.local/share/chezmoi, or the sourceDir that chezmoi is configured with",
  }),
  remote: textOr("origin", "NAME", "remote to sync with"),
  branch: text("NAME", "branch (bookmark) that all hosts share", {
    fallbackText: "the remote's default branch when cloned, else main",
  }),
  host: text("NAME", "name of this host in commits and conflict bookmarks", {
    fallbackText: "the host name",
  }),
  stateDir: text("DIR", "directory for the sync's own records", {
    fallbackText: "$STATE_DIRECTORY, /var/lib/chezmoi-sync when it is this user's, " +
      "else $XDG_STATE_HOME/chezmoi-sync",
  }),
  timeout: seconds(60, "bound on each operation that talks to the remote"),
  json: enable("print the answer as JSON", { flagOnly: true }),
} satisfies Options;

/** What `chezmoi-sync` takes; the keys of the configuration file as well. */
export const syncOptions = {
  repoUrl: text("URL", "clone this repository when there is no source directory yet"),
  ...sharedOptions,
  autoCommit: disable("--no-commit", "leave edits on this host uncaptured and uncommitted"),
  autoPush: disable("--no-push", "keep this host's commits local"),
  onConflict: choice(
    ["park", "prefer-local", "prefer-remote"],
    "park",
    "what to do with edits that collide: park them for chezmoi-resolve, or decide at once",
  ),
  secretGate: choice(
    ["warn", "refuse", "off"],
    "warn",
    "what to do when a push would make a secret known: say so, push nothing, or do not look",
  ),
  offline: enable("do the local part only"),
  acceptRewritten: enable("take over a remote whose history was rewritten", { flagOnly: true }),
  dryRun: enable("say what would be done, change nothing", { flagOnly: true }),
} satisfies Options;

/** The configuration of the dotfiles programs, written by the NixOS module. */
export const dotfilesConfig = {
  path: "/etc/holdfast/dotfiles.json",
  options: syncOptions,
} as const;
