import { ExitCode } from "../cli/exit_code.ts";
import { Failure, refusal } from "../cli/failure.ts";
import { type RemoteTrouble, remoteTrouble } from "../programs/remote_trouble.ts";
import { keep, type Saved, take } from "./autosave.ts";
import { decidePull, type PullFacts } from "./decide_pull.ts";
import { inTheWay } from "./in_the_way.ts";
import { isUntouched, move, type Target } from "./move.ts";
import type { ConfigRepository } from "./repository.ts";
import { replay } from "./replay.ts";

/** HEAD before and after a pull. */
export interface Pulled {
  readonly before: string;
  readonly after: string;
}

/**
 * Asks the remote for its branch, and keeps it in a ref: git's own note of the remote, unless another
 * one is given.
 *
 * @returns its commit id, `undefined` when it has no such branch, or why it cannot be asked
 */
export async function fetchBranch(
  { tree, remote, branch }: ConfigRepository,
  ref = `refs/remotes/${remote}/${branch}`,
): Promise<string | RemoteTrouble | undefined> {
  const args = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--", remote];
  const output = await tree.remote([...args, `+refs/heads/${branch}:${ref}`]);
  if (output.status === 0 && !output.timedOut) return await tree.commitId(ref);
  if (/couldn't find remote ref/i.test(output.stderr)) return undefined;
  return remoteTrouble(output, tree.remoteBound);
}

/**
 * Takes over what was fetched. What is committed here goes above it, what is uncommitted stays
 * uncommitted; what collides is decided by the strategy. What was here before is saved first, and
 * with `abort` a collision leaves everything as it was. `announce` is told what is about to be moved,
 * before it is.
 *
 * @throws {Failure} when a person has to decide (nothing was changed then)
 */
export async function pull(
  repository: ConfigRepository,
  fetched: string | undefined,
  announce?: (from: Saved, to: Target) => void,
): Promise<Pulled> {
  const { tree, host, strategy } = repository;
  const facts = await look(repository, fetched);
  const decision = decidePull(facts);
  switch (decision.kind) {
    case "nothing":
      await remember(repository, facts);
      return { before: facts.local, after: facts.local };
    case "refuse":
      throw refusal(decision.why, decision.hint);
  }
  const favored = {
    "prefer-remote": "ours",
    "prefer-local": "theirs",
    "abort": undefined,
  } as const;
  const favor = favored[strategy];
  const replayed = decision.kind === "forward"
    ? { kind: "merged", head: decision.to } as const
    : await replay(
      tree,
      { ...decision, local: facts.local, remote: decision.onto, host },
      favor,
    );
  if (replayed.kind === "conflict") throw collision("commits", replayed.paths, repository);
  const also = await inTheWay(tree, facts.local, replayed.head);
  const saved = await take(tree, facts.local, repository, {
    also,
    keepsHead: decision.kind === "replay",
  });
  const carried = saved.tree === await tree.treeOf(facts.local)
    ? { kind: "merged", tree: await tree.treeOf(replayed.head) } as const
    : await tree.merge(facts.local, replayed.head, saved.commit, favor);
  if (carried.kind === "conflict") {
    throw collision("uncommitted changes", carried.paths, repository);
  }
  await keep(tree, saved);
  const to = { head: replayed.head, tree: carried.tree };
  announce?.(saved, to);
  await moveOrExplain(repository, saved, to);
  await remember(repository, facts);
  return { before: facts.local, after: replayed.head };
}

/**
 * Moves the work tree to another commit and tree.
 *
 * @throws {Failure} (busy) when files were edited meanwhile; nothing was moved then
 */
export async function moveOrExplain(
  { tree, jj, branch }: ConfigRepository,
  saved: Saved,
  to: Target,
): Promise<void> {
  try {
    const former = await jj?.snapshot();
    await move(tree, saved, to);
    if (former === undefined) return;
    // HEAD is on no branch where jj works.
    await tree.setRef(`refs/heads/${branch}`, to.head);
    await jj?.follow(former);
  } catch (error) {
    if (!isUntouched(error)) throw error;
    const files = error.output.stderr.trim().split("\n").slice(0, 5).join("; ");
    throw new Failure(`files in ${tree.source} are not as they were a moment ago: ${files}`, {
      code: ExitCode.busy,
      hint: "nothing was moved; the next run goes on. A file that git was told to overlook " +
        "(git update-index --no-assume-unchanged, --no-skip-worktree) stays in the way",
      cause: error,
    });
  }
}

async function look(
  repository: ConfigRepository,
  fetched: string | undefined,
): Promise<PullFacts> {
  const { tree, acceptRewritten } = repository;
  const local = await tree.commitId("HEAD");
  if (local === undefined) {
    throw new Failure(`${tree.source} has no commit yet`, { hint: "make the first one by hand" });
  }
  const seen = await seenTip(repository);
  const shallow = await tree.plumbing(["rev-parse", "--is-shallow-repository"]);
  const base = fetched === undefined
    ? undefined
    : (await tree.attempt(["merge-base", local, fetched])).stdout.trim();
  return {
    local,
    remote: fetched,
    base: base === "" ? undefined : base,
    seen,
    containsSeen: seen === undefined || fetched === undefined || seen === fetched ||
      await tree.isAncestor(seen, fetched),
    isShallow: shallow.trim() === "true",
    acceptRewritten,
  };
}

/** What this host last took over: git's own note of the remote follows a rewritten one at once. */
function seenRef(remote: string, branch: string): string {
  return `refs/holdfast/seen/${remote}/${branch}`;
}

/** What the remote had when it was last taken over. */
export async function seenTip(
  { tree, remote, branch }: ConfigRepository,
): Promise<string | undefined> {
  return await tree.commitId(seenRef(remote, branch));
}

/** Notes what the remote is known to have. */
export async function noteSeen(
  { tree, remote, branch }: ConfigRepository,
  tip: string,
): Promise<void> {
  await tree.setRef(seenRef(remote, branch), tip);
}

async function remember(repository: ConfigRepository, facts: PullFacts): Promise<void> {
  const { remote: tip, seen } = facts;
  if (tip !== undefined && tip !== seen) await noteSeen(repository, tip);
}

function collision(
  what: string,
  paths: readonly string[],
  { tree, strategy, branch, remote }: ConfigRepository,
): Failure {
  const list = paths.slice(0, 10).join(", ") + (paths.length > 10 ? ", …" : "");
  // git pulls nothing over what is uncommitted.
  const byHand = `commit what is uncommitted, then \`git -C ${tree.source} pull --rebase\``;
  return refusal(
    `the ${what} of this host collide with ${remote}/${branch}: ${list}`,
    strategy === "abort"
      ? `nothing was changed; ${byHand}, or set conflictStrategy`
      : `nothing was changed; no side can be taken there: ${byHand}`,
  );
}
