import { Failure } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { monotonic, pause } from "../host/clock.ts";
import { allUnits, restartUnits } from "../programs/systemctl.ts";
import { whyNotLive } from "./build_system.ts";
import { unwellUnits } from "./decide_health.ts";
import type { UpgradeRun } from "./run.ts";

/** How often the units are looked at, in milliseconds. */
const interval = 1000;

/** Watches the units for a while: what was well before has to stay well. */
export const watchHealth: Step<UpgradeRun> = {
  name: "watch",
  describe: ({ settings }) => `watch the units for ${settings.healthWindowSeconds} s`,
  skip: (run) =>
    run.settled ?? whyNotLive(run) ??
      (run.pending === undefined ? undefined : "it waits for a reboot"),
  async run(run): Promise<void> {
    const unwell = await whatIsUnwell(run);
    if (unwell.length === 0) return;
    run.unwell = unwell;
    throw new Failure(`units are not well since: ${unwell.join(", ")}`);
  },
};

async function whatIsUnwell(
  { settings, failedBefore = [], firstLook = [], stop }: UpgradeRun,
): Promise<readonly string[]> {
  const window = settings.healthWindowSeconds * 1000;
  const started = monotonic();
  let retried = false;
  for (;;) {
    const passed = monotonic() - started;
    const last = await allUnits();
    const unwell = unwellUnits(failedBefore, firstLook, last);
    if (passed >= window || stop?.aborted) return unwell;
    const failed = unwell.filter((name) =>
      last.some((each) => each.name === name && each.hasFailed)
    );
    // Half of the window is for those that only came too early, as before the network was back.
    if (!retried && passed >= window / 2 && failed.length > 0) {
      retried = true;
      await restartUnits(failed);
    }
    await pause(Math.min(interval, window - passed + 1), stop);
  }
}
