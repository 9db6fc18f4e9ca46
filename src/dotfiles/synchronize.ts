import { ExitCode } from "../cli/exit_code.ts";
import { refusal, usageFailure } from "../cli/failure.ts";
import type { Values } from "../cli/options.ts";
import type { Report } from "../cli/report.ts";
import { runSteps } from "../cli/steps.ts";
import { now } from "../host/clock.ts";
import { keepAside, realPath } from "../host/files.ts";
import { applyMerged, resumeMove } from "./apply.ts";
import { captureEdits } from "./capture.ts";
import { judgeSource, nothingToDo, reasonOf, sortDrift } from "./decide_sync.ts";
import {
  bookmarked,
  conflictBookmarks,
  type Observation,
  observe,
  readHomeState,
  sourceKind,
} from "./facts.ts";
import type { HomeState } from "./home_state.ts";
import type { LastSync } from "./last_sync_state.ts";
import { mergeEdits } from "./merge.ts";
import {
  defaultBranch,
  ensureJj,
  ensureSource,
  identityFor,
  initChezmoi,
  programsFor,
  requireVersions,
} from "./prepare.ts";
import { maxRounds, neverSettled, publishBranch, publishConflict, tidy } from "./publish.ts";
import { receive } from "./receive.ts";
import { homeStatePath, type SyncRun, warn } from "./run.ts";
import type { Settings, syncOptions } from "./settings.ts";

/** How a sync ended. */
export interface Ending {
  readonly exit: ExitCode;
  /** The branch that was synced. */
  readonly branch: string;
  readonly sync: Omit<LastSync, "schema" | "time" | "host">;
}

/** The sync, in order. Everything but the last step is done again when something moved meanwhile. */
export const syncSteps = [
  captureEdits,
  receive,
  mergeEdits,
  applyMerged,
  publishBranch,
  publishConflict,
];

/** Syncs once, under the lock. */
export async function synchronize(
  given: Settings,
  options: Values<typeof syncOptions>,
  report: Report,
): Promise<Ending> {
  const cloned = await ensureSource(given, options.repoUrl, report);
  const settings = { ...given, source: await realPath(given.source) };
  const look = programsFor(settings);
  const state = await loadState(settings, report);
  const branch = settings.branch ?? state?.branch ??
    await defaultBranch(look.git, settings.remote);
  const where = { remote: settings.remote, branch, offline: options.offline };
  if (state === undefined) await requireVersions();
  if (cloned) await initChezmoi(settings, report);
  if (!(await sourceKind(settings.source)).jj) await ensureJj(look, settings.remote, branch);

  const seen = await observe(look, where);
  if (state !== undefined && isNoOp(seen, state, where)) return noOpEnding(state);
  const run = await start({ settings: { ...settings, branch }, options, report, seen, state });
  await resumeMove(run);
  await settleRounds(run);
  await runSteps([tidy], run, { dryRun: false, report });
  return endingOf(run);
}

async function settleRounds(run: SyncRun): Promise<void> {
  for (let round = 1;; round++) {
    run.again = false;
    await runSteps(syncSteps, run, { dryRun: false, report: run.report });
    if (!run.again) return;
    if (round === maxRounds) throw neverSettled(run);
  }
}

async function loadState(settings: Settings, report: Report): Promise<HomeState | undefined> {
  const path = homeStatePath(settings.stateDirectory);
  const read = await readHomeState(path);
  if (read === undefined) return undefined;
  if (read.kind === "corrupt") {
    const aside = keepAside(path, now());
    report.warn(`the record ${path} is corrupt (${read.reason}): kept as ${aside}, starting anew`);
    return undefined;
  }
  if (read.state.source !== settings.source) {
    throw usageFailure(
      `${settings.stateDirectory} has the record of another source: ${read.state.source}, ` +
        `not ${settings.source}`,
      "give each source a state directory of its own with --state-dir",
    );
  }
  return read.state;
}

interface Where {
  readonly remote: string;
  readonly branch: string;
  readonly offline: boolean;
}

function isNoOp(seen: Observation, state: HomeState, where: Where): boolean {
  if (seen.heads === "offline" || "kind" in seen.heads || "kind" in seen.drift) return false;
  const known = conflictBookmarks(seen.commits, where.remote);
  return nothingToDo({
    state,
    commits: seen.commits,
    drift: sortDrift(seen.drift, state.drift),
    unreported: seen.drift.filter((line) => reasonOf(line) !== undefined)
      .filter((line) => !(line.path in state.drift)).length,
    remoteMain: seen.heads.get(where.branch),
    sameConflicts: sameConflicts(seen.heads, known),
    parkedIsPublished: state.conflict !== null && known.get(state.bookmark) === state.conflict,
  });
}

function sameConflicts(
  heads: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): boolean {
  const there = [...heads].filter(([name]) => name.startsWith("conflict/"));
  return there.length === known.size && there.every(([name, id]) => known.get(name) === id);
}

