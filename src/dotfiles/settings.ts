import { usageFailure } from "../cli/failure.ts";
import type { Values } from "../cli/options.ts";
import { environment, hostName, userId, workingDirectory } from "../host/environment.ts";
import { isWritable, namesIn, readText, realPath, stat } from "../host/files.ts";
import { configuredSource } from "../programs/chezmoi.ts";
import type { sharedOptions } from "./sync_options.ts";

/** The shared options with every default worked out. */
export interface Settings {
  /** The home directory. */
  readonly home: string;
  /** Absolute, links resolved when it exists. */
  readonly source: string;
  readonly sourceExists: boolean;
  readonly remote: string;
  /** As given; `undefined` when the repository decides. */
  readonly branch: string | undefined;
  readonly host: string;
  readonly stateDirectory: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Works out the shared options.
 *
 * @throws {Failure} (usage) when HOME is unset or a value cannot be used
 */
export async function settle(options: Values<typeof sharedOptions>): Promise<Settings> {
  const home = environment("HOME");
  if (home === undefined || !home.startsWith("/")) {
    throw usageFailure(
      `HOME is ${home === undefined ? "not set" : JSON.stringify(home)}: it should be the ` +
        "absolute path of the home directory",
      "set HOME; in a systemd unit, set User=",
    );
  }
  const host = options.host ?? hostName();
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(host) || /\.\.|\.lock$|\.$/.test(host)) {
    throw usageFailure(
      `host name ${JSON.stringify(host)} cannot be part of a bookmark: letters, digits, - and _`,
      "give one with --host",
    );
  }
  for (const [name, value] of [["--remote", options.remote], ["--branch", options.branch]]) {
    if (value !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9._/-]*$/.test(value)) {
      throw usageFailure(`${name} ${JSON.stringify(value)} is not a name git accepts`);
    }
  }
  const dataHome = environment("XDG_DATA_HOME") ?? `${home}/.local/share`;
  const source = absolute(options.source ?? await defaultSource(home, `${dataHome}/chezmoi`));
  const info = stat(source);
  if (info !== undefined && !info.isDirectory) {
    throw usageFailure(`source ${source} is not a directory`, "give the directory with --source");
  }
  return {
    home: home.length > 1 ? home.replace(/\/+$/, "") : home,
    source: info === undefined ? source : realPath(source),
    sourceExists: info !== undefined,
    remote: options.remote,
    branch: options.branch,
    host,
    stateDirectory: absolute(options.stateDir ?? defaultStateDirectory(home)),
    timeout: options.timeout * 1000,
  };
}

/** chezmoi's own default, or what its configuration says; chezmoi is asked only where that matters. */
async function defaultSource(home: string, usual: string): Promise<string> {
  const directory = `${environment("XDG_CONFIG_HOME") ?? `${home}/.config`}/chezmoi`;
  const isConfigured = namesIn(directory).filter((name) =>
    /^chezmoi\.(toml|yaml|json|jsonc)$/.test(name)
  )
    .some((name) => /sourceDir|workingTree/.test(readText(`${directory}/${name}`) ?? ""));
  if (!isConfigured && stat(usual) !== undefined) return usual;
  return await configuredSource() ?? usual;
}

/**
 * Where the records go by default. The directory of a machine-wide service counts only when it
 * belongs to this user, so that several users of a host never meet.
 */
function defaultStateDirectory(home: string): string {
  const given = environment("STATE_DIRECTORY")?.split(":")[0];
  if (given !== undefined) return given;
  const shared = "/var/lib/chezmoi-sync";
  const info = stat(shared);
  if (info?.isDirectory === true && info.uid === userId() && isWritable(shared)) return shared;
  return `${environment("XDG_STATE_HOME") ?? `${home}/.local/state`}/chezmoi-sync`;
}

function absolute(path: string): string {
  const whole = path.startsWith("/") ? path : `${workingDirectory()}/${path}`;
  return whole.length > 1 ? whole.replace(/\/+$/, "") : whole;
}
