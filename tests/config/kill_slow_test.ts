import { killAfterCalls } from "./kill_points.ts";

Deno.test("host-commit, killed after each call of git's", async (t) => {
  await killAfterCalls(t, 1);
});
