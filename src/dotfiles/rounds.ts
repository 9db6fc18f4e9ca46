import { Failure } from "../cli/failure.ts";
import type { SyncRun } from "./run.ts";

/** How often a sync starts over because the remote or the home moved under it. */
export const maxRounds = 6;

/** The failure after too many rounds. */
export function neverSettled(run: SyncRun): Failure {
  return new Failure(
    `${run.settings.remote} or the home kept changing during ${maxRounds} rounds`,
    { hint: "nothing is lost; the next sync goes on from here" },
  );
}
