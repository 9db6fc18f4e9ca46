import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { stat } from "../host/files.ts";
import { isoSeconds } from "../host/clock.ts";
import { lockHolder } from "../host/lock.ts";
import { literal } from "../programs/jj.ts";
import { type Drift, explainDrift } from "./drift.ts";
import type { LastSync } from "./last_sync_state.ts";
import { knownReasons } from "./judge_edit.ts";
import { type OpenSource, openSource } from "./open_source.ts";
import { type ParkedConflict, readParked } from "./parked.ts";
import { readLastSync } from "./record.ts";
import type { sharedOptions } from "./sync_options.ts";
import { targetKey } from "./source_name.ts";

/** Does what `chezmoi-status` was called for. */
export async function runStatus(
  { options, report }: Call<typeof sharedOptions>,
): Promise<ExitCode> {
  const status = await look(await openSource(options));
  report.answer(options.json ? JSON.stringify(status, null, 2) : asText(status));
  return ExitCode.done;
}

interface Status {
  readonly source: string;
  readonly branch: string;
  readonly lastSync: LastSync | null;
  /** When a sync last ran to its end, if only to find nothing to do. */
  readonly lastRun: string | null;
  /** The program that has the lock just now. */
  readonly running: string | null;
  readonly drift: readonly Drift[];
  /** Why the drift cannot be told, or not all of it. */
  readonly driftTrouble: string | null;
  /** Paths edited in the source and not committed. */
  readonly uncommitted: readonly string[];
  /** Paths in managed directories that chezmoi does not manage. */
  readonly unmanaged: readonly string[];
  /** Commits here that the remote lacks, and the reverse, as of the last fetch. */
  readonly ahead: number;
  readonly behind: number;
  readonly parked: readonly Pick<ParkedConflict, "host" | "time" | "paths">[];
  readonly log: readonly string[];
}

/** How many lines of `jj log` are shown. */
const logLines = 8;

async function look({ settings, programs, where, state }: OpenSource): Promise<Status> {
  const { git, jj, chezmoi } = programs;
  const there = `present(${literal(where.branch)}@${literal(where.remote)})`;
  const template = 'separate(" ", change_id.shortest(8), commit_id.shortest(8), ' +
    'committer.timestamp().format("%F %R"), bookmarks, description.first_line()) ++ "\\n"';
  const directory = settings.stateDirectory;
  const [lines, managed, unmanaged, uncommitted, ahead, behind, parked, log, last, ran, holder] =
    await Promise.all([
      chezmoi.status(),
      chezmoi.managed().catch(() => new Map<string, string>()),
      chezmoi.unmanaged(),
      git.uncommitted(),
      jj.ids(`(::@ ~ ::${there} ~ ::remote_bookmarks(glob:"conflict/*")) ~ empty()`),
      jj.ids(`::${there} ~ ::@`),
      readParked(programs, where),
      jj.show("::@ | remote_bookmarks()", template, logLines),
      readLastSync(directory),
      stat(`${directory}/last-sync-status`),
      lockHolder(`${directory}/lock`),
    ]);
  const told = "kind" in lines ? [] : lines;
  return {
    source: settings.source,
    branch: where.branch,
    lastSync: last ?? null,
    lastRun: ran?.mtime ? isoSeconds(ran.mtime) : null,
    running: holder === undefined
      ? null
      : holder === "unknown"
      ? "another program"
      : `${holder.program} (pid ${holder.pid})`,
    drift: explainDrift(told, managed, knownReasons(state?.drift ?? {}, told)),
    driftTrouble: "kind" in lines ? lines.reason : null,
    uncommitted,
    unmanaged,
    ahead: ahead.length,
    behind: behind.length,
    parked: parked.conflicts.map(({ host, time, paths }) => ({ host, time, paths })),
    log: log.split("\n").filter((line) => line !== ""),
  };
}

function asText(status: Status): string {
  const { lastSync, lastRun } = status;
  const since = lastSync !== null && lastRun !== null && lastRun > lastSync.time
    ? `; nothing to do since, last looked ${lastRun}`
    : "";
  const sections = [
    [
      lastSync === null
        ? "last sync   never"
        : `last sync   ${lastSync.result} ${lastSync.time}: ${lastSync.message}${since}`,
      ...(status.running === null ? [] : [`running     ${status.running}`]),
      ...(lastSync?.warnings ?? []).map((warning) => `  warning: ${warning}`),
      `source      ${status.source} (${status.branch}): ${status.ahead} ahead, ${status.behind} ` +
      "behind as of the last fetch",
      ...(status.uncommitted.length === 0
        ? []
        : [`  uncommitted, committed by the next sync: ${status.uncommitted.join(", ")}`]),
    ],
    [
      status.drift.length === 0 && status.driftTrouble === null
        ? "home        as the source says"
        : "home",
      ...status.drift.map((it) => `  ${it.status} ${it.path}  ${it.next}: ${it.why}`),
      ...(status.driftTrouble === null ? [] : [`  cannot be told: ${status.driftTrouble}`]),
      ...(status.unmanaged.length === 0
        ? []
        : [`  ${status.unmanaged.length} unmanaged: chezmoi unmanaged lists, chezmoi add adds`]),
    ],
    [
      status.parked.length === 0 ? "parked      nothing" : "parked      resolve: chezmoi-resolve",
      ...status.parked.map((it) =>
        `  ${it.host} since ${it.time}: ${[...new Set(it.paths.map(targetKey))].join(", ")}`
      ),
    ],
    ["log", ...status.log.map((line) => `  ${line}`)],
  ];
  return sections.map((lines) => lines.join("\n")).join("\n");
}
