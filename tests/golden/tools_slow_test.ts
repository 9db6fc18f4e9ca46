/** What takes as long as the bounds of the programs themselves. */
import assert from "node:assert/strict";
import { exits, healthy, onLastChance, onTrial } from "./tools_scene.ts";

Deno.test("who is told and hangs is killed, and the rollback is done", async () => {
  await using scene = await onLastChance();
  const { host, good } = scene;
  await host.configure({
    validationCommands: [["test", "!", "-e", "units/down"]],
    healthWindowSeconds: 0.001,
    notifyCommand: ["sleep", "300"],
  });
  await healthy(host, false);
  const said = exits(5, await host.program("golden-boot-validate"));
  assert.match(said, /warning: sleep ended with its time bound/);
  assert.equal(await host.powerOn(), good);
});

Deno.test("a program that never lets go of the state makes the others give up, busy", async () => {
  await using scene = await onTrial();
  const { host } = scene;
  const holder = new Deno.Command("flock", {
    args: [`${host.stateDir}/lock`, "sh", "-c", "echo held; read -r line"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await holder.stdout.getReader().read();
  const said = exits(75, await host.program("golden-boot-check"));
  assert.match(
    said,
    /busy: another program has .*\/state for more than 200 s\nhint: nothing was done/,
  );
  await holder.stdin.close();
  await holder.status;
  assert.equal((await host.state("trial")).open, null);
});
