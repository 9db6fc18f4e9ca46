import { type BoundCommand, commands } from "../cli/bound_commands.ts";
import {
  argv,
  count,
  disable,
  enable,
  names,
  type Option,
  type Options,
  seconds,
  text,
  textOr,
} from "../cli/options.ts";

/** What only `rebuild-smart` takes, and the configuration file holds. */
export const rebuildOptions = {
  updateBeforeRebuild: enable("update the inputs of the flake", { flag: "--update" }),
  offlineMode: enable("leave the remotes alone, as if there were no network", {
    flag: "--offline",
  }),
  syncDotfiles: disable("--skip-dotfiles", "leave the dotfiles alone"),
  commitAfterRebuild: disable(
    "--no-commit",
    "leave what changed here uncommitted, and push nothing",
  ),
  pushAfterRebuild: disable("--no-push", "commit, and push nothing"),
  tagBuilds: enable("tag the commit of each new system that is live and well"),
  staleDays: count(7, [1, 3650], "inputs older than so many days are told of"),
  probeTimeout: seconds(10, "how long the remote may take to answer before a run goes on offline"),
  secretsRepo: text("DIR", "a checkout of the secrets' repository to bring up to date", {
    fallbackText: "nix-secrets beside the configuration repository, where there is one",
  }),
  secretsInput: textOr("nix-secrets", "NAME", "the input of the flake that holds the secrets"),
  dotfilesCommand: argv(["chezmoi-sync"], "syncs the dotfiles of the user it runs as"),
  dotfilesUsers: names("users whose dotfiles are synced, where root runs this"),
  hooks: hooks(
    "run before anything else and after the end; one that fails is told of, and no more",
  ),
  elevateCommand: argv(
    ["sudo", "--preserve-env=SSH_AUTH_SOCK,NO_COLOR"],
    "starts this program as root, where a person may not activate a system",
  ),
} satisfies Options;

/** Commands of a person, before and after. */
export interface Hooks {
  readonly pre: readonly BoundCommand[];
  readonly post: readonly BoundCommand[];
}

function hooks(help: string): Option<Hooks> {
  const expected = '{"pre": [...], "post": [...]}, lists of {"argv": [...], "timeoutSeconds": N}';
  const list = commands({ help, value: "", expected, usual: 600, most: Infinity });
  return {
    help,
    value: "COMMANDS",
    fallback: { pre: [], post: [] },
    fallbackText: "none",
    configOnly: true,
    parse: (given) => {
      const { pre = [], post = [], ...others } = (given ?? {}) as Record<string, unknown>;
      const parsed = [list.parse(pre), list.parse(post)] as const;
      const [first, second] = parsed.map((each) => "value" in each ? each.value : undefined);
      if (typeof given !== "object" || Object.keys(others).length > 0) return { expected };
      return first === undefined || second === undefined
        ? { expected }
        : { value: { pre: first, post: second } };
    },
  };
}
