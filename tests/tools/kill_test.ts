import { killSync } from "./kill_points.ts";

// Every call, and the resolution: kill_slow_test.ts.
Deno.test("a sync that is killed is finished by the next ones, as if it had not been", async (t) => {
  await killSync(t, { every: 17, both: false });
});
