import { ExitCode } from "../cli/exit_code.ts";
import type { HomeState } from "./home_state.ts";
import type { LastSync } from "./last_sync_state.ts";
import type { SyncRun } from "./run.ts";
import { targetKey } from "./source_name.ts";

/** How a sync ended. */
export interface Ending {
  readonly exit: ExitCode;
  /** The branch that was synced. */
  readonly branch: string;
  /** Whether something was not pushed for the secrets in it. */
  readonly heldBack: boolean;
  readonly sync: Omit<LastSync, "schema" | "time" | "host">;
}

/** The ending of a sync that found everything as the last one left it. */
export function noOpEnding(state: HomeState): Ending {
  const parked = state.conflict === null ? [] : state.parked;
  return {
    exit: parked.length > 0 ? ExitCode.needsPerson : ExitCode.done,
    branch: state.branch,
    heldBack: false,
    sync: {
      result: parked.length > 0 ? "conflicts-preserved" : "success",
      message: parked.length > 0 ? parkedMessage(parked) : "nothing to do",
      captured: [],
      committed: [],
      received: [],
      sent: [],
      parked: [...parked],
      warnings: [],
    },
  };
}

/** The ending of a sync that did its work. */
export function endingOf(run: SyncRun): Ending {
  const { done, trouble, state } = run;
  const parked = state.conflict === null ? [] : state.parked;
  const counts = [
    [done.captured.size, "captured"],
    [done.committed.size, "committed"],
    [done.received.size, "received"],
    [done.applied.size, "applied"],
    [done.sent.size, "sent"],
  ].filter(([count]) => count !== 0).map(([count, what]) => `${what} ${count}`);
  const moved = counts.length > 0 ? counts.join(", ") : "nothing to do";
  const local = run.heads === "offline" || !run.policy.push;
  return {
    exit: trouble?.needsPerson === true
      ? ExitCode.needsPerson
      : trouble?.fatal === true
      ? ExitCode.failed
      : parked.length > 0
      ? ExitCode.needsPerson
      : ExitCode.done,
    branch: run.settings.branch,
    heldBack: trouble?.needsPerson === true,
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
      committed: [...done.committed].sort(),
      received: [...done.received].sort(),
      sent: [...done.sent].sort(),
      parked: [...parked],
      warnings: [...done.warnings],
    },
  };
}

function parkedMessage(parked: readonly string[]): string {
  // A changed mode gives one target several source names.
  const count = new Set(parked.map(targetKey)).size;
  return `${count} ${count === 1 ? "file is" : "files are"} parked: chezmoi-resolve`;
}
