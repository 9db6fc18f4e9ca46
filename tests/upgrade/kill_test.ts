/** A run that is killed anywhere: after the next one git and system are both before it or both after. */
import { killAt, moments, recovered } from "./kill_moments.ts";
import { push, settled } from "./scene.ts";

// Both sides of each: kill_slow_test.ts.
for (const [at, when] of Object.keys(moments).entries()) {
  const side = at % 2 === 0 ? "before" : "after";
  Deno.test(`killed ${when}, ${side} the program`, () => killAt(when, side));
}

Deno.test("killed while the system is being activated", async () => {
  await using world = await settled();
  const { a, b } = world;
  const before = await b.head();
  const pushed = await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  const run = b.starts();
  while ((await b.told("hanging")).length === 0) await soon();
  run.kill();
  await run.ended;
  // It goes on as it would in a unit of its own, until that is stopped.
  const [pid] = await b.told("hanging");
  Deno.kill(Number(pid), "SIGKILL");
  await b.host.remove("switch/hang-second");
  await recovered(b, { before, pushed, isEdited: false });
});

async function soon(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
