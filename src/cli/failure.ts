import type { Holder } from "../host/lock.ts";
import { ExitCode } from "./exit_code.ts";

/**
 * An expected ending: something a person can act upon. Thrown by commands and caught once, by
 * `main`, which prints message and hint and exits with the code.
 */
export class Failure extends Error {
  override readonly name = "Failure";
  /** What to do about it; one sentence or a command line. */
  readonly hint: string | undefined;
  /** The exit code of the program. */
  readonly code: ExitCode;

  constructor(message: string, options: { hint?: string; code?: ExitCode; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.hint = options.hint;
    this.code = options.code ?? ExitCode.failed;
  }
}

/** The failure for wrong flags, arguments, configuration or environment. */
export function usageFailure(message: string, hint?: string): Failure {
  return new Failure(message, { code: ExitCode.usage, ...(hint === undefined ? {} : { hint }) });
}

/** The failure for a state that only a person may decide about. */
export function refusal(message: string, hint: string): Failure {
  return new Failure(message, { code: ExitCode.needsPerson, hint });
}

/** The failure for a place that another program is at work in. */
export function busyFailure(who: string, where: string, cause?: unknown): Failure {
  return new Failure(`busy: ${who} is at work in ${where}`, {
    code: ExitCode.busy,
    hint: "nothing was lost; the next run goes on",
    cause,
  });
}

/** The failure for a lock that another run has. */
export function heldFailure(holder: Holder | "unknown", hint: string): Failure {
  const who = holder === "unknown"
    ? "another run is at work"
    : `${holder.program} (pid ${holder.pid}) is at work since ${holder.since}`;
  return new Failure(`busy: ${who}`, { code: ExitCode.busy, hint });
}
