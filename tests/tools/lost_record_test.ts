import { equal, match } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { bookmarks, collide, exits, holds, inSync, onMain, resolve, settle } from "./scene.ts";

/** Ways in which a host loses the record of its last sync. */
const losses: readonly {
  readonly how: string;
  lose(host: Host): Promise<readonly string[]>;
}[] = [
  {
    how: "the state directory was deleted",
    lose: async (host) => {
      await Deno.remove(host.stateDirectory, { recursive: true });
      return [];
    },
  },
  {
    how: "the record is corrupt",
    lose: async (host) => {
      await Deno.writeTextFile(`${host.stateDirectory}/home.json`, '{"schema": 1,');
      return [];
    },
  },
  {
    how: "another state directory is given",
    lose: (host) => Promise.resolve(["--state-dir", host.path("other-state")]),
  },
];

// The base of a parked text was taken for this host's edit: it was pushed and undid the other's.
for (const [at, { how, lose }] of losses.entries()) {
  Deno.test(`what is parked stays so when ${how}, and no other host's text is undone`, async () => {
    await using sandbox = await Sandbox.create();
    const files = { ".f": "f\n", ".g": "g\n", ".h": "h\n" };
    const { a, b } = await inSync(sandbox, ["a", "b"], files);
    await collide([a, b], { ".f": ["f by a\n", "f by b\n"], ".g": ["g by a\n", "g by b\n"] });
    const args = await lose(b);
    await b.write(".h", "h by b\n");
    for (let times = 0; times < 2; times++) {
      match(exits(3, await b.sync(...args)).stdout, /2 files are parked/);
      equal(await onMain(sandbox, "dot_f"), "f by a\n");
      equal(await onMain(sandbox, "dot_g"), "g by a\n");
      await holds(".f", "f by b\n", b);
    }
    equal((await bookmarks(sandbox)).length, 1);
    await settle(a);
    await holds(".f", "f by a\n", a);
    await holds(".h", "h by b\n", a, b);
    const take = at % 2 === 0 ? "local" : "remote";
    exits(0, await resolve(b, ...args, "--take", take));
    await settle(a);
    exits(0, await b.sync(...args));
    const winner = take === "local" ? "b" : "a";
    await holds(".f", `f by ${winner}\n`, a, b);
    await holds(".g", `g by ${winner}\n`, a, b);
    equal((await bookmarks(sandbox)).length, 0);
  });
}
