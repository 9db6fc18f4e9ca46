import { Sandbox } from "../support/sandbox.ts";
import { programs } from "../support/programs.ts";
import type { Act } from "./act.ts";
import { checkClaims, hostTable } from "./claims.ts";
import { heading, holds, note, print, title } from "./narration.ts";
import { Stage } from "./stage.ts";
import { scenes } from "./story.ts";

/** Three hosts edit the same dotfiles. */
export async function dotfilesAct(): Promise<Act> {
  const { versions } = await programs();
  const sandbox = await Sandbox.create();
  const stage = new Stage(sandbox);
  return {
    async play(): Promise<void> {
      const run = ["jj", "chezmoi", "git"].map((name) => `${name} ${versions[name]}`).join(", ");
      title("Three hosts, one set of dotfiles");
      note(`Every host is a home in ${sandbox.root},`);
      note(`every program is the real one: ${run}.`);
      for (const [at, [name, scene]] of scenes.entries()) {
        heading(`${at + 1}. ${name}`);
        await scene(stage);
      }
      heading("What holds now");
      for (const claim of await checkClaims(stage)) holds(claim);
      heading("What each host has");
      print(await hostTable(stage));
    },
    kept: () => stage.kept(),
    clean: async () => await sandbox[Symbol.asyncDispose](),
  };
}
