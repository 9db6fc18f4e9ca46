import { deepEqual, equal, match } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { bookmarks, collide, exits, holds, inSync, onMain, resolve, syncs } from "./scene.ts";

/** Ways in which a host loses the record of its last sync; each returns what a sync is called with. */
const losses: Readonly<Record<string, (host: Host) => Promise<readonly string[]>>> = {
  "another state directory is given": (host) => {
    return Promise.resolve(["--state-dir", host.path("other-state")]);
  },
  "the record is corrupt": async (host) => {
    await Deno.writeTextFile(`${host.stateDirectory}/home.json`, '{"schema": 1,');
    return [];
  },
  "the state directory is deleted": async (host) => {
    await Deno.remove(host.stateDirectory, { recursive: true });
    return [];
  },
};

// The base of a parked text was taken for this host's edit: it was pushed and undid the other's.
Deno.test("a lost record leaves parked what is parked, and undoes no other host's text", async (t) => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n", ".h": "h\n" });
  await collide([a, b], { ".f": ["f by a\n", "f by b\n"], ".g": ["g by a\n", "g by b\n"] });
  const parked = await sandbox.refs();
  for (const [how, lose] of Object.entries(losses)) {
    await t.step(`when ${how}`, async () => {
      const args = await lose(b);
      match(exits(3, await b.sync(...args)).stdout, /2 files are parked/);
      deepEqual(await sandbox.refs(), parked);
      await holds(".f", "f by b\n", b);
    });
  }
  await t.step("and with an edit of another file at the same time", async () => {
    await losses["the state directory is deleted"]?.(b);
    await b.write(".h", "h by b\n");
    exits(3, await b.sync());
    await syncs(a);
    await holds(".h", "h by b\n", a, b);
    for (const name of ["f", "g"]) {
      equal(await onMain(sandbox, `dot_${name}`), `${name} by a\n`);
      await holds(`.${name}`, `${name} by a\n`, a);
      await holds(`.${name}`, `${name} by b\n`, b);
    }
    equal((await bookmarks(sandbox)).length, 1);
  });
  await t.step("and resolves as ever", async () => {
    exits(3, await resolve(b, ".f", "--take", "local"));
    exits(0, await resolve(b, ".g", "--take", "remote"));
    await syncs(a);
    await holds(".f", "f by b\n", a, b);
    await holds(".g", "g by a\n", a, b);
    deepEqual(await bookmarks(sandbox), []);
  });
});
