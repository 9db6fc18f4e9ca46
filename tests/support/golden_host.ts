/**
 * A throwaway host for the golden generation: a real Nix store and profile, extlinux's real
 * configuration file, and boots that are played. What cannot run here is a script: `systemctl`, and
 * each toplevel's `switch-to-configuration`.
 */
import { NixStore } from "./nix_store.ts";
import { decoded, type Ended, output, type RunOptions } from "./processes.ts";
import { asTold } from "./told_exits.ts";

const checkout = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** As NixOS does: runs the pre-switch check unless told otherwise, then writes the loader's default. */
const switchToConfiguration = `#!/bin/sh
set -eu
toplevel=\${0%/bin/*}
[ -z "\${FAIL_LOADER-}" ] || { echo "no space left on $BOOT" >&2; exit 1; }
[ "\${NIXOS_NO_CHECK-}" = 1 ] || "$CHECK" "$toplevel" "$1"
[ -z "\${IGNORE_LOADER-}" ] || exit 0
mkdir -p "$BOOT/extlinux"
printf 'DEFAULT nixos-default\\nLABEL nixos-default\\n  LINUX ../kernel\\n  APPEND init=%s/init loglevel=4\\n' \\
  "$toplevel" > "$BOOT/extlinux/extlinux.conf.new"
mv "$BOOT/extlinux/extlinux.conf.new" "$BOOT/extlinux/extlinux.conf"
`;

/** Answers for the units in $UNITS, one file each: "active running 0", and the number of a job. Notes down a reboot. */
const systemctl = `#!/bin/sh
case "$*" in
*reboot*) [ -z "\${FAIL_REBOOT-}" ] || exit 1; echo reboot >> "$REBOOTS"; exit 0 ;;
esac
while [ "$1" != -- ]; do shift; done; shift
for unit; do
  if [ -e "$UNITS/$unit" ]; then read -r active sub restarts job < "$UNITS/$unit"; load=loaded
  else active=inactive sub=dead restarts=0 job= load=not-found; fi
  printf 'NRestarts=%s\\nResult=success\\nId=%s\\nLoadState=%s\\nActiveState=%s\\nSubState=%s\\nInvocationID=1\\nJob=%s\\n\\n' \\
    "$restarts" "$unit" "$load" "$active" "$sub" "$job"
done
`;

/** The tests' own directory may well be on a tmpfs, where a trial is refused. */
const stat = `#!/bin/sh
[ "$1" = --file-system ] || exit 1
echo "\${FILE_SYSTEM-ext2/ext3}"
`;

/** A host on which generations are tried. */
export class GoldenHost implements AsyncDisposable {
  #boots = 0;

