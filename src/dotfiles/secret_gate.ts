import type { Report } from "../cli/report.ts";
import type { Git } from "../programs/git.ts";
import { findSecrets, type Scanned } from "../secrets/gate.ts";
import { describeFindings } from "../secrets/report.ts";
import { knownConflicts } from "./receive.ts";
import { commitAnew, type SyncRun, warn } from "./run.ts";

/** What becomes of a push that would make a secret known, and how it is told. */
export interface Gate {
  readonly secretGate: SyncRun["policy"]["secretGate"];
  readonly report: Report;
  warn(text: string): void;
}

/**
 * Looks for secrets in what a push would send, and tells of them; says why it is not to be sent. By
 * default it is sent all the same: dotfiles are synced unattended, and a remote that only their owner
 * reads is common.
 */
export async function whyNotSend(
  git: Git,
  { from, to }: { readonly from: readonly string[]; readonly to: string },
  { secretGate, report, warn }: Gate,
): Promise<string | undefined> {
  if (secretGate === "off") return undefined;
  let scanned: Scanned;
  try {
    scanned = await findSecrets(git, { from, to });
  } catch (error) {
    // Where secrets only cause warnings, a search that fails causes one, too.
    if (secretGate === "refuse") throw error;
    warn(`cannot search what is pushed for secrets: ${(error as Error).message}`);
    return undefined;
  }
  const { findings, unscanned } = scanned;
  for (const { path, bytes } of unscanned) {
    warn(`too large to be searched for secrets: ${path} (${Math.round(bytes / 1e6)} MB)`);
  }
  if (findings.length === 0) return undefined;
  const { lines, hint } = describeFindings(findings);
  for (const line of lines) warn(`looks like a secret: ${line}`);
  report.hint(hint);
  if (secretGate === "warn") return undefined;
  const count = findings.length === 1 ? "1 secret" : `${findings.length} secrets`;
  return `nothing was pushed, ${count} would become known: ${lines[0]}`;
}

/** Whether a commit may be pushed by a sync; what to do where it may not. */
export async function isFitToSend(run: SyncRun, commit: string): Promise<boolean> {
  const from = [...(await knownConflicts(run)).values()];
  if (run.main !== undefined) from.push(run.main);
  const { report, policy: { secretGate }, programs: { git } } = run;
  const gate = { secretGate, report, warn: (text: string): void => warn(run, text) };
  const reason = await whyNotSend(git, { from, to: commit }, gate);
  if (reason === undefined) return true;
  run.trouble = { at: "push", fatal: true, reason, needsPerson: true };
  if (run.state.conflict !== null) {
    report.hint(
      "a file is parked as well, and would not be any more: first copy your text of it to another " +
        "name, give it the branch's, and sync",
    );
  }
  if (run.main !== undefined) {
    report.hint(`once it is out of the file, and a sync took that over: ${commitAnew(run)}`);
  }
  return false;
}
