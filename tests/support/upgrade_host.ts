/**
 * A host that upgrades itself, in throwaway folders: real git, a real Nix store and profile. What
 * cannot run here is a script: `nh`, `systemctl`, and each system's `switch-to-configuration`.
 */
import { ConfigHost, type Files } from "./config_host.ts";
import { NixStore } from "./nix_store.ts";
import type { Ended, RunOptions } from "./processes.ts";
import { Sandbox } from "./sandbox.ts";

/** Makes itself the running system, as the activation does; ends as files in $SWITCH say. */
const switchToConfiguration = `#!/bin/sh
set -eu
toplevel=\${0%/bin/*}
name=\${toplevel##*-nixos-system-}
echo "$name $1" >> "$SWITCH/calls"
[ ! -e "$SWITCH/hang-$name" ] || { echo $$ > "$SWITCH/hanging"; exec sleep 600; }
if [ -e "$SWITCH/says-$name" ]; then cat "$SWITCH/says-$name" >&2; fi
status=0
if [ -e "$SWITCH/status-$name-$1" ]; then read -r status < "$SWITCH/status-$name-$1"; fi
if [ "$status" = 1 ] || [ "$status" = 2 ]; then exit "$status"; fi
if [ "$status" = kill ]; then kill -KILL $$; fi
[ "$1" = boot ] || ln -sfn "$toplevel" "$RUN/current-system"
for unit in "$UNITS"/*; do case \${unit##*/} in after-"$name"-*) cp "$unit" "$UNITS/\${unit##*after-$name-}" ;; esac; done
exit "$status"
`;

/** As `nh os build` in effect: what flake.nix names is "built", or fails as it says. */
const nh = `#!/bin/sh
[ "$1" != --version ] || exit 0
echo "$*" >> "$SWITCH/builds"
while [ $# -gt 1 ]; do case "$1" in --out-link) link=$2; shift ;; esac; shift; done
read -r name < "$1/flake.nix"
case $name in
  broken) echo "error: undefined variable 'oops'" >&2; exit 1 ;;
  killed) kill -KILL $$ ;;
  hanging) exec sleep 600 ;;
esac
toplevel=$(cat "$SYSTEMS/$name") || exit 1
rm -f "$link"; nix-store --realise "$toplevel" --add-root "$link" >/dev/null
`;

/** Tells of the units in $UNITS, one file each: "failed dead 0". */
const systemctl = `#!/bin/sh
case "$*" in
*reboot*) echo reboot >> "$SWITCH/reboots"; exit 0 ;;
*restart*) echo "$*" >> "$SWITCH/restarts"; exit 0 ;;
esac
for unit in "$UNITS"/*.service; do
  [ -e "$unit" ] || continue
  case \${unit##*/} in after-*) continue ;; esac
  read -r active sub restarts < "$unit"
  if [ "$sub" = flapping ]; then echo "$active $sub $((restarts + 1))" > "$unit"; sub=auto-restart; fi
  printf 'Id=%s\\nActiveState=%s\\nSubState=%s\\nNRestarts=%s\\n\\n' "\${unit##*/}" "$active" "$sub" "$restarts"
done
`;

/** A host with a repository, a store, and programs that cannot run here as scripts. */
export class UpgradeHost extends ConfigHost implements AsyncDisposable {
  private constructor(
    host: ConfigHost["host"],
    readonly store: NixStore,
    readonly environment: Readonly<Record<string, string>>,
    readonly owned: AsyncDisposable | undefined,
  ) {
    super(host);
  }

  /** A host of a sandbox, or of one of its own; it runs `first`. */
  static async create(
    name = "b",
    given?: Sandbox,
    files: Files = { "flake.nix": "first\n" },
  ): Promise<UpgradeHost> {
    const sandbox = given ?? await Sandbox.create();
    const here = await UpgradeHost.in(sandbox, name, given === undefined ? sandbox : undefined);
    await sandbox.once(`upgrades ${name} ${JSON.stringify(files)}`, () => here.begin(files));
    return here;
  }

  /** A host of a sandbox, on which nothing is yet. */
  static async in(sandbox: Sandbox, name: string, owned?: AsyncDisposable): Promise<UpgradeHost> {
    const host = await sandbox.host(name);
    const root = host.home;
    const store = await NixStore.in(`${root}/nix`);
    return new UpgradeHost(host, store, {
      ...store.environment,
      ...host.environment,
      PATH: `${root}/bin:${host.environment["PATH"]}:${store.environment["PATH"]}`,
      SWITCH: `${root}/switch`,
      RUN: `${root}/run`,
      UNITS: `${root}/units`,
      SYSTEMS: `${root}/systems`,
    }, owned);
  }