  private constructor(
    readonly root: string,
    readonly store: NixStore,
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Makes a host without any generation; more configuration may be given. */
  static async create(config: Record<string, unknown> = {}): Promise<GoldenHost> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "holdfast-golden-" }));
    const store = await NixStore.in(`${root}/nix`);
    for (const name of ["bin", "boot", "run", "state", "units"]) {
      await Deno.mkdir(`${root}/${name}`);
    }
    const host = new GoldenHost(root, store, {
      ...store.environment,
      PATH: `${root}/bin:${store.environment["PATH"]}`,
      DENO_DIR: denoDirectory(),
      DENO_NO_UPDATE_CHECK: "1",
      BOOT: `${root}/boot`,
      UNITS: `${root}/units`,
      REBOOTS: `${root}/reboots`,
      CHECK: `${root}/bin/check`,
    });
    await host.script("systemctl", systemctl);
    await host.script("stat", stat);
    const mark = [...host.argv("golden-mark-pending"), "--config", host.configFile];
    await host.script("check", `#!/bin/sh\nexec ${mark.map((it) => `'${it}'`).join(" ")} "$@"\n`);
    await host.configure(config);
    return host;
  }

  /** The configuration that every program is given. */
  get configFile(): string {
    return `${this.root}/golden.json`;
  }

  /** The directory of the state files. */
  get stateDir(): string {
    return `${this.root}/state`;
  }

  /** Writes the configuration: this host's paths, and what is given. */
  async configure(config: Record<string, unknown>): Promise<void> {
    const paths = {
      stateDir: this.stateDir,
      storeDir: this.store.path,
      profile: this.store.profile,
      bootedSystem: `${this.root}/run/booted-system`,
      currentSystem: `${this.root}/run/current-system`,
      gcRootsDir: `${this.store.gcRoots}/golden-generation`,
      bootIdFile: `${this.root}/boot_id`,
      bootLoader: "extlinux",
      loaderMount: `${this.root}/boot`,
      settleSeconds: 0.1,
      healthWindowSeconds: 0.1,
    };
    await Deno.writeTextFile(this.configFile, JSON.stringify({ ...paths, ...config }));
  }

  /** Adds a program of this host. */
  async script(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.root}/bin/${name}`, text);
    await Deno.chmod(`${this.root}/bin/${name}`, 0o755);
  }

  /** Builds a generation. */
  async toplevel(name: string, specialisations: Record<string, string> = {}): Promise<string> {
    return await this.store.toplevel({ name, switchToConfiguration, specialisations });
  }

  /** Installs a generation as the next one, the way `nixos-rebuild boot` does. */
  async install(toplevel: string, env: RunOptions["env"] = {}): Promise<Ended> {
    await this.store.setProfile(toplevel);
    return await this.run([`${toplevel}/bin/switch-to-configuration`, "boot"], { env });
  }

  /** A host that was booted into a generation which nothing is known of yet. */
  async begin(name = "first"): Promise<string> {
    const toplevel = await this.toplevel(name);
    await this.install(toplevel, { NIXOS_NO_CHECK: "1" });
    await this.powerOn();
    return toplevel;
  }

  /** A new boot: of the loader's default, or of what was chosen in its menu. Nothing of ours runs. */
  async powerOn(chosen?: string): Promise<string> {
    const toplevel = chosen ?? await this.loaderDefault();
    await Deno.writeTextFile(`${this.root}/boot_id`, `${crypto.randomUUID()}\n`);
    await this.#link("booted-system", toplevel);
    await this.#link("current-system", toplevel);
    await Deno.remove(`${this.root}/reboots`).catch(() => {});
    this.#boots++;
    return toplevel;
  }

  /** Another generation goes live without a boot. */
  async goLive(toplevel: string): Promise<void> {
    await this.#link("current-system", toplevel);
  }

  /** How many boots there were. */
  get boots(): number {
    return this.#boots;
  }

  /** What the loader starts next. */
  async loaderDefault(): Promise<string> {
    const text = await Deno.readTextFile(`${this.root}/boot/extlinux/extlinux.conf`);
    return /init=(\S+)\/init/.exec(text)?.[1] ?? "";
  }

  /** What the profile leads to. */
  async profile(): Promise<string> {
    return await Deno.realPath(this.store.profile);
  }

  /** What one of the programs asked systemd for in this boot, one line each. */
  async reboots(): Promise<number> {
    const text = await Deno.readTextFile(`${this.root}/reboots`).catch(() => "");
    return text.split("\n").filter(Boolean).length;
  }

  /** Sets a unit's state, as "active running 0": active, sub, restarts. */
  async unit(name: string, state: string): Promise<void> {
    await Deno.writeTextFile(`${this.root}/units/${name}`, `${state}\n`);
  }

  /** A state file's content, if it is there and JSON. */
  // deno-lint-ignore no-explicit-any
  async state(name: "trial" | "golden" | "rejected"): Promise<any> {
    const text = await Deno.readTextFile(`${this.stateDir}/${name}.json`).catch(() => "null");
    return JSON.parse(text);
  }

  /** How one of our programs is started: compiled from HOLDFAST_BIN_DIR when set, else from source. */
  argv(name: string): string[] {
    const compiled = Deno.env.get("HOLDFAST_BIN_DIR");
    const run = [Deno.execPath(), "run", "-A", "--cached-only", `${checkout}/bin/${name}.ts`];
    return compiled ? [`${compiled}/${name}`] : run;
  }

  /** Runs one of our programs with this host's configuration. */
  async program(name: string, args: readonly string[] = [], options?: RunOptions): Promise<Ended> {
    const argv = [...this.argv(name), "--config", this.configFile, ...args];
    return asTold(name, await this.run(argv, options));
  }

  /** Runs any program here. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const env = { ...this.environment, ...options.env };
    return decoded(await output(argv, { cwd: this.root, ...options, env }));
  }

  async #link(name: string, target: string): Promise<void> {
    const path = `${this.root}/run/${name}`;
    await Deno.remove(path).catch(() => {});
    await Deno.symlink(target, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (Deno.env.get("HOLDFAST_KEEP")) return console.error(`kept: ${this.root}`);
    await this.store[Symbol.asyncDispose]();
    await Deno.remove(this.root, { recursive: true });
  }
}

function denoDirectory(): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  return DENO_DIR ?? `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/deno`;
}
