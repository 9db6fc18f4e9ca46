import { ExitCode } from "../cli/exit_code.ts";
import { Failure } from "../cli/failure.ts";
import { type Report, terminalReport } from "../cli/report.ts";
import { ProgramMissingError } from "../host/process.ts";

/** Runs one of our tasks, tells how it ends, and ends the process. */
export async function runTask(work: (report: Report) => Promise<void>): Promise<never> {
  const report = terminalReport();
  try {
    await work(report);
    // The bounds of what was run have not passed yet, and would be waited for.
    Deno.exit(ExitCode.done);
  } catch (error) {
    if (!(error instanceof Failure || error instanceof ProgramMissingError)) throw error;
    report.error(error.message);
    if (error instanceof Failure && error.hint !== undefined) report.hint(error.hint);
    Deno.exit(error instanceof Failure ? error.code : ExitCode.failed);
  }
}
