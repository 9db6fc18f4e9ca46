import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { refusal, usageFailure } from "../cli/failure.ts";
import { tableLines } from "../terminal/summary_table.ts";
import { short } from "../config/decide_pull.ts";
import { terminalSize } from "../host/terminal.ts";
import { isValid, toplevelAt } from "../programs/nix.ts";
import { Records } from "../upgrade/records.ts";
import { goBack, undoLastRun } from "../upgrade/undo_last_run.ts";
import { type Deployment, deployments } from "./decide_history.ts";
import type { RebuildOptions, rebuildSmartOptions } from "./rebuild.ts";
import type { RebuildRun } from "./run.ts";

/** The systems that were well here, newest first. */
export function historyOf(records: Records, options: RebuildOptions): readonly Deployment[] {
  const { currentSystem, profile } = options;
  return deployments(records.history, toplevelAt(currentSystem), toplevelAt(profile));
}

/** Lists them, with the number that `--rollback N` takes. */
export function tellHistory({ options, report }: Call<typeof rebuildSmartOptions>): ExitCode {
  const records = new Records(options.stateDir, report, true);
  const columns = terminalSize()?.columns ?? 0;
  const found = historyOf(records, options);
  if (options.json) report.answer(JSON.stringify({ schema: 1, deployments: found }, null, 2));
  else if (found.length === 0) report.answer("nothing was rebuilt here yet");
  else {
    const rows = found.map(({ date, commit, toplevel, isCurrent, isClean }, number) =>
      [
        `${isCurrent ? "*" : " "} ${number}`,
        `${date}  ${short(commit)}${isClean ? "" : " and more"}  ${toplevel}`,
      ] as const
    );
    report.answer(tableLines(rows, columns).join("\n"));
  }
  return ExitCode.done;
}

/**
 * The system that a number of the history stands for.
 *
 * @throws {Failure} (usage) when there is none
 */
export function numbered(records: Records, options: RebuildOptions, number: number): Deployment {
  const target = historyOf(records, options)[number];
  if (target !== undefined) return target;
  throw usageFailure(`there is no number ${number} in the history`, "rebuild-smart --history");
}

/** Goes back to where the last run began, or to a system of the history. */
export async function rollBackTo(
  run: RebuildRun,
  target: Deployment | undefined,
): Promise<ExitCode> {
  if (target === undefined) return await undoLastRun(run, run);
  const { repository: { tree }, report } = run;
  const { commit, toplevel, date, isClean } = target;
  if (!await isValid(toplevel)) {
    throw refusal(
      `${toplevel} is gone: garbage was collected since ${date}`,
      `build it again: \`git -C ${tree.source} checkout ${short(commit)}\`, then rebuild-smart`,
    );
  }
  if (await tree.commitId(commit) === undefined) {
    throw refusal(
      `commit ${commit} is not in ${tree.source} any more`,
      "rollback-to-golden, or `nixos-rebuild switch --rollback`, go back without git",
    );
  }
  if (!isClean) {
    report.warn("it was built from files that were in no commit: only its commit comes back");
  }
  return await goBack(run, {
    what: `went back to the system of ${date}`,
    before: { head: commit, files: commit, tree: await tree.treeOf(commit) },
    after: { head: run.head, tree: await tree.treeOf(run.head) },
    toplevel,
    profile: toplevel,
    isHalfway: false,
  });
}
