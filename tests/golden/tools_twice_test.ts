import assert from "node:assert/strict";
import { treeOf } from "../support/tree.ts";
import type { GoldenHost } from "../support/golden_host.ts";
import { healthy } from "./tools_scene.ts";
import { type Stage, Stages } from "./tools_snapshot.ts";

/** What is run twice, when, and whether that boot is healthy. */
const programs: readonly (readonly [string, Stage, boolean])[] = [
  ["golden-mark-pending update boot", "golden", true],
  ["golden-mark-pending update boot", "checked", true],
  ["golden-boot-check", "golden", true],
  ["golden-boot-check", "on trial", true],
  ["golden-boot-check", "rolled back", true],
  ["golden-boot-validate", "first boot", true],
  ["golden-boot-validate", "checked", true],
  ["golden-boot-validate", "checked", false],
  ["golden-boot-validate", "rolled back", true],
  ["golden-boot-validate", "rolled back", false],
  ["golden-boot-validate --deadline", "golden", true],
  ["golden-boot-validate --deadline", "checked", true],
  ["golden-boot-validate --close", "checked", true],
  ["pin-golden", "golden", true],
  ["pin-golden", "on trial", true],
  ["rollback-to-golden --yes", "on trial", true],
];

Deno.test("each program does its work once: the same again changes nothing", async (t) => {
  await using stages = await Stages.play();
  const { host } = stages;
  for (const [line, stage, isHealthy] of programs) {
    await t.step(`${line}, ${stage}${isHealthy ? "" : ", not healthy"}`, async () => {
      await stages.at(stage);
      await healthy(host, isHealthy);
      const [name = "", ...args] = line.split(" ");
      const { status, stderr } = await host.program(name, args);
      assert.ok([0, 1, 5].includes(status), stderr);
      const before = await everything(host);
      await host.program(name, args);
      assert.deepEqual(await everything(host), before);
    });
  }
});

/** All that a program may change; a state file that was written anew, with the same, is another. */
async function everything(host: GoldenHost): Promise<Record<string, string>> {
  const files = await Array.fromAsync(Deno.readDir(host.stateDir));
  const written = files.map(({ name }) =>
    [`${name} is`, String(Deno.statSync(`${host.stateDir}/${name}`).ino)] as const
  );
  const trees = await Promise.all(
    ["state", "boot", "nix/var/nix/profiles", "nix/var/nix/gcroots"].map(async (part) =>
      [part, JSON.stringify(await treeOf(`${host.root}/${part}`))] as const
    ),
  );
  return Object.fromEntries([...trees, ...written]);
}
