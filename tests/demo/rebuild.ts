import type { Act } from "./act.ts";
import { claim } from "./claims.ts";
import { heading, holds, note, paint, print, tell, title } from "./narration.ts";
import { RebuildHost } from "./rebuild_host.ts";

/** One host that somebody rebuilds by one command: online, offline, broken, and back. */
export async function rebuildAct(): Promise<Act> {
  const host = await RebuildHost.create();
  const { sandbox, desktop } = host;
  return {
    async play(): Promise<void> {
      title("One command to rebuild a host");
      note(`A host in ${sandbox.root}: git, jj, chezmoi,`);
      note("store and profile are real; nh, systemctl and switch-to-configuration are scripts.");
      await new Story(host).play();
    },
    kept: (): void => {
      heading("Look around");
      print([
        `desktop    ${desktop.repo}`,
        `its state  ${desktop.stateDir}`,
        `remove     chmod -R u+w ${sandbox.root}; rm -r ${sandbox.root}`,
      ]);
      console.log();
    },
    clean: async () => await host[Symbol.asyncDispose](),
  };
}

/** What happens to the host. */
class Story {
  constructor(readonly host: RebuildHost) {}

  async play(): Promise<void> {
    const { host } = this;
    heading("1. An edited dotfile, an edited module and a commit of another host: one command");
    await this.#edit(".bashrc", "export EDITOR=hx");
    await this.#edit("nix-config/hosts/desktop.nix", "{ }");
    await this.#push("Update to november", { "flake.nix": "november\n" });
    await this.#types("rebuild-smart");
    await this.#promiseAllArrived();

    heading("2. The network is gone, and it goes on without");
    host.plug(false);
    tell("desktop", "(the network is gone)");
    await this.#edit("nix-config/flake.nix", "december");
    await this.#types("rebuild-smart");
    claim(await host.desktop.running() === "december", "the local edit is live");

    heading("3. The network is back: what waited is pushed");
    host.plug(true);
    tell("desktop", "(the network is back)");
    await this.#types("rebuild-smart");
    await host.laptop.git("pull", "--quiet");
    claim(await host.laptop.read("flake.nix") === "december\n", "the laptop gets the local edit");

    heading("4. Another host pushes what cannot be built: git and system are as they were");
    const before = await this.#standing();
    await this.#push("Break the build", { "flake.nix": "broken\n" });
    await this.#edit(".bashrc", "export EDITOR=vim");
    await this.#types("rebuild-smart", 5);
    claim(await this.#standing() === before, "commit, files and system are where they were");
    const shared = await this.#shared("dot_bashrc");
    claim(shared === "export EDITOR=hx\n", "no other host got the last edit");

    heading("5. Back to a system of last month, git and all");
    await this.#types("rebuild-smart --history");
    await this.#types("rebuild-smart --rollback 1");

    heading("What holds now");
    for (const promise of await this.#promises()) holds(promise);
  }

  async #promiseAllArrived(): Promise<void> {
    const { laptop, desktop } = this.host;
    claim(await desktop.running() === "november", "the commit of the laptop is live");
    claim(
      await this.#shared("dot_bashrc") === "export EDITOR=hx\n",
      "the dotfile is on its remote",
    );
    await laptop.git("pull", "--quiet");
    claim(await laptop.read("hosts/desktop.nix") === "{ }\n", "the module is on the laptop");
  }

  async #promises(): Promise<string[]> {
    const { desktop } = this.host;
    const { host } = desktop;
    claim(await desktop.running() === "november", "the system of last month runs");
    claim(await desktop.default() === "november", "it is the profile's");
    claim(
      await desktop.read("flake.nix") === "november\n",
      "the files are those it was built from",
    );
    const captured = await host.git("log", "--all", "-p", "--format=", "--", "dot_bashrc");
    for (const line of ["export EDITOR=hx", "export EDITOR=vim"]) {
      claim(captured.includes(`+${line}`), `"${line}" is in a commit`);
    }
    claim(await host.read(".bashrc") === "export EDITOR=vim\n", "the home has the last edit");
    return [
      "one command pulled, built, switched, committed and pushed, and synced the dotfiles",
      "offline it did the local part, and the next run pushed it",
      "what could not be built left commit, files and system as they were",
      "each edit of the dotfile is in a commit; the one before a failed rebuild stayed here",
      "after the rollback git and system belong together",
    ];
  }

  /** Where a host stands, in one text. */
  async #standing(): Promise<string> {
    const { desktop } = this.host;
    const [head, status] = [await desktop.head(), await desktop.git("status", "--porcelain")];
    return [head, status, await desktop.running(), await desktop.default()].join();
  }

  /** A dotfile as other hosts get it. */
  async #shared(path: string): Promise<string> {
    const { sandbox, dotfiles } = this.host;
    const argv = ["git", "-C", dotfiles, "show", `main:${path}`];
    return await sandbox.run(argv, { cwd: sandbox.root });
  }

  async #edit(path: string, text: string): Promise<void> {
    await this.host.desktop.host.write(path, `${text}\n`);
    const file = path.startsWith(".") ? `~/${path}` : path.replace("nix-config/", "");
    tell("desktop", `${file}: ${paint("32", text)}`);
  }

  async #push(message: string, files: Readonly<Record<string, string>>): Promise<void> {
    await this.host.push(message, files);
    tell("laptop", `$ git push  # ${message}`);
  }

  async #types(command: string, status = 0): Promise<void> {
    const ended = await this.host.types(command);
    const said = ended.screen
      .replaceAll(/\S*\/store\/[0-9a-z]{32}-nixos-system-/g, "").split("\n");
    const marked = ended.status === 0 ? said : [...said, `(exit status ${ended.status})`];
    tell("desktop", `$ ${command}`, marked);
    claim(ended.status === status, `${command} ends with ${status}, not ${ended.status}`);
  }
}
