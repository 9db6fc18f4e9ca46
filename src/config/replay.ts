import type { Favor, WorkTree } from "../programs/work_tree.ts";
import { short } from "./decide_pull.ts";
import { committer } from "./identity.ts";

/** What local commits come to above those of the remote. */
export type Replayed =
  | { readonly kind: "merged"; readonly head: string }
  | { readonly kind: "conflict"; readonly paths: readonly string[] };

/** Whose commits are put above which. */
export interface Replay {
  readonly local: string;
  readonly remote: string;
  readonly base: string;
  /** What the remote had before its history was rewritten: none of it comes back. */
  readonly dropped: string | undefined;
  readonly host: string;
}

/**
 * Puts this host's commits above the remote's, in the object store only: neither refs nor files
 * change. A line of commits is rebased; where it has merges, which a rebase would flatten, one merge
 * is made. `favor` decides what collides: `ours` is the remote.
 */
export async function replay(
  tree: WorkTree,
  { local, remote, base, dropped, host }: Replay,
  favor: Favor,
): Promise<Replayed> {
  const without = [remote, ...(dropped === undefined ? [] : [dropped])];
  const listed = await tree.plumbing([
    ...["rev-list", "--reverse", "--topo-order", "--parents"],
    ...[local, "--not", ...without],
  ]);
  const commits = listed.trim().split("\n").filter(Boolean).map((line) => line.split(" "));
  const identity = await committer(tree, host);
  if (commits.some((each) => each.length !== 2)) {
    if (dropped !== undefined) return { kind: "conflict", paths: ["merges of what was dropped"] };
    const merged = await tree.merge(base, remote, local, favor);
    if (merged.kind === "conflict") return merged;
    const message = `Merge commit ${short(local)} of this host\n`;
    const head = await tree.commit(merged.tree, [remote, local], message, identity);
    return { kind: "merged", head };
  }
  let head = remote;
  for (const [commit = "", parent = ""] of commits) {
    const merged = await tree.merge(parent, head, commit, favor);
    if (merged.kind === "conflict") return merged;
    // All of it is on the remote already.
    if (merged.tree === await tree.treeOf(head)) continue;
    const { message, ...author } = await described(tree, commit);
    head = await tree.commit(merged.tree, [head], message, { ...identity, ...author });
  }
  return { kind: "merged", head };
}

/** Author, date and message of a commit, which stay when it gets another tree and parent. */
async function described(tree: WorkTree, commit: string): Promise<{
  readonly message: string;
  readonly GIT_AUTHOR_NAME: string;
  readonly GIT_AUTHOR_EMAIL: string;
  readonly GIT_AUTHOR_DATE: string;
}> {
  const format = "--format=%an%x00%ae%x00%aI%x00%B%x00";
  const out = await tree.plumbing([
    ...["-c", "log.showSignature=false", "show", "--no-patch", "--no-notes"],
    ...["--encoding=UTF-8", format, commit],
  ]);
  const [name = "", email = "", date = "", message = ""] = out.split("\0");
  return {
    message,
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
  };
}
