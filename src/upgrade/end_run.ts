import { ExitCode } from "../cli/exit_code.ts";
import type { Failure } from "../cli/failure.ts";
import type { StepEnd } from "../cli/steps.ts";
import { finishMove } from "../config/move.ts";
import { type ConfigRepository, type Opened, openRepository } from "../config/repository.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { split0 } from "../programs/git.ts";
import { toplevelAt } from "../programs/nix.ts";
import type { WorkTree } from "../programs/work_tree.ts";
import { type Deployed, withQuarantined } from "./host_state.ts";
import { needsReboot } from "./facts.ts";
import type { LastRun, Result } from "./last_run_state.ts";
import { journalOf, note } from "./pull_upstream.ts";
import { tellChange } from "./notify.ts";
import { type UpgradeRun, warn } from "./run.ts";
import { undoFiles, undoSystem } from "./undo.ts";

/** How a run ended, for the report and the exit code. */
export interface Ending {
  readonly result: Result;
  readonly message: string;
  readonly code: ExitCode;
  readonly hint?: string;
  /** After a rollback: whether the files are back as well, and not only the system. */
  readonly areBack?: boolean;
}

/** The ending of a run whose steps all went well. */
export function endWell(run: UpgradeRun): Ending {
  const code = run.needsPerson === true ? ExitCode.needsPerson : ExitCode.done;
  const { settled, noSwitch, toplevel } = run;
  if (settled !== undefined && run.quarantined) {
    return { result: "quarantined", message: settled, code };
  }
  const pending = run.pending ?? needsReboot(run.settings);
  if (run.unwell.length > 0) {
    const message = `units are not well since the last upgrade: ${run.unwell.join(", ")}`;
    return { result: "degraded", message, code: ExitCode.degraded };
  }
  if (settled !== undefined) {
    const result = pending === undefined ? "unchanged" : "reboot-pending";
    return { result, message: pending === undefined ? settled : `${settled}; ${pending}`, code };
  }
  if (noSwitch) return { result: "built", message: `built ${toplevel}`, code };
  return pending === undefined
    ? { result: "upgraded", message: `upgraded to ${toplevel}`, code }
    : { result: "reboot-pending", message: `${toplevel} waits for a reboot: ${pending}`, code };
}

/** Notes what runs now, and from which files it was built. */
export function noteDeployed(run: UpgradeRun): void {
  const { records, toplevel } = run;
  const { host } = records;
  const path = toplevel ?? host.deployed?.toplevel;
  if (path === undefined) return;
  const deployed: Deployed = {
    commit: run.head,
    base: run.upstream ?? host.deployed?.base ?? null,
    tree: run.tree,
    toplevel: path,
    since: host.deployed?.toplevel === path ? host.deployed.since : isoSeconds(now()),
    waits: run.pending !== undefined ||
      run.settled !== undefined && host.deployed?.toplevel === path && host.deployed.waits &&
        toplevelAt(run.settings.currentSystem) !== path,
    failedUnits: [...run.unwell],
  };
  if (JSON.stringify(deployed) !== JSON.stringify(host.deployed)) {
    records.host = { ...host, deployed };
  }
}

/**
 * The ending of a run of which a step failed: what the policy says becomes of git and system, and
 * what failed is not tried again until something moves.
 */
export async function endBadly(run: UpgradeRun, step: string, error: Failure): Promise<Ending> {
  const { onValidationFailure } = run.settings;
  const isLive = step === "activate" || step === "watch";
  const isTried = isLive || ["build", "check", "mark"].includes(step);
  const failed: Ending = {
    result: resultOf(error.code),
    message: error.message,
    code: error.code,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  };
  // The system is as it should be, whatever came after.
  if (run.isWell) return { ...failed, result: endWell(run).result };
  if (!isTried) {
    await takeFilesBack(run);
    return failed;
  }
  quarantine(run, error.message);
  const degraded: Ending = { result: "degraded", message: error.message, code: ExitCode.degraded };
  if (step === "watch" && onValidationFailure !== "rollback") {
    noteDeployed(run);
    return degraded;
  }
  if (onValidationFailure === "notify" && !isLive) return failed;
  return await rollBack(run, isLive, error.message);
}

/** The ending of a run that was told to stop in one of its steps: as if it had never begun, or whole. */
export async function endStopped(run: UpgradeRun, step: string): Promise<Ending> {
  const why = `stopped in its step "${step}"`;
  const code = run.stop?.reason === "SIGTERM" ? ExitCode.terminated : ExitCode.interrupted;
  if (run.isWell) {
    const message = `${why}; what is live was found well and stays`;
    return { result: endWell(run).result, message, code, hint: "the next run does the rest" };
  }
  const ending = await rollBack(run, journalOf(run).activating !== null, why);
  return ending.code === ExitCode.rollbackFailed ? ending : { ...ending, code };
}

/**
 * Takes the files back, or tells why not: a failure here must not hide the one that led here. Returns
 * whether all of them are where they were.
 */
