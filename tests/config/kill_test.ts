import { killAfterCalls } from "./kill_points.ts";

Deno.test("host-commit, killed after one in fourteen calls of git's", async (t) => {
  await killAfterCalls(t, 14);
});
