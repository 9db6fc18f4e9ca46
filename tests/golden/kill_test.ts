import assert from "node:assert/strict";
import { killStory, stories, type Story, tell } from "./kill_stories.ts";
import { Stages } from "./tools_snapshot.ts";

const named = (...names: readonly string[]): readonly Story[] =>
  names.map((name) => stories.find((each) => each.name === name) as Story);

// Every program, at every call: kill_slow_test.ts.
Deno.test("a program that is killed has done all of a change, or nothing of it", async (t) => {
  await using stages = await Stages.play();
  const { host } = stages;
  const some = named(
    ...["golden-boot-check that rolls back", "golden-boot-validate that pins"],
    ...["golden-boot-validate that rolls back", "pin-golden"],
  );
  for (const story of some) {
    await t.step(`${story.name} comes to the same end`, (t) => killStory(t, stages, story, 12));
  }
  const rebooting = named(
    ...["golden-boot-check that rolls back", "golden-boot-validate that fails"],
    ...["golden-boot-validate that rolls back", "rollback-to-golden"],
  );
  for (const story of rebooting) {
    await t.step(`${story.name} has all on the disk before it asks for a reboot`, async () => {
      const { points, reboots } = await tell(stages, story);
      assert.equal(reboots, 1);
      const trial = points.findIndex(({ text }) => text.includes("/state/trial.json.tmp"));
      const calls = points.slice(trial).map(({ call }) => call);
      // The file whole on the disk, then its name, then the name on the disk; then all programs.
      assert.deepEqual(calls.slice(0, 5), ["openat", "write", "fsync", "rename", "fsync"]);
      assert.ok(calls.slice(5).some((call) => /clone|fork/.test(call)));
    });
  }
  await t.step("what a killed program left behind does not pile up", async () => {
    const [story] = named("golden-boot-validate that pins");
    const { argv, traced, points } = await tell(stages, story as Story);
    const directories = [host.stateDir, `${host.store.gcRoots}/golden-generation`];
    const names = (): string[] =>
      directories.flatMap((path) => [...Deno.readDirSync(path)].map(({ name }) => name)).sort();
    for (const point of points.filter(({ text }) => /^rename.*\.tmp/.test(text))) {
      await traced.killedAt(argv, point);
      assert.equal((await host.run(argv)).status, 0);
      assert.deepEqual(names(), ["golden", "golden.json", "lock"]);
    }
  });
});