async function start(from: {
  readonly settings: Settings & { readonly branch: string };
  readonly options: Values<typeof syncOptions>;
  readonly report: Report;
  readonly seen: Observation;
  readonly state: HomeState | undefined;
}): Promise<SyncRun> {
  const { settings, options, report, seen } = from;
  const identity = await identityFor(settings);
  const programs = programsFor(settings, identity.jjSettings);
  const copy = seen.commits.find((commit) => commit.isWorkingCopy);
  const tip = copy?.parents[0] ?? "";
  const main = bookmarked(seen.commits, `${settings.branch}@${settings.remote}`);
  const state = from.state ?? firstState(settings, tip);
  const run: SyncRun = {
    settings,
    policy: {
      commit: options.autoCommit,
      push: options.autoPush,
      onConflict: options.onConflict,
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
    again: false,
    prime: from.state === undefined || state.capturing,
    done: { captured: new Set(), received: new Set(), sent: new Set(), warnings: [] },
    trouble: undefined,
  };
  await refuseUnsound(run, seen);
  await judgeRemote(run, options.branch !== undefined);
  return run;
}

function firstState(settings: Settings & { readonly branch: string }, tip: string): HomeState {
  return {
    schema: 1,
    source: settings.source,
    branch: settings.branch,
    home: tip,
    main: null,
    base: null,
    parked: [],
    conflict: null,
    published: [],
    bookmark: `conflict/${settings.host}`,
    drift: {},
    moving: null,
    capturing: false,
  };
}

function isUpToDate(seen: Observation, where: { remote: string; branch: string }): boolean {
  if (seen.heads === "offline" || "kind" in seen.heads) return false;
  const main = bookmarked(seen.commits, `${where.branch}@${where.remote}`);
  return seen.heads.get(where.branch) === main &&
    sameConflicts(seen.heads, conflictBookmarks(seen.commits, where.remote));
}

/** Refuses a source that a person moved in a way that would lose or revert something. */
async function refuseUnsound(run: SyncRun, seen: Observation): Promise<void> {
  const { git } = run.programs;
  const { source, branch } = run.settings;
  const head = await git.symbolicRef("HEAD");
  const verdict = judgeSource({
    source,
    branch,
    commits: seen.commits,
    checkedOut: head?.replace(/^refs\/heads\//, ""),
  });
  if (verdict.kind === "refuse") throw refusal(verdict.message, verdict.hint);
  if (run.state.moving !== null) return;

  const within = async (commit: string): Promise<boolean> =>
    commit === run.tip || await git.isAncestor(commit, run.tip) ||
    (run.main !== undefined && await git.isAncestor(commit, run.main));
  const local = bookmarked(seen.commits, branch);
  if (local !== undefined && !await within(local)) {
    throw refusal(
      `${source} has commits on ${branch} that are not below what is checked out`,
      `git -C ${source} switch ${branch}, or jj -R ${source} new ${branch}`,
    );
  }
  const { home, base } = run.state;
  if (!await within(home) || (base !== null && !await git.isAncestor(home, run.tip))) {
    throw refusal(
      `${source} was moved off ${home.slice(0, 12)}, which has edits that are in no other place`,
      `go back with jj -R ${source} new ${home.slice(0, 12)}, then rebase there if you want to`,
    );
  }
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
      `sync with one of them: --branch ${others[0]}; or create it: --branch ${branch}`,
    );
  }
}

function noOpEnding(state: HomeState): Ending {
  const parked = state.conflict === null ? [] : state.parked;
  return {
    exit: parked.length > 0 ? ExitCode.needsPerson : ExitCode.done,
    branch: state.branch,
    sync: {
      result: parked.length > 0 ? "conflicts-preserved" : "success",
      message: parked.length > 0 ? parkedMessage(parked) : "nothing to do",
      captured: [],
      received: [],
      sent: [],
      parked: [...parked],
      warnings: [],
    },
  };
}

function endingOf(run: SyncRun): Ending {
  const { done, trouble, state } = run;
  const parked = state.conflict === null ? [] : state.parked;
  const counts = [
    [done.captured.size, "captured"],
    [done.received.size, "received"],
    [done.sent.size, "sent"],
  ].filter(([count]) => count !== 0).map(([count, what]) => `${what} ${count}`);
  const moved = counts.length > 0 ? counts.join(", ") : "nothing to do";
  const local = run.heads === "offline" || !run.policy.push;
  return {
    exit: trouble?.fatal === true
      ? ExitCode.failed
      : parked.length > 0
      ? ExitCode.needsPerson
      : ExitCode.done,
    branch: run.settings.branch,
    sync: {
      result: trouble !== undefined
        ? `${trouble.at}-failed`
        : parked.length > 0
        ? "conflicts-preserved"
        : local
        ? "success-local-only"
        : "success",
      message: [
        moved,
        ...(parked.length > 0 ? [parkedMessage(parked)] : []),
        ...(trouble === undefined ? [] : [`${run.settings.remote}: ${trouble.reason}`]),
      ].join("; "),
      captured: [...done.captured].sort(),
      received: [...done.received].sort(),
      sent: [...done.sent].sort(),
      parked: [...parked],
      warnings: [...done.warnings],
    },
  };
}

function parkedMessage(parked: readonly string[]): string {
  return `${parked.length} ${
    parked.length === 1 ? "file is" : "files are"
  } parked: chezmoi-resolve`;
}
