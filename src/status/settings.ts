import { usageFailure } from "../cli/failure.ts";
import type { Values } from "../cli/options.ts";
import { environment, hostName } from "../host/environment.ts";
import { readText } from "../host/files.ts";
import type { ageOptions, hostStatusOptions, placeOptions } from "./host_status.ts";

type Options = Values<typeof hostStatusOptions>;

/** Where to look, and what is too old, in milliseconds. */
export interface StatusSettings {
  readonly host: string;
  /** State directories of the dotfiles: this user's own, and the machine's. */
  readonly dotfiles: readonly string[];
  readonly dotfilesPush: boolean;
  readonly upgrade: string;
  readonly repo: string | undefined;
  readonly golden: string;
  readonly currentSystem: string;
  readonly stale: Readonly<Record<"dotfiles" | "upgrade" | "trial", number>>;
}

const hour = 3_600_000;

/** How old the report of a host may be. */
export function reportStaleAfter({ reportStaleHours }: Values<typeof ageOptions>): number {
  return reportStaleHours * hour;
}

/**
 * Works out where to look. Unless told otherwise that is where the other programs are configured to
 * write: a host with a directory of its own would else seem not to use them.
 *
 * @throws {Failure} (usage) when a path is not absolute
 */
export function settle(options: Options): StatusSettings {
  demandAbsolute(options);
  const { configDir } = options;
  const [dotfiles, repository, golden] = ["dotfiles", "config-repo", "golden"].map((name) =>
    configured(`${configDir}/${name}.json`)
  );
  const own = options.dotfilesStateDir ?? ownState();
  const shared = options.sharedDotfilesStateDir ?? path(dotfiles?.["stateDir"]) ??
    "/var/lib/chezmoi-sync";
  return {
    host: options.host ?? hostName(),
    dotfiles: [...new Set([...(own === undefined ? [] : [own]), shared])],
    dotfilesPush: dotfiles?.["autoPush"] !== false,
    upgrade: options.upgradeStateDir ?? path(repository?.["stateDir"]) ?? "/var/lib/holdfast",
    repo: options.repo ?? path(repository?.["repo"]),
    golden: options.goldenStateDir ?? path(golden?.["stateDir"]) ?? "/var/lib/golden-generation",
    currentSystem: options.currentSystem,
    stale: {
      dotfiles: options.dotfilesStaleHours * hour,
      upgrade: options.upgradeStaleDays * 24 * hour,
      trial: options.trialStaleHours * hour,
    },
  };
}

function demandAbsolute(options: Values<typeof placeOptions>): void {
  const { configDir, dotfilesStateDir, sharedDotfilesStateDir, upgradeStateDir } = options;
  const { repo, goldenStateDir, currentSystem } = options;
  const paths = {
    ...{ configDir, dotfilesStateDir, sharedDotfilesStateDir, upgradeStateDir },
    ...{ repo, goldenStateDir, currentSystem },
  };
  for (const [key, given] of Object.entries(paths)) {
    if (given === undefined || given.startsWith("/")) continue;
    throw usageFailure(`${key} ${JSON.stringify(given)} should be an absolute path`);
  }
}

/** Where this user's own syncs are recorded; nothing for a service without a home. */
function ownState(): string | undefined {
  const home = environment("HOME");
  const state = environment("XDG_STATE_HOME") ??
    (home === undefined ? undefined : `${home}/.local/state`);
  return state === undefined ? undefined : `${state}/chezmoi-sync`;
}

/** Another program's configuration; one that cannot be read is that program's to complain of. */
function configured(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const json: unknown = JSON.parse(readText(file) ?? "{}");
    return typeof json === "object" && json !== null ? json as Record<string, unknown> : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "NotCapable") throw error;
    return undefined;
  }
}

function path(given: unknown): string | undefined {
  return typeof given === "string" && given.startsWith("/") ? given : undefined;
}
