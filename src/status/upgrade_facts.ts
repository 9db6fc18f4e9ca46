import { readText } from "../host/files.ts";
import { type HostState, parseHost } from "../upgrade/host_state.ts";
import { type Journal, parseJournal } from "../upgrade/journal_state.ts";
import { type LastRun, parseLastRun } from "../upgrade/last_run_state.ts";
import { reachedRemote } from "./decide_run.ts";
import {
  findLock,
  findPath,
  findState,
  type Found,
  type LockFound,
  type PathFound,
} from "./found.ts";

/** What the state directory of the upgrades holds, and whether a run is under way. */
export interface UpgradeFacts {
  readonly place: string;
  readonly directory: PathFound["kind"];
  readonly host: Found<HostState>;
  readonly last: Found<LastRun>;
  readonly journal: Found<Journal>;
  /** The repository's lock; looked at only where a run was begun and has not ended. */
  readonly lock: LockFound;
  /** When a run last heard of the remote; null when none did, as far as is recorded. */
  readonly reached: string | null;
}

/** Looks into the state directory of the upgrades. */
export async function readUpgrade(place: string, repo: string | undefined): Promise<UpgradeFacts> {
  const last = findState(`${place}/last-run.json`, parseLastRun);
  const journal = findState(`${place}/run.json`, parseJournal);
  return {
    place,
    directory: findPath(place).kind,
    host: findState(`${place}/host.json`, parseHost),
    last,
    journal,
    lock: journal.kind === "missing"
      ? { kind: "free" }
      : repo === undefined
      ? { kind: "unknown" }
      : await findRepositoryLock(repo),
    reached: last.kind === "valid" ? reachedAt(last.state, `${place}/history.jsonl`) : null,
  };
}

/** When a run last heard of the remote: the last one, most often, and the history is not read. */
function reachedAt(last: LastRun, history: string): string | null {
  if (reachedRemote(last)) return last.endedAt;
  const found = findState(history, (text) => ({ kind: "valid", state: text }));
  if (found.kind !== "valid") return null;
  for (const line of found.state.split("\n").reverse()) {
    const run = parseLastRun(line);
    if (run.kind === "valid" && reachedRemote(run.state)) return run.state.endedAt;
  }
  return null;
}

/** The lock lies in git's directory, which all work trees of a repository share. */
async function findRepositoryLock(repo: string): Promise<LockFound> {
  const directory = findPath(repo);
  if (directory.kind === "missing") return { kind: "unknown" };
  try {
    return await findLock(`${commonDirectory(repo)}/holdfast-in-use`);
  } catch (error) {
    if (error instanceof Error && error.name === "NotCapable") throw error;
    return { kind: "unknown" };
  }
}

function commonDirectory(repo: string): string {
  const git = `${repo}/.git`;
  if (findPath(git).kind !== "file") return git;
  const named = /^gitdir: (.+)$/m.exec(readText(git) ?? "")?.[1] ?? ".git";
  const own = below(repo, named);
  return below(own, (readText(`${own}/commondir`) ?? ".").trim());
}

function below(directory: string, path: string): string {
  return path.startsWith("/") ? path : `${directory}/${path}`;
}
