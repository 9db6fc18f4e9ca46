/** Somebody who is not looking is told, and whatever comes of it, the rest is done. */
import assert from "node:assert/strict";
import type { GoldenHost } from "../support/golden_host.ts";
import { exits, healthy } from "./tools_scene.ts";
import { testsOn } from "./tools_snapshot.ts";

const config = {
  validationCommands: [["test", "!", "-e", "units/down"]],
  healthWindowSeconds: 0.001,
  notifyCommand: ["tell", "an argument"],
};

async function news(host: GoldenHost): Promise<Record<string, string>[]> {
  const text = await Deno.readTextFile(`${host.root}/news`);
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

testsOn("somebody is told", {
  "each piece of news is one line of JSON, in the order of the story": [
    "first boot",
    async ({ host, good }) => {
      await host.configure(config);
      await host.script(
        "tell",
        `#!/bin/sh\n[ "$1" = "an argument" ] && cat >> "${host.root}/news"\n`,
      );
      exits(0, await host.program("golden-boot-validate"));
      const update = await host.toplevel("update");
      exits(0, await host.install(update));
      await healthy(host, false);
      for (const code of [1, 5]) {
        await host.powerOn();
        exits(0, await host.program("golden-boot-check"));
        exits(code, await host.program("golden-boot-validate"));
      }
      await host.powerOn();
      await healthy(host, true);
      exits(0, await host.program("golden-boot-check"));
      exits(0, await host.program("golden-boot-validate"));
      const told = await news(host);
      assert.deepEqual(told.map(({ event, toplevel }) => [event, toplevel]), [
        ["pinned", good],
        ["boot-failed", update],
        ["rolling-back", update],
        ["rolled-back", update],
      ]);
      for (const { message, bootId } of told) {
        assert.match(message ?? "", /-nixos-system-/);
        assert.match(bootId ?? "", /^[0-9a-f]{32}$/);
      }
    },
  ],
  "that a host needs a person is told once a boot's worth": [
    "last chance",
    async ({ host, update }) => {
      await host.configure(config);
      await host.script("tell", `#!/bin/sh\ncat >> "${host.root}/news"\n`);
      await Deno.remove(`${host.stateDir}/golden.json`);
      await healthy(host, false);
      exits(1, await host.program("golden-boot-validate"));
      exits(1, await host.program("golden-boot-validate"));
      assert.deepEqual((await news(host)).map(({ event, toplevel }) => [event, toplevel]), [
        ["exhausted", update],
      ]);
    },
  ],
  "a command that fails, is missing or does not listen stops nothing": [
    "last chance",
    async (stages, t) => {
      const { host, good } = stages;
      const tellers: Readonly<Record<string, string | undefined>> = {
        "fails": "#!/bin/sh\nexit 3\n",
        "is missing": undefined,
        "does not listen": "#!/bin/sh\nexec <&-\nexit 0\n",
        "is killed": "#!/bin/sh\nkill -9 $$\n",
      };
      for (const [what, text] of Object.entries(tellers)) {
        await t.step(`it ${what}`, async () => {
          await stages.at("last chance");
          await host.configure(config);
          if (text !== undefined) await host.script("tell", text);
          await healthy(host, false);
          const said = exits(5, await host.program("golden-boot-validate"));
          if (!what.includes("listen")) assert.match(said, /warning: .*tell/);
          assert.equal(await host.powerOn(), good);
        });
      }
    },
  ],
});
