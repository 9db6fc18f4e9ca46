import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { usageFailure } from "../cli/failure.ts";
import { list } from "./decide_open.ts";
import type { hostCommitOptions } from "./host_commit.ts";
import { type Said, tell } from "./host_commit_answer.ts";
import { type Opened, openRepository } from "./repository.ts";

/** Does what `host-commit` was called for. */
export async function runHostCommit(
  { options, report }: Call<typeof hostCommitOptions>,
): Promise<ExitCode> {
  const { push, noPush, autoPush } = options;
  if (push && noPush) throw usageFailure("--push and --no-push exclude each other");
  const pushes = push || !noPush && autoPush;
  const opened = await openRepository(options);
  if (options.dryRun) return await preview(opened, pushes, { options, report });
  if (await isSettled(opened, pushes)) return tell(opened, { options, report });
  const { commitUnderLock } = await import("./commit_and_push.ts");
  return await commitUnderLock(opened, pushes, { options, report });
}

/** Nothing to commit, nothing to push, and nothing left over. */
async function isSettled(opened: Opened, pushes: boolean): Promise<boolean> {
  if (opened.status.changes.length > 0 || opened.isMoving) return false;
  return !pushes || await isPushed(opened);
}

/** Whether the remote has all that is committed here, by what is known of it. */
async function isPushed({ repository, status }: Opened): Promise<boolean> {
  const { tree, remote, branch } = repository;
  const { upstream, head } = status;
  if (upstream?.name === `${remote}/${branch}`) return upstream.ahead === 0;
  return head === await tree.commitId(`refs/remotes/${remote}/${branch}`);
}

/** What a run would do. */
async function preview(opened: Opened, pushes: boolean, said: Said): Promise<ExitCode> {
  const { repository, status } = opened;
  const { report } = said;
  const paths = status.changes.map(({ path }) => path);
  if (paths.length > 0) report.info(`would commit ${list(paths)}`);
  if (pushes && (paths.length > 0 || !await isPushed(opened))) {
    report.info(`would push ${repository.branch} to ${repository.remote}`);
  }
  if (paths.length === 0) report.info("would commit nothing");
  return ExitCode.done;
}
