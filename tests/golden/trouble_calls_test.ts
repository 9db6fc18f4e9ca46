import { stories } from "./kill_stories.ts";
import { Stages } from "./tools_snapshot.ts";
import { failCalls } from "./trouble_calls.ts";

// Every program, and every call: trouble_calls_slow_test.ts.
Deno.test("a call that fails is told of, never reboots, and is made up for later", async (t) => {
  await using stages = await Stages.play();
  for (const story of stories) {
    if (story.name === "golden-boot-validate that rolls back") await failCalls(t, stages, story, 3);
  }
});
