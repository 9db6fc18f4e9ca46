import { equal } from "node:assert/strict";
import { Sandbox } from "../support/sandbox.ts";
import { inSync, syncs } from "./scene.ts";

// Once an exact name was called ambiguous, since any file parked beside it matched a source path.
Deno.test("one of several parked files is resolved by its name, its path, or its source", async () => {
  await using sandbox = await Sandbox.create();
  const names = [".vimrc", ".zsh", "plain"];
  const { a, b } = await inSync(sandbox, ["a", "b"], {
    ".vimrc": "x\n",
    ".zsh": "x\n",
    "plain": "x\n",
  });
  for (const host of [a, b]) {
    for (const name of names) await host.write(name, `${host.name}\n`);
  }
  await syncs(a);
  equal((await b.sync()).status, 3);
  const resolve = async (operand: string, take: string): Promise<number> =>
    (await b.program("chezmoi-resolve", ["--host", "b", operand, "--take", take])).status;
  equal(await resolve("plain", "local"), 3);
  equal(await resolve("dot_zsh", "remote"), 3);
  equal(await resolve(b.path(".vimrc"), "union"), 0);
  equal(await b.read("plain"), "b\n");
  equal(await b.read(".zsh"), "a\n");
  equal(await b.read(".vimrc"), "a\nb\n");
});
