import { runSteps, type Step } from "../cli/steps.ts";
import { applyMerged, resumeMove } from "./apply.ts";
import { captureEdits } from "./capture.ts";
import { type Ending, endingOf } from "./ending.ts";
import { mergeEdits } from "./merge.ts";
import { readParked, targetsOf } from "./parked.ts";
import { publishBranch, publishConflict } from "./publish.ts";
import { receive } from "./receive.ts";
import { pushResolutions, resolveBy } from "./resolve_parked.ts";
import { save, type SyncRun } from "./run.ts";
import { maxRounds, neverSettled } from "./rounds.ts";
import { type Start, start } from "./start.ts";
import { tidy } from "./tidy.ts";

/** The sync, in order. All of it is done again when the remote or the home moved meanwhile. */
export const syncSteps: readonly Step<SyncRun>[] = [
  captureEdits,
  receive,
  mergeEdits,
  applyMerged,
  publishBranch,
  publishConflict,
];

/** Does the work of a sync that has any. */
export async function syncInRounds(from: Start): Promise<Ending> {
  const run = await start(from);
  await resumeMove(run);
  await settle(run);
  if (run.policy.onConflict !== "park") await resolveOwn(run);
  const main = run.main ?? null;
  if (from.state === undefined || run.state.main !== main) save(run, { main });
  await runSteps([tidy], run, { dryRun: false, report: run.report });
  return endingOf(run);
}

async function settle(run: SyncRun): Promise<void> {
  for (let round = 1;; round++) {
    run.again = false;
    await runSteps(syncSteps, run, { dryRun: false, report: run.report });
    if (!run.again) return;
    if (round === maxRounds) throw neverSettled(run);
  }
}

/**
 * Resolves what this host has parked, by the policy and at once. What cannot be pushed now stays
 * parked, and the next sync tries again.
 */
async function resolveOwn(run: SyncRun): Promise<void> {
  const { programs, settings, policy } = run;
  const take = policy.onConflict === "prefer-local" ? settings.host : "remote";
  for (let attempt = 1; attempt <= maxRounds; attempt++) {
    if (run.state.conflict === null || run.trouble !== undefined || run.heads === "offline") return;
    if (!policy.push) return;
    const parked = await readParked(programs, settings);
    const own = parked.conflicts.filter(({ bookmark }) => bookmark === run.state.bookmark);
    if (parked.main === undefined || own.length === 0) return;
    const current = { main: parked.main, conflicts: own };
    const resolutions = await Promise.all(
      targetsOf(own).map((target) => resolveBy(programs, current.main, target, take)),
    );
    const pushed = await pushResolutions(programs, current, resolutions, {
      ...settings,
      identity: run.identity,
    });
    if (pushed.kind === "failed") return;
    run.upToDate = false;
    await settle(run);
  }
}
