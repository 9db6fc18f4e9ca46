import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { usageFailure } from "../cli/failure.ts";
import { readStateFile } from "../cli/state_file.ts";
import { type Audit, audit } from "./audit.ts";
import { type Classes, classesPath, parseClasses } from "./classes_state.ts";
import { classify } from "./classify.ts";
import type { dotfilesAuditOptions } from "./dotfiles_audit.ts";
import { runMigration } from "./migrate_run.ts";
import { auditAsJson, auditAsText } from "./report_audit.ts";
import { openSourceDirectory, type Source } from "./source.ts";

/** Does what `dotfiles-audit` was called for. */
export async function runDotfilesAudit(call: Call<typeof dotfilesAuditOptions>): Promise<ExitCode> {
  const { options: { history, classify: asks, migrate, dryRun, json, source: given }, report } =
    call;
  if (asks && migrate) throw usageFailure("--classify and --migrate are done one after the other");
  if (dryRun && !migrate) throw usageFailure("--dry-run goes with --migrate");
  if (asks && json) throw usageFailure("--classify asks a person, --json answers a script");
  const source = await openSourceDirectory(given);
  const classes = readClasses(source);
  if (migrate) return await runMigration(call, source, classes);
  const found = await audit(source, classes, { history });
  if (asks) return await classify(found, classes, report);
  report.answer(json ? JSON.stringify(auditAsJson(found), null, 2) : auditAsText(found));
  return endingOf(found, report);
}

/** The answers that are kept in the source; a file that is wrong is never written over. */
function readClasses(source: Source): Classes {
  const path = `${source.directory}/${classesPath}`;
  const read = readStateFile(path, parseClasses);
  if (read === undefined) return new Map();
  if (read.kind === "valid") return read.state;
  throw usageFailure(
    `${path} is not as it should be: ${read.reason}`,
    "correct it by hand, or remove it to be asked anew; it was left as it is",
  );
}

function endingOf(
  { clear, history = [], problems, variables }: Audit,
  report: Call<typeof dotfilesAuditOptions>["report"],
): ExitCode {
  const undecided = variables.filter(({ proposal }) => proposal.class === "undecided").length;
  if (undecided > 0) {
    report.info(`${undecided} ${undecided === 1 ? "variable is" : "variables are"} undecided`);
    report.hint(`dotfiles-audit --classify asks about them; or write ${classesPath} by hand`);
  }
  const count = clear.length + history.length;
  if (count > 0) {
    report.error(`${count} ${count === 1 ? "secret is" : "secrets are"} in the clear`);
    report.hint(
      "replace what was ever pushed by a new one, and move it: dotfiles-audit --migrate --dry-run, " +
        "or a password manager; docs/audit.md tells more",
    );
    return ExitCode.needsPerson;
  }
  if (problems.length === 0) return ExitCode.done;
  report.error("not all could be read: what is in the rest is not known");
  report.hint("each is named above, with the reason");
  return ExitCode.failed;
}
