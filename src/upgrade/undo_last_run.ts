import { ExitCode } from "../cli/exit_code.ts";
import { refusal } from "../cli/failure.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { toplevelAt } from "../programs/nix.ts";
import { close, quarantine, rollBack } from "./end_run.ts";
import { hasMoved } from "./last_run_state.ts";
import { trackedTree, type UpgradeCall, type UpgradeRun } from "./run.ts";

/** Brings git and system back to where the last run began that moved either of them. */
export async function undoLastRun(
  run: UpgradeRun,
  { report }: Pick<UpgradeCall, "report">,
): Promise<ExitCode> {
  const { records, settings, repository } = run;
  const { tree } = repository;
  const last = records.history.findLast((each) =>
    each.result !== "undone" && (hasMoved(each) || each.result === "rollback-failed")
  );
  if (last === undefined || last.before.commit === null || last.before.files === null) {
    throw refusal("there is no run to undo", "upgrade-status tells of the last ones");
  }
  const { before, after } = last;
  if (run.head !== after.commit && run.head !== before.commit) {
    throw refusal(
      `HEAD was moved to ${run.head} since the run of ${last.id}`,
      "revert what came since, or go back by hand: nothing was changed",
    );
  }
  const current = toplevelAt(settings.currentSystem) ?? null;
  const profile = toplevelAt(settings.profile) ?? null;
  const isHalfway = last.result === "rollback-failed";
  const moved = isHalfway || before.toplevel !== current || before.profile !== profile;
  const action = isHalfway || before.toplevel !== current ? "switch" : "boot";
  records.journal = {
    schema: 1,
    id: isoSeconds(now()),
    program: "auto-upgrade --undo",
    step: "undo",
    before: {
      head: before.commit as string,
      files: before.files as string,
      tree: await tree.treeOf(before.files as string),
      toplevel: before.toplevel,
      profile: before.profile,
    },
    found: run.tree,
    pulled: after.commit === null || after.files === null
      ? null
      : { head: after.commit, tree: after.files },
    activating: moved && profile !== null ? { toplevel: profile, action, failedBefore: [] } : null,
  };
  const ending = await rollBack(run, moved, `undid the run of ${last.id}`);
  const isUndone = ending.code === ExitCode.rolledBack;
  if (isUndone) await keepItSo(run, before.commit as string, before.profile);
  const undone = isUndone ? { ...ending, result: "undone", code: ExitCode.done } as const : ending;
  await close(run, [], undone);
  if (isUndone) report.answer(undone.message);
  else report.error(undone.message);
  return undone.code;
}

/** The timer must not bring back what was undone, nor take what runs again for a downgrade. */
async function keepItSo(
  run: UpgradeRun,
  commit: string,
  toplevel: string | null,
): Promise<void> {
  const { records, repository } = run;
  const { tree, remote, branch } = repository;
  const files = await trackedTree(repository);
  run.upstream = await tree.commitId(`refs/remotes/${remote}/${branch}`) ?? null;
  records.journal = records.journal && { ...records.journal, found: files };
  quarantine(run, "a person undid it");
  const { deployed } = records.host;
  if (deployed === null || toplevel === null) return;
  const since = isoSeconds(now());
  const failedUnits: string[] = [];
  records.host = {
    ...records.host,
    deployed: { commit, base: null, tree: files, toplevel, since, waits: false, failedUnits },
  };
}
