import { killResolve, killSync } from "./kill_points.ts";

Deno.test("a sync killed before or after any program it starts is finished by the next ones", async (t) => {
  await killSync(t, { every: 1, both: true });
});

Deno.test("a resolution killed before or after any program it starts is finished by the next", async (t) => {
  await killResolve(t, { every: 1, both: true });
});
