import { enable, type Options } from "../cli/options.ts";
import { rebuildOptions } from "./rebuild_options.ts";
import { repositoryOptions, waitOption } from "./repository_options.ts";
import { upgradeOptions } from "./upgrade_options.ts";

/** What a host does with its own changes. */
export const commitOptions = {
  autoPush: enable("push what is committed"),
} satisfies Options;

/** The configuration of all programs of the config repo, written by the NixOS module. */
export const configRepoConfig = {
  path: "/etc/holdfast/config-repo.json",
  options: {
    ...repositoryOptions,
    ...waitOption,
    ...commitOptions,
    ...upgradeOptions,
    ...rebuildOptions,
  },
} as const;
