/**
 * A real Nix store in a directory of its own: no root, no daemon, no download. What it builds, keeps
 * and collects is what Nix does on a host; only the paths begin elsewhere than with /nix.
 */
import { decoded, type Ended, output, type RunOptions, succeeded } from "./processes.ts";
import { systemPrograms } from "./programs.ts";

/** What tells one system from another. */
export interface ToplevelOptions {
  /** The end of its store path: `<hash>-nixos-system-<name>`. */
  readonly name: string;
  /** The text of `nixos-version`; the name when it is left out. */
  readonly version?: string;
  /** The script `init`, which does nothing when it is left out. */
  readonly init?: string;
  /** The script `bin/switch-to-configuration`, which finds its toplevel by `$0`. */
  readonly switchToConfiguration?: string;
  /** Other toplevels by the name of the specialisation. */
  readonly specialisations?: Readonly<Record<string, string>>;
  /** Links by their path in the toplevel, as `kernel`; those to store paths join the closure. */
  readonly links?: Readonly<Record<string, string>>;
}

/**
 * A toplevel as a derivation, so that Nix itself finds and registers what it refers to. The text of
 * the builder holds all that differs; `sw` is the dependency that each system has for itself.
 */
const expression = `{ spec }:
let
  inherit (builtins) attrNames concatStringsSep fromJSON replaceStrings storePath storeDir substring
    stringLength toFile;
  given = fromJSON spec;
  quoted = text: "'" + replaceStrings [ "'" ] [ "'\\\\''" ] text + "'";
  isStored = path: substring 0 (stringLength storeDir + 1) path == storeDir + "/";
  linkTo = path: target: ''
    mkdir -p "$out"/\${quoted (dirOf path)}
    ln -s \${quoted (if isStored target then storePath target else target)} "$out"/\${quoted path}
  '';
  script = path: text: ''
    printf %s \${quoted text} > "$out"/\${path}
    chmod 755 "$out"/\${path}
  '';
  links = given.links // { sw = toFile "system-path-\${given.name}" given.name; };
in derivation {
  name = "nixos-system-\${given.name}";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  PATH = given.path;
  args = [ "-euc" ''
    mkdir -p "$out/bin"
    printf %s \${quoted given.version} > "$out/nixos-version"
    \${script "init" given.init}
    \${script "bin/switch-to-configuration" given.switchToConfiguration}
    \${concatStringsSep "" (map (path: linkTo path links.\${path}) (attrNames links))}
  '' ];
}
`;

/** A throwaway store; a test that has one in a directory disposes of it before the directory. */
export class NixStore implements AsyncDisposable {
  private constructor(
    /** Where all of it lies. */
    readonly root: string,
    /** Everything a program needs to run Nix on this store, PATH included, and nothing else. */
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Makes an empty store in a directory, which need not exist, and which goes away with the store. */
  static async in(directory: string): Promise<NixStore> {
    await Deno.mkdir(directory, { recursive: true });
    // Nix refuses a store below a link.
    const root = await Deno.realPath(directory);
    for (const path of ["etc", "home", "tmp", "var/nix/profiles", "var/nix/gcroots"]) {
      await Deno.mkdir(`${root}/${path}`, { recursive: true });
    }
    await Deno.writeTextFile(`${root}/etc/nix.conf`, configuration);
    const programs = await systemPrograms();
    return new NixStore(root, {
      PATH: [programs.directory, systemPath()].filter((path) => path !== "").join(":"),
      HOME: `${root}/home`,
      TMPDIR: `${root}/tmp`,
      LC_ALL: "C.UTF-8",
      NIX_STORE_DIR: `${root}/store`,
      NIX_STATE_DIR: `${root}/var/nix`,
      NIX_LOG_DIR: `${root}/var/log`,
      NIX_CONF_DIR: `${root}/etc`,
      NIX_USER_CONF_FILES: "/dev/null",
      NIX_REMOTE: "local",
    });
  }

  /** The store itself: what `/nix/store` is on a host. */
  get path(): string {
    return `${this.root}/store`;
  }

  /** The directory of links that keep store paths from being collected. */
  get gcRoots(): string {
    return `${this.root}/var/nix/gcroots`;
  }

  /** The profile whose generations are `system-1-link`, `system-2-link` and so on. */
  get profile(): string {
    return `${this.root}/var/nix/profiles/system`;
  }

  /** Builds a system in NixOS's shape and returns its store path; nothing roots it yet. */
  async toplevel(options: ToplevelOptions): Promise<string> {
    const { name, version = name, init = "#!/bin/sh\n", switchToConfiguration = "#!/bin/sh\n" } =
      options;
    const links = Object.fromEntries([
      ...Object.entries(options.links ?? {}),
      ...Object.entries(options.specialisations ?? {}).map(([it, path]) =>
        [`specialisation/${it}`, path] as const
      ),
    ]);
    const spec = { name, version, init, switchToConfiguration, links, path: systemPath() };
    const argstr = ["--argstr", "spec", JSON.stringify(spec)];
    // The expression comes by standard input, so that it needs no file.
    const argv = ["nix-build", "--no-out-link", ...argstr, "-"];
    return succeeded(argv, await this.run(argv, { stdin: expression })).trim();
  }

  /** Makes a toplevel the newest generation of the profile. */
  async setProfile(path: string, profile: string = this.profile): Promise<void> {
    await this.#succeeds("nix-env", "-p", profile, "--set", path);
  }

  /** `nix-collect-garbage -d`: forgets old generations of all profiles, deletes what nothing roots. */
  async collectGarbage(): Promise<string> {
    return await this.#succeeds("nix-collect-garbage", "-d");
  }

  /** A valid store path and all it refers to, in no order. */
  async closure(path: string): Promise<string[]> {
    return (await this.#succeeds("nix-store", "-qR", path)).trim().split("\n");
  }

  /** Whether a store path is valid and its whole closure is there, byte for byte as registered. */
  async isWhole(path: string): Promise<boolean> {
    if ((await this.run(["nix-store", "--check-validity", path])).status !== 0) return false;
    const closure = await this.closure(path);
    return (await this.run(["nix-store", "--verify-path", ...closure])).status === 0;
  }

  /** Runs any program with the store's environment. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const env = { ...this.environment, ...options.env };
    return decoded(await output(argv, { cwd: this.root, ...options, env }));
  }

  async #succeeds(...argv: string[]): Promise<string> {
    return succeeded(argv, await this.run(argv));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Store paths are read-only, which keeps all but root from removing what is in them.
    await this.#succeeds("chmod", "-R", "u+w", this.root);
    await Deno.remove(this.root, { recursive: true });
  }
}

/** As root Nix would look for build users otherwise; a power cut is nothing a test store survives. */
const configuration = `sandbox = false
build-users-group =
build-hook =
substitute = false
substituters =
fsync-metadata = false
experimental-features = nix-command
`;

function systemPath(): string {
  return Deno.env.get("PATH") ?? "/usr/bin:/bin";
}
