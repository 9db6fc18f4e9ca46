import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable, type Options, text, textOr } from "../cli/options.ts";

/** What may stand in the configuration, and has a flag as well. */
export const auditConfigOptions = {
  source: text("DIR", "chezmoi's source directory", {
    fallbackText: "the one that chezmoi is configured with",
  }),
  secretsDir: textOr("/run/secrets", "DIR", "where sops-nix puts secrets on the host"),
  prefix: textOr("dotfiles", "NAME", "the group of the secrets in the sops file, a name or a path"),
  sopsFile: text("FILE", "write the encrypted secrets here, in the repository of the secrets", {
    fallbackText: "a plain file of the state directory, to be encrypted by hand",
  }),
  owner: text("USER", "who may read the secrets on the host", { fallbackText: "$USER" }),
  stateDir: text("DIR", "directory for what must lie in no repository", {
    fallbackText: "$XDG_STATE_HOME/holdfast/dotfiles-audit",
  }),
} satisfies Options;

/** What `dotfiles-audit` takes. */
export const dotfilesAuditOptions = {
  history: enable("search every commit of the history as well", { flagOnly: true }),
  classify: enable("ask about the undecided variables, and keep the answers", { flagOnly: true }),
  migrate: enable("move the secrets to sops: rewrite templates and data", { flagOnly: true }),
  dryRun: enable("with --migrate: check it all and say what would be done, change nothing", {
    flagOnly: true,
  }),
  json: enable("print the answer as JSON", { flagOnly: true }),
  ...auditConfigOptions,
} satisfies Options;

/** `dotfiles-audit`. */
export const dotfilesAudit: Command<typeof dotfilesAuditOptions> = {
  name: "dotfiles-audit",
  summary: "List the variables of a chezmoi source, tell secrets from configuration, and move " +
    "secrets to sops.",
  options: dotfilesAuditOptions,
  exits: [
    [
      ExitCode.done,
      "nothing secret is in the clear; or answers were kept; or the secrets were moved",
    ],
    [ExitCode.failed, "failed, or a file could not be read; nothing was changed"],
    [
      ExitCode.usage,
      "wrong option or configuration, or .holdfast/secrets.toml is not as it should be",
    ],
    [ExitCode.needsPerson, "a secret is in the clear, or the migration was refused"],
    [ExitCode.busy, "another migration of this source is at work"],
  ],
  details: [
    "No value is ever printed, in no form: variables are told by name, secrets by place and rule. " +
    "Templates are parsed and not executed; only --migrate renders them, to compare each target " +
    "before and after.",
    "Answers of --classify are kept in .holdfast/secrets.toml in the source, and can be written there " +
    "by hand.",
  ],
  config: { path: "/etc/holdfast/dotfiles-audit.json", options: auditConfigOptions },
  run: async (call) => await (await import("./dotfiles_audit_run.ts")).runDotfilesAudit(call),
};
