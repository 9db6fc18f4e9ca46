import { type Failure, refusal } from "../cli/failure.ts";
import type { Source } from "./source.ts";

/**
 * How a migration is undone. jj takes the files as they are into an operation first, so that nothing
 * else is undone with it; git has to have them committed.
 *
 * @throws {Failure} when there is nothing that could undo it
 */
export async function undoCommand(source: Source, paths: readonly string[]): Promise<string> {
  const { directory, git, jj } = source;
  if (jj !== undefined) {
    await jj.snapshot("@");
    const tracked = new Set(await jj.filesOf("@"));
    const untracked = paths.find((path) => !tracked.has(path));
    if (untracked !== undefined) throw notKept(untracked);
    return `jj -R ${word(directory)} op restore ${await jj.operation()}`;
  }
  if (git === undefined) {
    throw refusal(
      `${directory} is no repository: the migration could not be undone`,
      "git init there, and commit",
    );
  }
  const listed = await git.attempt(["ls-files", "-z", "--", ...paths]);
  const tracked = new Set(listed.stdout.split("\0"));
  const untracked = paths.find((path) => !tracked.has(path));
  if (untracked !== undefined) throw notKept(untracked);
  const output = await git.attempt(["status", "--porcelain", "-z", "--", ...paths]);
  const head = await git.commitId("HEAD");
  if (output.status !== 0 || output.stdout !== "" || head === undefined) {
    throw refusal(
      "what is rewritten is not committed, and could not be had back",
      "commit it first",
    );
  }
  return `git -C ${word(directory)} restore --source=${head.slice(0, 12)} -- ${
    paths.map(word).join(" ")
  }`;
}

function notKept(path: string): Failure {
  return refusal(`${path} is in no commit, and could not be had back`, "commit it first");
}

/** A path as a shell takes it. */
export function word(path: string): string {
  return /^[\w./@:+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
