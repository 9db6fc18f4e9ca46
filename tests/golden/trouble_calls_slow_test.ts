import { stories } from "./kill_stories.ts";
import { Stages } from "./tools_snapshot.ts";
import { failCalls } from "./trouble_calls.ts";

Deno.test("any call that fails is told of, never reboots, and is made up for later", async (t) => {
  await using stages = await Stages.play();
  for (const story of stories) await t.step(story.name, (t) => failCalls(t, stages, story));
});
