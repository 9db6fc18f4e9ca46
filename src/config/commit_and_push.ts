import type { ExitCode } from "../cli/exit_code.ts";
import { Failure } from "../cli/failure.ts";
import { describeFindings } from "../secrets/report.ts";
import { commitAll } from "./commit.ts";
import { type Done, type Said, tell } from "./host_commit_answer.ts";
import { underLock } from "./lock_repository.ts";
import { finishMove } from "./move.ts";
import { publish } from "./publish.ts";
import { type Opened, openRepository } from "./repository.ts";

/** Commits what differs and pushes it, under the repository's lock. */
export async function commitUnderLock(
  opened: Opened,
  pushes: boolean,
  { options, report }: Said,
): Promise<ExitCode> {
  return await underLock(opened.repository.tree, "host-commit", options.wait, async () => {
    // Whoever had the lock until now may have changed all of it.
    const now = await openRepository(options);
    return await commitAndPush(now, pushes, { options, report });
  });
}

async function commitAndPush(
  opened: Opened,
  pushes: boolean,
  { options, report }: Said,
): Promise<ExitCode> {
  const { repository, status, isMoving } = opened;
  const { tree } = repository;
  if (isMoving && await finishMove(tree, repository)) {
    report.warn("an earlier run was cut short while it moved files: it was brought to its end");
  }
  const staged = isMoving || status.changes.length > 0
    ? await commitAll(repository, options.message)
    : [];
  const commit = staged.length > 0 ? await tree.commitId("HEAD") : undefined;
  const done: Done = { commit, paths: staged.map(({ path }) => path), push: { kind: "off" } };
  if (!pushes) {
    if (commit !== undefined) await warnOfSecrets(repository, commit, report);
    return tell(opened, { options, report }, done);
  }
  try {
    const pushed = await publish(repository, report.warn);
    const push = pushed.kind === "secrets"
      ? { kind: pushed.kind, ...describeFindings(pushed.findings) }
      : pushed;
    return tell(opened, { options, report }, { ...done, push });
  } catch (error) {
    // The commit is made, whatever came after it.
    if (error instanceof Failure) {
      tell(opened, { options, report }, {
        ...done,
        push: { kind: "refused", reason: error.message },
      });
    }
    throw error;
  }
}

/** Whoever pushes this later is to know before. */
async function warnOfSecrets(
  { tree }: Opened["repository"],
  commit: string,
  report: Said["report"],
): Promise<void> {
  const { findSecrets } = await import("../secrets/gate.ts");
  const { findings } = await findSecrets(tree, { from: [`${commit}^`], to: commit });
  if (findings.length === 0) return;
  const { lines, hint } = describeFindings(findings);
  report.warn(`secrets are in this commit, which is not pushed:\n${lines.join("\n")}`);
  report.hint(hint);
}
