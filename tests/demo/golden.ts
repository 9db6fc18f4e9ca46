import { GoldenHost } from "../support/golden_host.ts";
import { systemPrograms } from "../support/programs.ts";
import type { Act } from "./act.ts";
import { claim } from "./claims.ts";
import { heading, holds, note, print, tell, title } from "./narration.ts";

const web = "web.service";

/** One host, whose updates are put on trial; its boots are played. */
export async function goldenAct(): Promise<Act> {
  const { versions } = await systemPrograms();
  const host = await GoldenHost.create({ requiredUnits: [web] });
  return {
    async play(): Promise<void> {
      title("One host that no update can brick");
      note(`A host without a machine, in ${host.root}: store, profile and garbage`);
      note(`collection are the real Nix ${versions["nix"]}, its boots are played.`);
      await new Story(host).play();
    },
    kept: (): void => {
      heading("Look around");
      print([
        `state    ${host.stateDir}`,
        `profile  ${host.store.profile}`,
        `remove   chmod -R u+w ${host.root}; rm -r ${host.root}`,
      ]);
      console.log();
    },
    clean: async () => await host[Symbol.asyncDispose](),
  };
}

/** What happens to the host. */
class Story {
  constructor(readonly host: GoldenHost) {}

  async play(): Promise<void> {
    const { host } = this;
    heading("1. The first healthy boot is golden");
    await host.unit(web, "active running 0");
    const first = await host.begin("good");
    this.#boots(first);
    await this.#program(0, "golden-boot-validate");

    heading("2. A healthy update is on trial for one boot");
    const better = await host.toplevel("better");
    await this.#install(better, 0);
    await this.#boot();
    await this.#program(0, "golden-boot-check");
    await this.#program(0, "golden-boot-validate");

    heading(`3. An update whose ${web} fails gets two boots, then golden is back`);
    const broken = await host.toplevel("broken");
    await this.#install(broken, 0);
    for (const status of [1, 5]) {
      await host.unit(web, "failed failed 0");
      await this.#boot();
      await this.#program(0, "golden-boot-check");
      await this.#program(status, "golden-boot-validate");
    }
    await host.unit(web, "active running 0");
    await this.#boot();
    await this.#program(0, "golden-boot-check");
    await this.#program(0, "golden-boot-validate");

    heading("4. The next upgrade brings it again, and is refused");
    await this.#install(broken, 3);

    heading("5. An update that dies in early boot: the power goes, twice");
    const dying = await host.toplevel("dying");
    await this.#install(dying, 0);
    for (const status of [0, 0, 5]) {
      await this.#boot();
      await this.#program(status, "golden-boot-check");
    }
    await this.#boot();
    await this.#program(0, "golden-boot-check");
    await this.#program(0, "golden-boot-validate");

    heading("6. Every old generation is deleted");
    tell("host", "$ nix-collect-garbage -d", [
      (await host.store.collectGarbage()).trim()
        .split("\n").at(-1) ?? "",
    ]);
    await this.#program(0, "show-boot-status");

    heading("What holds now");
    for (const promise of await this.#promises(better, [broken, dying])) holds(promise);
  }

  async #promises(golden: string, bad: readonly string[]): Promise<string[]> {
    const { host } = this;
    const { path } = await host.state("golden");
    claim(path === golden, "golden is the update that was healthy");
    claim(await host.loaderDefault() === golden, "it is what the boot loader starts next");
    claim(await host.profile() !== bad[1], "the profile has left the update that died");
    claim(await host.store.isWhole(golden), "its closure outlived the garbage collection");
    const rejected = (await host.state("rejected")).rejected as { path: string }[];
    claim(bad.every((each) => rejected.some(({ path }) => path === each)), "both are rejected");
    claim(await host.state("trial") === null, "nothing is on trial");
    return [
      "the healthy update is golden, is what boots next, and was booted last",
      "its closure outlived `nix-collect-garbage -d`, byte for byte",
      "both updates that failed are rejected, with the reason",
      "nothing is on trial: the next boot starts no process of ours",
    ];
  }

  async #boot(): Promise<void> {
    this.#boots(await this.host.powerOn());
  }

  #boots(toplevel: string): void {
    tell(`boot ${this.host.boots}`, this.#short(toplevel));
  }

  async #install(toplevel: string, status: number): Promise<void> {
    const ended = await this.host.install(toplevel);
    tell(
      "host",
      `$ switch-to-configuration boot  # ${this.#short(toplevel)}`,
      this.#lines(ended.stderr),
    );
    claim(ended.status === status, `the pre-switch check ends with ${status}, not ${ended.status}`);
  }

  async #program(status: number, name: string): Promise<void> {
    const ended = await this.host.program(name);
    const said = this.#lines(ended.stdout + ended.stderr);
    const marked = ended.status === 0 ? said : [...said, `(exit status ${ended.status})`];
    tell("", `$ ${name}`, marked);
    claim(ended.status === status, `${name} ends with ${status}, not ${ended.status}`);
  }

  #lines(text: string): string[] {
    return this.#short(text).split("\n").filter((line) => line !== "");
  }

  /** Store paths by what tells them apart. */
  #short(text: string): string {
    return text.replaceAll(/\S*\/store\/[0-9a-z]{32}-nixos-system-/g, "");
  }
}
