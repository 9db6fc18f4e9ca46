import { killResolve, killSync } from "./kill_points.ts";

Deno.test("a sync that is killed is finished by the next ones, as if it had not been", async (t) => {
  await killSync(t, { every: 11, both: false });
});

Deno.test("a resolution that is killed is finished by the next one", async (t) => {
  await killResolve(t, { every: 40, both: false });
});