export async function takeFilesBack(run: UpgradeRun): Promise<boolean> {
  const { repository } = run;
  const { before, pulled, announced, beside } = journalOf(run);
  const warned = run.warnings.length;
  const moved = [
    {
      before,
      pulled,
      open: async () => {
        // A move that was cut off goes on to its end first, and then all of it back.
        await finishMove(repository.tree, repository);
        return repository;
      },
    },
    ...beside.map(({ repo, remote, before, pulled }) => ({
      before,
      pulled,
      open: async () => await ready(await openBeside(run, repo, remote)),
    })),
  ];
  for (const { before, pulled, open } of moved) {
    try {
      const why = await undoFiles(await open(), before, pulled);
      if (why !== undefined) warn(run, why);
    } catch (error) {
      warn(run, `the repository stays as it is: ${(error as Error).message}`);
    }
  }
  if (announced.length > 0) await unannounce(repository.tree, announced);
  return run.warnings.length === warned;
}

/** Makes git forget new files that it was only told of; what somebody staged since stays staged. */
async function unannounce(tree: WorkTree, announced: readonly string[]): Promise<void> {
  const listed = await tree.attempt(["diff-files", "--name-only", "-z", "--diff-filter=A"]);
  const only = new Set(split0(listed.stdout));
  const stdin = announced.filter((path) => only.has(path)).join("\0");
  if (stdin === "") return;
  const args = ["reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul"];
  await tree.attempt(args, { stdin });
}

/** A repository whose files are whole: a move that was cut short is brought to its end first. */
export async function ready({ repository, isMoving }: Opened): Promise<ConfigRepository> {
  if (isMoving) await finishMove(repository.tree, repository);
  return repository;
}

/** Opens another repository that a run takes along. */
export async function openBeside(
  { settings, repository: { host, acceptRewritten } }: UpgradeRun,
  repo: string,
  remote: string,
): Promise<Opened> {
  const { conflictStrategy, timeout } = settings;
  const branch = undefined;
  const options = { repo, remote, branch, host, conflictStrategy, timeout, acceptRewritten };
  return await openRepository(options);
}

/** Git and system together, back to where the run began. */
export async function rollBack(run: UpgradeRun, isLive: boolean, reason: string): Promise<Ending> {
  note(run, { step: "roll-back" });
  const { before, activating } = journalOf(run);
  const trouble = isLive && activating !== null
    ? await undoSystem(before, activating.action, run.settings)
    : undefined;
  if (trouble !== undefined) {
    return {
      result: "rollback-failed",
      message: `${reason}; and the way back failed: ${trouble}`,
      code: ExitCode.rollbackFailed,
      hint: "the repository stays with what was tried; `auto-upgrade --undo` or " +
        "`rebuild-smart --rollback` tries again",
    };
  }
  const areBack = await takeFilesBack(run);
  const system = isLive ? `back on ${before.toplevel}` : "nothing went live";
  const what = !areBack
    ? `${system}, but files stay as they are`
    : journalOf(run).pulled !== null
    ? `${system}, git is where it was`
    : system;
  const message = `${reason}; ${what}`;
  return { result: "rolled-back", message, code: ExitCode.rolledBack, areBack };
}

/** What failed is not tried again until the remote or the files move. */
export function quarantine({ records, head, tree, upstream }: UpgradeRun, reason: string): void {
  const { found } = records.journal ?? {};
  if (found === undefined) return;
  records.host = withQuarantined(records.host, {
    commit: head,
    upstream,
    from: found,
    tree,
    time: isoSeconds(now()),
    reason: reason.slice(0, 500),
  });
}

/** Records how a run ended, tells who wants to know, and closes its journal. */
export async function close(
  run: UpgradeRun,
  steps: readonly StepEnd[],
  ending: Ending,
): Promise<LastRun> {
  const { records, repository, settings, warnings, unwell } = run;
  const { id, program, before, pulled } = journalOf(run);
  const head = await repository.tree.commitId("HEAD") ?? null;
  const last: LastRun = {
    schema: 1,
    id,
    program,
    endedAt: isoSeconds(now()),
    result: ending.result,
    message: ending.message,
    exitCode: ending.code,
    before: {
      commit: before.head,
      files: before.files,
      toplevel: before.toplevel,
      profile: before.profile,
    },
    after: {
      commit: head,
      files: pulled?.tree ?? before.tree,
      toplevel: toplevelAt(settings.currentSystem) ?? null,
      profile: toplevelAt(settings.profile) ?? null,
      ...(run.isWell && head !== null
        ? { isClean: await repository.tree.treeOf(head) === run.tree }
        : {}),
    },
    steps: steps.map((step) => ({ ...step, seconds: Math.round(step.seconds * 1000) / 1000 })),
    failedUnits: [...unwell],
    warnings: [...warnings],
  };
  records.record(last);
  records.journal = undefined;
  await tellChange(run, last);
  return last;
}

/**
 * Records a run that was refused before it began, and tells who wants to know: at night nobody saw
 * it, and the host would look as it did after the last one.
 */
export async function closeRefused(
  run: Pick<UpgradeRun, "records" | "settings" | "report" | "program">,
  host: string,
  { message, code }: Failure,
): Promise<void> {
  const { records, settings, program } = run;
  const time = isoSeconds(now());
  const place = {
    commit: null,
    files: null,
    toplevel: toplevelAt(settings.currentSystem) ?? null,
    profile: toplevelAt(settings.profile) ?? null,
  };
  const last: LastRun = {
    schema: 1,
    id: time,
    program,
    endedAt: time,
    result: resultOf(code),
    message,
    exitCode: code,
    before: place,
    after: place,
    steps: [],
    failedUnits: [],
    warnings: [],
  };
  records.record(last);
  await tellChange({ ...run, repository: { host } }, last);
}

function resultOf(code: ExitCode): Result {
  return code === ExitCode.needsPerson ? "refused" : "failed";
}
