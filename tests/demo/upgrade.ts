import { ConfigHost } from "../support/config_host.ts";
import type { Ended } from "../support/processes.ts";
import { succeeded } from "../support/processes.ts";
import { Sandbox } from "../support/sandbox.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";
import type { Act } from "./act.ts";
import { claim } from "./claims.ts";
import { heading, holds, note, print, tell, title } from "./narration.ts";

const web = "web.service";

/** Two hosts and one configuration repository: one commits, the other upgrades itself. */
export async function upgradeAct(): Promise<Act> {
  const sandbox = await Sandbox.create();
  const b = await UpgradeHost.create("b", sandbox);
  const a = new ConfigHost(await sandbox.host("a"));
  const clone = ["git", "clone", "--quiet", sandbox.remote, a.repo];
  succeeded(clone, await a.host.run(clone));
  return {
    async play(): Promise<void> {
      title("A host that upgrades itself, and goes back by itself");
      note(`Hosts in ${sandbox.root}: git, store and profile are real; nh, systemctl and`);
      note("switch-to-configuration are scripts, since nothing here can be switched.");
      await new Story(a, b).play();
    },
    kept: (): void => {
      heading("Look around");
      print([
        `host b     ${b.repo}`,
        `its state  ${b.stateDir}`,
        `remove     chmod -R u+w ${sandbox.root}; rm -r ${sandbox.root}`,
      ]);
      console.log();
    },
    clean: async (): Promise<void> => {
      await b[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

/** What happens to the two. */
class Story {
  constructor(readonly a: ConfigHost, readonly b: UpgradeHost) {}

  async play(): Promise<void> {
    const { b } = this;
    await b.unit(web, "active running 0");
    await b.unit(web, "failed failed 0", "second");
    await b.unit(web, "active running 0", "first");

    heading("1. Host a edits the configuration, host b takes it over");
    await this.#push("hosts/b.nix", "{ }");
    await this.#upgrade(0);

    heading("2. Host a pushes what cannot be built: host b stays as it is");
    await this.#push("flake.nix", "broken");
    await this.#upgrade(5);
    await this.#upgrade(0);

    heading(`3. Host a pushes what fails ${web}: host b goes back, git and system`);
    await this.#push("flake.nix", "second");
    await this.#upgrade(5);

    heading("4. Host a pushes a secret by mistake: it does not leave the host");
    const token = ["ghp", "x7Kq2mPd9vRt4wLz8bNc3hYf6jSg1aQe5uVo"].join("_");
    await this.#push("services.nix", `{ token = "${token}"; }`, 3);
    await this.a.git("reset", "--quiet", "--hard", "origin/main");

    heading("5. Host a fixes it, host b upgrades");
    await this.#push("flake.nix", "third");
    await this.#upgrade(0);
    await this.#program(0, "upgrade-status");

    heading("What holds now");
    for (const promise of await this.#promises(token)) holds(promise);
  }

  async #promises(token: string): Promise<string[]> {
    const { a, b } = this;
    claim(await b.running() === "third", "the fixed system runs on host b");
    claim(await b.default() === "third", "it is the profile's");
    claim(await a.head() === await b.head(), "both hosts are at the same commit");
    claim(await b.git("status", "--porcelain") === "", "nothing is left uncommitted");
    claim(!(await b.git("log", "--all", "-p")).includes(token), "the secret is nowhere");
    const calls = await b.told("calls");
    claim(calls.join() === "second switch,first switch,third switch", "each system went live once");
    return [
      "host b runs what host a pushed last, built once, and activated as it was checked",
      "what could not be built was never activated, what failed was left together with its commit",
      "no failed commit was tried twice",
      "the secret is in no commit that left host a",
    ];
  }

  async #push(path: string, text: string, status = 0): Promise<void> {
    const { a } = this;
    await a.git("pull", "--quiet", "--rebase");
    await a.write({ [path]: `${text}\n` });
    const ended = await a.commits(["--push"]);
    this.#tell("a", "host-commit --push", ended, status);
  }

  async #upgrade(status: number): Promise<void> {
    this.#tell("b", "auto-upgrade", await this.b.upgrades(), status);
  }

  async #program(status: number, name: string): Promise<void> {
    const { b } = this;
    const args = ["--config", b.host.path("config.json")];
    this.#tell("b", name, await b.host.program(name, args, { env: b.environment }), status);
  }

  #tell(host: string, what: string, { status, stdout, stderr }: Ended, expected: number): void {
    const said = `${stderr}${stdout}`.replaceAll(/\S*\/store\/[0-9a-z]{32}-nixos-system-/g, "")
      .split("\n").filter((line) => line !== "" && !/^\w+: .* \(\d+\.\d s\)$/.test(line));
    tell(`host ${host}`, `$ ${what}`, status === 0 ? said : [...said, `(exit status ${status})`]);
    claim(status === expected, `${what} ends with ${expected}, not ${status}`);
  }
}