  /** Clones the repository, which gets these files where it is empty, and runs `first`. */
  async begin(files: Files): Promise<void> {
    const { host, store } = this;
    for (const each of ["bin", "run", "switch", "systems", "units"]) {
      await Deno.mkdir(host.path(each));
    }
    await host.write("bin/nh", nh, 0o755);
    await host.write("bin/systemctl", systemctl, 0o755);
    await this.clone();
    if (await this.isEmpty()) {
      await this.commit("First", files);
      await this.git("push", "--quiet", "origin", "main");
    }
    for (const each of ["first", "second", "third"]) await this.system(each);
    const first = await this.system("first");
    await store.setProfile(first);
    for (const link of ["booted-system", "current-system"]) {
      await Deno.symlink(first, host.path(`run/${link}`));
    }
    await this.configure({});
  }

  async isEmpty(): Promise<boolean> {
    const { status } = await this.host.run([
      "git",
      "-C",
      this.repo,
      "rev-parse",
      "--quiet",
      "--verify",
      "HEAD",
    ]);
    return status !== 0;
  }

  /** The toplevel of a system by its name, which flake.nix asks for. */
  async system(name: string, links: Record<string, string> = {}): Promise<string> {
    const toplevel = await this.store.toplevel({ name, switchToConfiguration, links });
    await Deno.writeTextFile(this.host.path(`systems/${name}`), `${toplevel}\n`);
    return toplevel;
  }

  /** The directory of the state files. */
  get stateDir(): string {
    return this.host.path("state");
  }

  /** Writes the configuration. */
  async configure(config: Record<string, unknown>): Promise<void> {
    const paths = {
      repo: this.repo,
      host: this.host.name,
      stateDir: this.stateDir,
      profile: this.store.profile,
      bootedSystem: this.host.path("run/booted-system"),
      currentSystem: this.host.path("run/current-system"),
      healthWindowSeconds: 0.01,
      timeout: 20,
      conflictStrategy: "prefer-remote",
    };
    await this.host.write("config.json", JSON.stringify({ ...paths, ...config }));
  }

  /** Runs `auto-upgrade`. */
  async upgrades(args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
    return await this.starts(args, options).ended;
  }

  /** Starts `auto-upgrade`. */
  starts(
    args: readonly string[] = [],
    options: RunOptions = {},
  ): ReturnType<ConfigHost["host"]["start"]> {
    return this.host.start("auto-upgrade", ["--config", this.host.path("config.json"), ...args], {
      ...options,
      env: { ...this.environment, ...options.env },
    });
  }

  /** The name of the system that runs, or that the profile leads to. */
  async running(): Promise<string> {
    return nameOf(await Deno.realPath(this.host.path("run/current-system")));
  }

  /** The name of the system that the profile leads to. */
  async default(): Promise<string> {
    return nameOf(await Deno.realPath(this.store.profile));
  }

  /** Sets how a system's switch-to-configuration ends. */
  async ends(name: string, action: string, status: number | "kill"): Promise<void> {
    await this.host.write(`switch/status-${name}-${action}`, `${status}\n`);
  }

  /** Sets a unit's state: at once, or once a system is live. */
  async unit(name: string, state: string, after?: string): Promise<void> {
    await this.host.write(
      `units/${after === undefined ? "" : `after-${after}-`}${name}`,
      `${state}\n`,
    );
  }

  /** The lines of a file that the scripts write: `calls`, `builds`, `reboots`, `restarts`. */
  async told(name: string): Promise<readonly string[]> {
    const text = await Deno.readTextFile(this.host.path(`switch/${name}`)).catch(() => "");
    return text.split("\n").filter(Boolean);
  }

  /** A state file. */
  // deno-lint-ignore no-explicit-any
  async state(name: string): Promise<any> {
    return JSON.parse(await Deno.readTextFile(`${this.stateDir}/${name}.json`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
    await this.owned?.[Symbol.asyncDispose]();
  }
}

function nameOf(toplevel: string): string {
  return toplevel.replace(/^.*-nixos-system-/, "");
}
