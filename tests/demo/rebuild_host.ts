/** Where somebody rebuilds: a host with configuration and dotfiles, and another one that pushes. */
import { Terminal } from "../terminal/fixtures/terminal.ts";
import { ConfigHost } from "../support/config_host.ts";
import { succeeded } from "../support/processes.ts";
import { putOnPath } from "../support/programs_on_path.ts";
import { Sandbox } from "../support/sandbox.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";
import { BrokenClaim } from "./claims.ts";

/** The systems, by what flake.nix says, each with its version of a package. */
const versions = { october: "144.0", november: "145.0", december: "146.0" };

/** A host on whose PATH are `rebuild-smart` and `chezmoi-sync`, as a person has them. */
export class RebuildHost implements AsyncDisposable {
  #isOnline = true;

  private constructor(
    readonly sandbox: Sandbox,
    /** Who pushes what others pull. */
    readonly laptop: ConfigHost,
    /** Who rebuilds. */
    readonly desktop: UpgradeHost,
  ) {}

  /** Runs `october`; dotfiles and configuration are on their remotes. */
  static async create(): Promise<RebuildHost> {
    const sandbox = await Sandbox.create();
    const desktop = await UpgradeHost.create("desktop", sandbox, { "flake.nix": "october\n" });
    const laptop = new ConfigHost(await sandbox.host("laptop"));
    const clone = ["git", "clone", "--quiet", sandbox.remote, laptop.repo];
    succeeded(clone, await laptop.host.run(clone));
    const here = new RebuildHost(sandbox, laptop, desktop);
    for (const [name, version] of Object.entries(versions)) await here.#system(name, version);
    await here.#beginDotfiles();
    // The repository is found by the current directory, as a person's is.
    await desktop.configure({ repo: undefined, conflictStrategy: "abort" });
    await putOnPath(desktop.host, {
      "rebuild-smart": ["--config", desktop.host.path("config.json")],
      "chezmoi-sync": ["--host", "desktop"],
    });
    const { status, screen } = await here.types("rebuild-smart");
    if (status !== 0) throw new BrokenClaim(`the first rebuild ends with ${status}: ${screen}`);
    return here;
  }

  /** The remote of the dotfiles. */
  get dotfiles(): string {
    return `${this.sandbox.root}/dotfiles.git`;
  }

  /**
   * Types a command line in the repository; returns what stands on the terminal afterwards. The
   * terminal is so wide that no line is cut or broken: where all of it lies has no fixed length.
   */
  async types(command: string): Promise<{ readonly status: number; readonly screen: string }> {
    const { sandbox, desktop } = this;
    const [columns, rows] = [500, 50];
    const { status, stdout } = await desktop.host.run(
      ["script", "-qefc", `stty cols ${columns} rows ${rows}; ${command}`, "/dev/null"],
      {
        cwd: desktop.repo,
        env: {
          ...desktop.environment,
          ...(this.#isOnline ? {} : nowhere(`${sandbox.root}/`)),
          TERM: "xterm",
          NO_COLOR: "1",
        },
      },
    );
    return { status, screen: new Terminal(columns, rows).write(stdout).text };
  }

  /** The host loses its network, or has it back. */
  plug(isOnline: boolean): void {
    this.#isOnline = isOnline;
  }

  /** Somebody pushes from the other host. */
  async push(message: string, files: Readonly<Record<string, string>>): Promise<void> {
    const { laptop } = this;
    await laptop.git("pull", "--quiet", "--rebase");
    await laptop.commit(message, files);
    await laptop.git("push", "--quiet");
  }

  /** A system with a package in it. */
  async #system(name: string, version: string): Promise<void> {
    const { host, store } = this.desktop;
    await host.write(`packages/firefox-${version}`, `${version}\n`);
    const add = ["nix-store", "--add", host.path(`packages/firefox-${version}`)];
    const path = succeeded(add, await store.run(add)).trim();
    await this.desktop.system(name, { "sw-firefox": path });
  }

  async #beginDotfiles(): Promise<void> {
    const { sandbox, desktop: { host } } = this;
    await sandbox.run(["git", "init", "-q", "--bare", this.dotfiles], { cwd: sandbox.root });
    await host.chezmoi("init");
    await host.git("remote", "add", "origin", this.dotfiles);
    await host.write(".bashrc", "export EDITOR=vi\n");
    await host.chezmoi("add", host.path(".bashrc"));
    const ended = await host.sync();
    if (ended.status !== 0) throw new BrokenClaim(`the first sync: ${ended.stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desktop[Symbol.asyncDispose]();
    await this.sandbox[Symbol.asyncDispose]();
  }
}

/** Leads git away from all remotes to a port where nobody listens, as without a network. */
function nowhere(remotes: string): Record<string, string> {
  return {
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "url.git://127.0.0.1:1/.insteadOf",
    GIT_CONFIG_VALUE_0: remotes,
  };
}
