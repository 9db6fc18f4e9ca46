import { ExitCode } from "../cli/exit_code.ts";
import { Failure } from "../cli/failure.ts";
import { ProcessError } from "../host/process.ts";
import { ChezmoiBusyError } from "./capture.ts";
import type { LastSync } from "./last_sync_state.ts";
import { NotInitialized, requireVersions } from "./prepare.ts";

/** An error as the person should see it: an old program explains much that looks strange. */
export async function explain(error: unknown): Promise<unknown> {
  if (error instanceof ChezmoiBusyError) {
    return new Failure(`another chezmoi is at work: ${error.message}`, {
      code: ExitCode.busy,
      hint: "nothing was lost; the next run goes on",
    });
  }
  if (error instanceof ProcessError) {
    try {
      await requireVersions();
    } catch (tooOld) {
      return tooOld;
    }
  }
  return error;
}

/** What is recorded of a sync that failed. */
export function failedSync(error: unknown): Omit<LastSync, "schema" | "time" | "host"> {
  return {
    result: error instanceof NotInitialized ? "not-initialized" : "failed",
    message: (error as Error).message.split("\n")[0] ?? "",
    captured: [],
    committed: [],
    received: [],
    sent: [],
    parked: [],
    warnings: [],
  };
}
