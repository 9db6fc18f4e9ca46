import { killStory, stories } from "./kill_stories.ts";
import { Stages } from "./tools_snapshot.ts";

Deno.test("killed at any call that changes a file, each program comes to the same end", async (t) => {
  await using stages = await Stages.play();
  for (const story of stories) await t.step(story.name, (t) => killStory(t, stages, story));
});
