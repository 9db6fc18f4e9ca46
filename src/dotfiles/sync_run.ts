import type { Call } from "../cli/command.ts";
import type { ExitCode } from "../cli/exit_code.ts";
import { busyFailure } from "../cli/failure.ts";
import { now } from "../host/clock.ts";
import { Chezmoi } from "../programs/chezmoi.ts";
import type { LastSync } from "./last_sync_state.ts";
import { settle } from "./settings.ts";
import { lockState } from "./state_lock.ts";
import type { syncOptions } from "./sync_options.ts";

/** Does what `chezmoi-sync` was called for. */
export async function runSync({ options, report }: Call<typeof syncOptions>): Promise<ExitCode> {
  const settings = await settle(options);
  if (options.dryRun) {
    const { previewSync } = await import("./preview.ts");
    return await previewSync(settings, options, report);
  }
  const lock = await lockState(settings.stateDirectory, "chezmoi-sync");
  // The longest part of a run that finds nothing to do, so it begins before the rest is loaded.
  const status = settings.sourceExists ? new Chezmoi(settings.source).status() : undefined;
  status?.catch(() => {}); // Whoever uses it hears of the failure.
  const [{ recordSync }, { freeOfStaleLocks }, { synchronize }] = await Promise.all([
    import("./record.ts"),
    import("../programs/stale_locks.ts"),
    import("./synchronize.ts"),
  ]);
  const record = (sync: Omit<LastSync, "schema" | "time" | "host">): LastSync =>
    recordSync(settings.stateDirectory, { host: settings.host, ...sync }, now());
  try {
    const ending = await freeOfStaleLocks(
      { source: settings.source, gitDirectory: `${settings.source}/.git` },
      () => synchronize(settings, options, report, status),
      (who, cause) => busyFailure(who, settings.source, cause),
    );
    const last = record(ending.sync);
    report.answer(options.json ? JSON.stringify(last, null, 2) : last.message);
    return ending.exit;
  } catch (error) {
    const { explain, failedSync } = await import("./explain.ts");
    const told = await explain(error);
    try {
      record(failedSync(told));
    } catch (unrecorded) {
      report.warn(`cannot record how this sync ended: ${(unrecorded as Error).message}`);
    }
    throw told;
  } finally {
    lock.release();
  }
}
