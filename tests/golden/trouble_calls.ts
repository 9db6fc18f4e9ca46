/** Each system call by which a program changes something fails once: disk full, read-only, broken. */
import assert from "node:assert/strict";
import type { KillPoint } from "./kill_points.ts";
import { end, holds, isRolledBack, stateFiles, type Story, tell } from "./kill_stories.ts";
import type { Stages } from "./tools_snapshot.ts";

/** What a file system or a kernel that is in trouble answers. */
const errors = ["ENOSPC", "EROFS", "EIO", "EDQUOT"] as const;

/** Lets calls of a story's program fail; all is said, nothing reboots, and the next run goes on. */
export async function failCalls(
  t: Deno.TestContext,
  stages: Stages,
  story: Story,
  every = 1,
): Promise<void> {
  const { host, good } = stages;
  const { argv, traced, points, before, after, end: expected } = await tell(stages, story);
  const fail = async (point: KillPoint, error: string): Promise<void> => {
    const { status, stderr } = await traced.failedAt(argv, point, error);
    assert.doesNotMatch(stderr, /this is a bug/);
    assert.ok([1, 2, 6].includes(status), `exit ${status}: ${stderr}`);
    assert.match(stderr, /^error: .*(cannot|failed)/m);
    // Healthy boots must not count as failures where nothing can be pinned: the only third state.
    const trial = (await stateFiles(host)).trial;
    const third = trial?.includes("could not be recorded") ? { ...after, trial } : after;
    await holds(host, before, third);
    assert.equal(await host.reboots(), 0);
    const again = await host.run(argv);
    assert.ok([0, 1, 3, story.code].includes(again.status), `${again.status}: ${again.stderr}`);
    const came = await end(stages, story, await host.reboots());
    if (came.golden === good && expected.golden !== good) return isRolledBack(came, good);
    assert.deepEqual(came, expected);
  };
  for (const [at, point] of points.entries()) {
    if (at % every !== 0 || point.text.includes("EEXIST")) continue;
    const error = errors[(at / every) % errors.length] as string;
    await t.step(`${error} at ${point.text.slice(0, 60)}`, () => fail(point, error));
  }
}
