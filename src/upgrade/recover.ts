import { ExitCode } from "../cli/exit_code.ts";
import { finishMove } from "../config/move.ts";
import { pause } from "../host/clock.ts";
import { toplevelAt } from "../programs/nix.ts";
import { allUnits, isSystemdHere, unitStates } from "../programs/systemctl.ts";
import { activationUnit } from "./activate_system.ts";
import { failedUnits } from "./decide_health.ts";
import { decideRecovery } from "./decide_recovery.ts";
import {
  close,
  type Ending,
  noteDeployed,
  quarantine,
  rollBack,
  takeFilesBack,
} from "./end_run.ts";
import type { Journal } from "./journal_state.ts";
import type { UpgradeRun } from "./run.ts";

/** How long an activation that outlived its run is waited for, in milliseconds. */
const patience = 1_800_000;

/**
 * Brings a run that was cut short to an end: git and system are both before it, or both after it.
 * What it tried is not quarantined at once: it need not be its fault. Returns an exit code when this
 * run must not go on.
 */
export async function recover(run: UpgradeRun, journal: Journal): Promise<ExitCode | undefined> {
  const { repository, settings, report } = run;
  report.warn(`the run of ${journal.id} was cut short in its step "${journal.step}"`);
  await finishMove(repository.tree, repository);
  await activationEnded();
  const recovery = decideRecovery({
    journal,
    current: toplevelAt(settings.currentSystem),
    profile: toplevelAt(settings.profile),
  });
  const ending = await recovered(run, journal, recovery);
  report.warn(ending.message);
  await close(run, [], ending);
  return [ExitCode.needsPerson, ExitCode.rollbackFailed].some((code) => code === ending.code)
    ? ending.code
    : undefined;
}

async function recovered(
  run: UpgradeRun,
  journal: Journal,
  recovery: ReturnType<typeof decideRecovery>,
): Promise<Ending> {
  const why = `it was cut short in its step "${journal.step}"`;
  const { toplevel = "", failedBefore = [] } = journal.activating ?? {};
  switch (recovery.kind) {
    case "finish": {
      const unwell = failedUnits(await allUnits()).filter((name) => !failedBefore.includes(name));
      if (unwell.length > 0 && run.settings.onValidationFailure === "rollback") {
        return await rollBack(run, true, `${why}; not well since: ${unwell.join(", ")}`);
      }
      run.unwell = unwell;
      run.toplevel = toplevel;
      noteDeployed(run);
      const message = `${why}; all of it had gone live: ${toplevel}`;
      return unwell.length > 0
        ? { result: "degraded", message, code: ExitCode.degraded }
        : { result: "upgraded", message, code: ExitCode.done };
    }
    case "undo-all":
      await cutShort(run, toplevel, why);
      return await rollBack(run, true, why);
    case "undo-files":
      await takeFilesBack(run);
      return {
        result: "rolled-back",
        message: `${why}; nothing had gone live`,
        code: ExitCode.rolledBack,
      };
    case "leave":
      return {
        result: "refused",
        message: `${why}; another system was brought since, and is left as it is`,
        code: ExitCode.needsPerson,
        hint: "the next run goes on from there",
      };
  }
}

/** A system whose activation takes the host down would be tried for ever: twice is enough. */
async function cutShort(run: UpgradeRun, toplevel: string, why: string): Promise<void> {
  const { records, repository: { tree, remote, branch } } = run;
  if (records.host.cutShort === toplevel) {
    run.upstream = await tree.commitId(`refs/remotes/${remote}/${branch}`) ?? null;
    quarantine(run, `twice ${why}`);
  } else records.host = { ...records.host, cutShort: toplevel };
}

/** The activation runs in a unit of its own, and goes on when the run is killed. */
async function activationEnded(): Promise<void> {
  if (!isSystemdHere()) return;
  const unit = `${activationUnit}.service`;
  for (let waited = 0; waited < patience; waited += 1000) {
    const [state] = await unitStates([unit]);
    if (state === undefined || !["active", "activating"].includes(state.active)) return;
    await pause(1000);
  }
}
