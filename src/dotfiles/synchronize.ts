import { usageFailure } from "../cli/failure.ts";
import type { Values } from "../cli/options.ts";
import type { Report } from "../cli/report.ts";
import type { Chezmoi, StatusLine } from "../programs/chezmoi.ts";
import { now } from "../host/clock.ts";
import { setUmask, umask } from "../host/environment.ts";
import { keepAside, realPath } from "../host/files.ts";
import { nothingToDo, reasonOf, sortDrift } from "./decide_sync.ts";
import { type Ending, noOpEnding } from "./ending.ts";
import {
  allBookmarked,
  conflictBookmarks,
  type Observation,
  observe,
  sameConflicts,
  sourceKind,
  type Where,
} from "./facts.ts";
import type { HomeState } from "./home_state.ts";
import { knownReason } from "./judge_edit.ts";
import { loadState } from "./home_record.ts";
import {
  defaultBranch,
  ensureJj,
  ensureSource,
  initChezmoi,
  programsFor,
  refuseFilters,
  requireVersions,
} from "./prepare.ts";
import type { Settings } from "./settings.ts";
import type { syncOptions } from "./sync_options.ts";

/**
 * Syncs once, under the lock.
 *
 * @param status the drift of the home, where it was asked for already
 */
export async function synchronize(
  given: Settings,
  options: Values<typeof syncOptions>,
  report: Report,
  status?: ReturnType<Chezmoi["status"]>,
): Promise<Ending> {
  const cloned = await ensureSource(given, options.repoUrl, report);
  const settings = cloned ? { ...given, source: realPath(given.source) } : given;
  const programs = programsFor(settings);
  let state = loadState(settings, report);
  const branch = settings.branch ?? state?.branch ??
    await defaultBranch(programs.git, settings.remote);
  const where = { remote: settings.remote, branch, offline: options.offline };
  if (state !== undefined && state.branch !== branch) {
    throw usageFailure(
      `${settings.source} has been synced with branch "${state.branch}", not "${branch}"`,
      "give each branch a state directory of its own with --state-dir",
    );
  }
  if (state === undefined) {
    await requireVersions();
    await refuseFilters(programs.git);
  }
  if (cloned) await initChezmoi(settings, report);
  if (!sourceKind(settings.source).jj) await ensureJj(programs, settings.remote, branch);

  const fresh = (): ReturnType<Chezmoi["status"]> => programs.chezmoi.status();
  const mask = state?.umask ?? umask();
  const hasOtherUmask = mask !== umask();
  if (hasOtherUmask) setUmask(mask);
  const isCurrent = !cloned && !hasOtherUmask;
  let seen = await observe(programs, where, isCurrent ? status ?? fresh() : fresh());
  if ("kind" in seen.drift && seen.drift.kind === "database") {
    const aside = keepAside(seen.drift.target ?? "", now().toISOString());
    report.warn(`chezmoi's database is corrupt (${seen.drift.reason}): kept as ${aside}`);
    if (state !== undefined) state = { ...state, capturing: true };
    seen = await observe(programs, where, fresh());
  }
  if (state !== undefined && isNoOp(seen, state, where)) return noOpEnding(state);
  // Loaded when needed: most runs find nothing to do, and this is most of the program.
  const { syncInRounds } = await import("./sync_in_rounds.ts");
  return await syncInRounds({ settings: { ...settings, branch }, options, report, seen, state });
}

function isNoOp(seen: Observation, state: HomeState, where: Where): boolean {
  if (seen.heads === "offline" || "kind" in seen.heads || "kind" in seen.drift) return false;
  const known = conflictBookmarks(seen.commits, where.remote);
  const isKnown = (line: StatusLine): boolean => knownReason(state.drift, line) !== undefined;
  return nothingToDo({
    state,
    commits: seen.commits,
    drift: sortDrift(seen.drift, isKnown),
    unreported: seen.drift.filter((line) => reasonOf(line) !== undefined && !isKnown(line)).length,
    localMain: allBookmarked(seen.commits, where.branch),
    remoteMain: seen.heads.get(where.branch),
    sameConflicts: sameConflicts(seen.heads, known),
    parkedIsPublished: state.conflict !== null && known.get(state.bookmark) === state.conflict,
  });
}
