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
  const { records, repository } = run;
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
  const { commit: head, files } = before;
  const { currentSystem, profile } = run.settings;
  const isThere = run.head === head && run.head !== after.commit &&
    toplevelAt(currentSystem) === before.toplevel && toplevelAt(profile) === before.profile;
  if (isThere && last.result !== "rollback-failed") {
    throw refusal(
      `git and system are where the run of ${last.id} began: it is undone already`,
      "upgrade-status tells of the last runs; `rebuild-smart --history` of systems to go back to",
    );
  }
  return await goBack(run, {
    what: `undid the run of ${last.id}`,
    before: {
      head: head as string,
      files: files as string,
      tree: await tree.treeOf(files as string),
    },
    after: after.commit === null || after.files === null
      ? null
      : { head: after.commit, tree: after.files },
    toplevel: before.toplevel,
    profile: before.profile,
    isHalfway: last.result === "rollback-failed",
  }, report);
}

/** Where a person wants git and system to be. */
export interface Earlier {
  /** What to tell of it when it is done. */
  readonly what: string;
  readonly before: { readonly head: string; readonly files: string; readonly tree: string };
  /** HEAD and files as they are, but for what was edited since; null: they stay. */
  readonly after: { readonly head: string; readonly tree: string } | null;
  readonly toplevel: string | null;
  readonly profile: string | null;
  /** The system need not be what its links say: it is activated in any case. */
  readonly isHalfway: boolean;
}

/** Brings git and system to an earlier place, journaled as any run is. */
export async function goBack(
  run: UpgradeRun,
  { what, before, after, toplevel, profile, isHalfway }: Earlier,
  report = run.report,
): Promise<ExitCode> {
  const { records, settings, program } = run;
  const current = toplevelAt(settings.currentSystem) ?? null;
  const moved = isHalfway || toplevel !== current ||
    profile !== (toplevelAt(settings.profile) ?? null);
  const action = isHalfway || toplevel !== current ? "switch" : "boot";
  records.journal = {
    schema: 1,
    id: isoSeconds(now()),
    program: `${program} ${program === "auto-upgrade" ? "--undo" : "--rollback"}`,
    repo: run.repository.tree.source,
    step: "undo",
    before: { ...before, toplevel, profile },
    found: run.tree,
    pulled: after,
    activating: moved && profile !== null ? { toplevel: profile, action, failedBefore: [] } : null,
    announced: [],
    beside: [],
  };
  const ending = await rollBack(run, moved, what);
  const isUndone = ending.code === ExitCode.rolledBack;
  if (isUndone && ending.areBack !== false) await keepItSo(run, before.head, profile);
  const code = ending.areBack === false ? ExitCode.needsPerson : ExitCode.done;
  const undone = isUndone ? { ...ending, result: "undone", code } as const : ending;
  const last = await close(run, [], undone);
  if (run.settings.json) report.answer(JSON.stringify(last, null, 2));
  else if (undone.code === ExitCode.done) report.answer(undone.message);
  else report.error(undone.message);
  if (undone.hint !== undefined) report.hint(undone.hint);
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
    deployed: { commit, base: null, tree: null, toplevel, since, waits: false, failedUnits },
  };
}
