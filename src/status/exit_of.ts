import { ExitCode } from "../cli/exit_code.ts";
import type { Level } from "./report_state.ts";

/** The exit code of a program that found this. */
export function exitOf(level: Level): ExitCode {
  switch (level) {
    case "bad":
      return ExitCode.needsPerson;
    case "warning":
      return ExitCode.degraded;
    case "unknown":
      // `host-status && …` must not go on over what could not be looked at.
      return ExitCode.failed;
    case "ok":
    case "unused":
      return ExitCode.done;
  }
}
