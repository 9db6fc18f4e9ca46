import { refusal } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { remoteTrouble } from "../programs/remote_trouble.ts";
import { conflictBookmarks } from "./facts.ts";
import { literal } from "../programs/jj.ts";
import { save, type SyncRun, warn } from "./run.ts";

/** Brings in what other hosts pushed; source and home are not touched yet. */
export const receive: Step<SyncRun> = {
  name: "receive",
  describe: (run) => `fetch ${run.settings.branch} from ${run.settings.remote}`,
  skip: (run) => {
    if (run.heads === "offline") return "offline";
    if ("kind" in run.heads) return run.heads.reason;
    return run.upToDate ? "the remote has nothing new" : undefined;
  },
  async run(run): Promise<void> {
    const { jj } = run.programs;
    const { remote, branch, timeout } = run.settings;
    const output = await jj.fetch(remote);
    if (output.status !== 0 || output.timedOut) {
      const trouble = remoteTrouble(output, timeout);
      run.trouble = { at: "fetch", fatal: trouble.kind === "refused", reason: trouble.reason };
      warn(run, `cannot fetch from ${remote}, going on without: ${trouble.reason}`);
      return;
    }
    const here = `present(${literal(branch)}@${literal(remote)})`;
    const [main] = await jj.commits(here);
    if (main?.hasConflict === true) {
      throw refusal(
        `${remote}'s ${branch} holds unresolved conflicts (commit ${main.id.slice(0, 12)})`,
        `some other program pushed them; resolve that commit with jj and push ${branch} again`,
      );
    }
    await refuseRewritten(run, main?.id);
    run.main = main?.id;
    run.upToDate = true;
    if (run.main !== undefined && run.main !== run.state.main) save(run, { main: run.main });
  },
};

/** A remote that dropped what it had is a decision that only a person may take over. */
export async function refuseRewritten(run: SyncRun, main: string | undefined): Promise<void> {
  const before = run.state.main;
  const { remote, branch } = run.settings;
  if (before === null || before === main || before === run.state.rewritten) return;
  if (main !== undefined && await run.programs.git.isAncestor(before, main)) return;
  if (!run.policy.acceptRewritten) {
    const what = main === undefined
      ? `no longer has ${branch}`
      : `rewrote the history of ${branch}`;
    throw refusal(
      `${remote} ${what}: ${before.slice(0, 12)}, which this host has, is not in it any more`,
      `nothing was changed here; push ${before.slice(0, 12)} again, or take the new history over ` +
        "with chezmoi-sync --accept-rewritten",
    );
  }
  warn(run, `taking over the rewritten history of ${remote}'s ${branch}`);
  // What this host had from the old history is no edit of its own.
  save(run, { rewritten: before });
}

/** The conflict bookmarks on the remote, by the last fetch. */
export async function knownConflicts(run: SyncRun): Promise<ReadonlyMap<string, string>> {
  const { remote } = run.settings;
  const revset = `remote_bookmarks(glob:"conflict/*", remote=exact:${literal(remote)})`;
  return conflictBookmarks(await run.programs.jj.commits(revset), remote);
}
