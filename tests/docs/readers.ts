/**
 * Where readers of documents sit: throwaway hosts with our programs on PATH, each told where this
 * host's files are. What cannot run here is a script: `sudo`, since the reader is who tests are run
 * by, and `systemctl`.
 */
import { commands } from "../../src/build/commands.ts";
import type { ConfigHost } from "../support/config_host.ts";
import type { GoldenHost } from "../support/golden_host.ts";
import type { RunOptions } from "../support/processes.ts";
import { putOnPath, quoted } from "../support/programs_on_path.ts";
import type { Host } from "../support/sandbox.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import type { Reader } from "./follow.ts";

const sudo = `#!/bin/sh\nexec "$@"\n`;

/** The names of the programs that read one configuration file. */
function programsOf(config: string): readonly string[] {
  return commands.filter((it) => it.config.path.endsWith(`/${config}`)).map(({ name }) => name);
}

/** Somebody with dotfiles; the programs know the host by its name here. */
export async function atDotfiles(host: Host): Promise<Reader> {
  const named = ["chezmoi-sync", "chezmoi-resolve"];
  const programs = [...programsOf("dotfiles.json"), "dotfiles-audit", "host-status"];
  await putOnPath(
    host,
    Object.fromEntries(
      programs.map((name) => [name, named.includes(name) ? ["--host", host.name] : []]),
    ),
  );
  await host.write("bin/sudo", sudo, 0o755);
  return withPath(host, {}, `${host.path("bin")}:${host.environment["PATH"]}`);
}

/** Somebody with a clone of the configuration repository, who changes it. */
export async function atConfig({ host }: ConfigHost): Promise<Reader> {
  await putOnPath(host, { "host-commit": ["--host", host.name] });
  return withPath(host, {}, `${host.path("bin")}:${host.environment["PATH"]}`);
}

/** Somebody on a host with a configuration repository that upgrades itself. */
export async function atUpgrades(b: UpgradeHost): Promise<Reader> {
  const config = ["--config", b.host.path("config.json")];
  const programs = programsOf("config-repo.json");
  const places = [
    ...["--config-dir", b.host.path("etc"), "--upgrade-state-dir", b.stateDir, "--repo", b.repo],
    ...["--dotfiles-state-dir", b.host.path("none"), "--golden-state-dir", b.host.path("none")],
    ...["--shared-dotfiles-state-dir", b.host.path("none")],
    ...["--current-system", b.host.path("run/current-system")],
  ];
  await putOnPath(b.host, {
    ...Object.fromEntries(programs.map((name) => [name, config])),
    "host-status": places,
  });
  await b.host.write("bin/sudo", sudo, 0o755);
  return withPath(b.host, b.environment, `${b.host.path("bin")}:${b.environment["PATH"]}`);
}

/** Somebody on a host whose generations are tried. */
export async function atGolden(host: GoldenHost): Promise<Reader> {
  for (const name of programsOf("golden.json")) {
    const argv = [...host.argv(name), "--config", host.configFile];
    await host.script(name, `#!/bin/sh\nexec ${argv.map(quoted).join(" ")} "$@"\n`);
  }
  await host.script("sudo", sudo);
  return host;
}

function withPath(host: Host, environment: RunOptions["env"], PATH: string): Reader {
  return {
    run: (argv, options = {}) =>
      host.run(argv, { ...options, env: { ...environment, PATH, ...options.env } }),
  };
}
