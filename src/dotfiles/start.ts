import { refusal } from "../cli/failure.ts";
import type { Values } from "../cli/options.ts";
import type { Report } from "../cli/report.ts";
import { jjRoot } from "../programs/git_repository.ts";
import { initialRecord } from "./initial_record.ts";
import { homeStatePath } from "./home_record.ts";
import { judgeSource } from "./decide_sync.ts";
import {
  allBookmarked,
  bookmarked,
  conflictBookmarks,
  type Observation,
  sameConflicts,
} from "./facts.ts";
import type { HomeState } from "./home_state.ts";
import { identityFor, programsFor, refuseFilters } from "./prepare.ts";
import { refuseRewritten } from "./receive.ts";
import { hostTrailer, type SyncRun, warn } from "./run.ts";
import type { Settings } from "./settings.ts";
import type { syncOptions } from "./sync_options.ts";

/** What a sync that has something to do begins with. */
export interface Start {
  readonly settings: Settings & { readonly branch: string };
  readonly options: Values<typeof syncOptions>;
  readonly report: Report;
  readonly seen: Observation;
  readonly state: HomeState | undefined;
}

/** Begins a sync that has something to do; refuses what only a person can sort out. */
export async function start(from: Start): Promise<SyncRun> {
  const { settings, options, report, seen } = from;
  const identity = await identityFor(settings);
  const programs = programsFor(settings, identity.jjSettings);
  const copy = seen.commits.find((commit) => commit.isWorkingCopy);
  const tip = copy?.parents[0] ?? "";
  const main = bookmarked(seen.commits, `${settings.branch}@${settings.remote}`);
  const state = from.state ?? await initialRecord(programs, settings, tip, main);
  const run: SyncRun = {
    settings,
    policy: {
      commit: options.autoCommit,
      push: options.autoPush,
      onConflict: options.onConflict,
      secretGate: options.secretGate,
      acceptRewritten: options.acceptRewritten,
    },
    programs,
    identity,
    report,
    state,
    tip,
    main,
    heads: seen.heads,
    upToDate: isUpToDate(seen, settings),
    merged: undefined,
    replaced: new Set(),
    pending: [],
    waiting: false,
    again: false,
    prime: from.state === undefined || state.capturing,
    homeIsKnown: from.state !== undefined,
    done: {
      captured: new Set(),
      committed: new Set(),
      received: new Set(),
      applied: new Set(),
      sent: new Set(),
      warnings: [],
    },
    trouble: undefined,
  };
  await refuseFilters(programs.git);
  await refuseUnsound(run, seen, from);
  await judgeRemote(run, options.branch !== undefined);
  // A fetch of an earlier run may have met the rewrite already.
  if (run.heads instanceof Map && run.upToDate) await refuseRewritten(run, main);
  return run;
}

function isUpToDate(seen: Observation, where: { remote: string; branch: string }): boolean {
  if (seen.heads === "offline" || "kind" in seen.heads) return false;
  const main = bookmarked(seen.commits, `${where.branch}@${where.remote}`);
  return seen.heads.get(where.branch) === main &&
    sameConflicts(seen.heads, conflictBookmarks(seen.commits, where.remote));
}

/** Refuses a source that a person moved in a way that would lose or revert something. */
async function refuseUnsound(run: SyncRun, seen: Observation, from: Start): Promise<void> {
  const { git } = run.programs;
  const { source, branch } = run.settings;
  const head = await git.symbolicRef("HEAD");
  const checkedOut = head?.replace(/^refs\/heads\//, "");
  // A source that was never synced may still have the name git gave its first branch.
  const isNew = from.state === undefined && from.options.branch !== undefined &&
    run.heads instanceof Map && checkedOut !== undefined && !run.heads.has(checkedOut);
  const verdict = judgeSource({
    source,
    branch,
    commits: seen.commits,
    checkedOut: isNew ? undefined : checkedOut,
  });
  if (verdict.kind === "refuse") throw refusal(verdict.message, verdict.hint);
  if (run.state.moving !== null) return;

  const within = async (commit: string): Promise<boolean> =>
    commit === run.tip || await git.isAncestor(commit, run.tip) ||
    (run.main !== undefined && await git.isAncestor(commit, run.main));
  for (const local of allBookmarked(seen.commits, branch)) {
    if (local === run.state.local || await within(local)) continue;
    throw refusal(
      `${source} has commits on ${branch} that are not below what is checked out`,
      `git -C ${source} switch ${branch}, or jj -R ${source} new ${branch}`,
    );
  }
  const { base, main } = run.state;
  const edits = run.state.captured ?? run.state.home;
  if (edits !== jjRoot && await git.commitId(edits) === undefined) {
    throw refusal(
      `the record names commit ${edits.slice(0, 12)}, which ${source} does not have`,
      `was the repository replaced? rm ${
        homeStatePath(run.settings.stateDirectory)
      }, and the sync ` +
        "starts anew",
    );
  }
  const isPublished = main !== null && await git.isAncestor(edits, main);
  const isBelow = edits === run.tip || await git.isAncestor(edits, run.tip);
  const left = isBelow ? await interruptedCapture(run, edits) : edits;
  if (left !== undefined && (isBelow || base !== null || !(isPublished || await within(edits)))) {
    throw refusal(
      `${source} was moved off ${left.slice(0, 12)}, which has edits that are in no other place`,
      `go back with jj -R ${source} new ${left.slice(0, 12)}, then rebase there if you want to`,
    );
  }
}

/** The commit of a capture that was killed before it was recorded, where it is not below `@`. */
async function interruptedCapture(run: SyncRun, above: string): Promise<string | undefined> {
  if (!run.state.capturing) return undefined;
  const published = run.main === undefined ? run.tip : `(${run.tip} | ${run.main})`;
  const own = `description(substring:${JSON.stringify(hostTrailer(run))})`;
  const [left] = await run.programs.jj.ids(
    `children(${above}) & ${own} ~ ::${published} ~ empty()`,
  );
  return left;
}

/** Sorts out what is known of the remote before anything is changed. */
async function judgeRemote(run: SyncRun, branchIsGiven: boolean): Promise<void> {
  const { heads, settings } = run;
  const { remote, branch } = settings;
  if (heads === "offline") return;
  if ("kind" in heads) {
    if (await run.programs.git.config(`remote.${remote}.url`) === undefined) {
      warn(run, `${settings.source} has no remote "${remote}": syncing locally only`);
      run.heads = "offline";
      return;
    }
    run.trouble = { at: "fetch", fatal: heads.kind === "refused", reason: heads.reason };
    warn(run, `cannot reach ${remote}, doing the local part only: ${heads.reason}`);
    return;
  }
  const others = [...heads.keys()].filter((name) => !name.startsWith("conflict/"));
  if (!heads.has(branch) && others.length > 0 && run.state.main === null && !branchIsGiven) {
    throw refusal(
      `${remote} has no branch "${branch}", but ${others.map((name) => `"${name}"`).join(", ")}`,
      `to sync with it: git -C ${settings.source} branch -m ${branch} ${others[0]}, then ` +
        `--branch ${others[0]}; to create "${branch}" there: --branch ${branch}`,
    );
  }
}
