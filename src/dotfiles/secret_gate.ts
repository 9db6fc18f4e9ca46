import { findSecrets, type Scanned } from "../secrets/gate.ts";
import { describeFindings } from "../secrets/report.ts";
import { knownConflicts } from "./receive.ts";
import { type SyncRun, warn } from "./run.ts";

/**
 * Looks for secrets in what pushing a commit would send, and tells of them. By default it is sent all
 * the same: dotfiles are synced unattended, and a remote that only their owner reads is common.
 */
export async function isFitToSend(run: SyncRun, commit: string): Promise<boolean> {
  const scanned = await search(run, commit);
  if (scanned === undefined) return true;
  const { findings, unscanned } = scanned;
  for (const { path, bytes } of unscanned) {
    warn(run, `too large to be searched for secrets: ${path} (${Math.round(bytes / 1e6)} MB)`);
  }
  if (findings.length === 0) return true;
  const { lines, hint } = describeFindings(findings);
  for (const line of lines) warn(run, `looks like a secret: ${line}`);
  run.report.hint(hint);
  if (run.policy.secretGate === "warn") return true;
  const count = findings.length === 1 ? "1 secret" : `${findings.length} secrets`;
  const reason = `nothing was pushed, ${count} would become known: ${lines[0]}`;
  run.trouble = { at: "push", fatal: true, reason, needsPerson: true };
  const { source, remote, branch, stateDirectory } = run.settings;
  if (run.state.conflict !== null) {
    run.report.hint(
      "a file is parked as well, and would not be any more: first copy your text of it to another " +
        "name, give it the branch's, and sync",
    );
  }
  if (run.main !== undefined) {
    run.report.hint(
      `once it is out of the file: git -C ${source} reset --soft ${remote}/${branch}, then ` +
        `rm -r ${stateDirectory}, and the next sync commits anew what is not pushed`,
    );
  }
  return false;
}

/** Where secrets only cause warnings, a search that fails causes one, too. */
async function search(run: SyncRun, commit: string): Promise<Scanned | undefined> {
  const from = [...(await knownConflicts(run)).values()];
  if (run.main !== undefined) from.push(run.main);
  try {
    return await findSecrets(run.programs.git, { from, to: commit });
  } catch (error) {
    if (run.policy.secretGate === "refuse") throw error;
    warn(run, `cannot search what is pushed for secrets: ${(error as Error).message}`);
    return undefined;
  }
}
