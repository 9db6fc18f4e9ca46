import { isoSeconds } from "../host/clock.ts";
import type { WorkTree } from "../programs/work_tree.ts";

/** What a work tree was before something moves it. */
export interface Saved {
  /** HEAD. */
  readonly head: string;
  /**
   * A commit of the work tree above HEAD, in the form of a stash (`git stash apply REF` brings it
   * back); HEAD itself where nothing was uncommitted.
   */
  readonly commit: string;
  /** The tree of the work tree. */
  readonly tree: string;
  /** What names the commit once it is kept; `undefined` when there is nothing to keep. */
  readonly ref: string | undefined;
}

/** Who saves, and when. */
export interface Saver {
  readonly host: string;
  readonly now: Date;
}

/**
 * Stores what a work tree is, as objects that nothing names yet. `also` are ignored files that are
 * in the way of something; `keepsHead` keeps HEAD as well, when commits are about to be left that
 * only this host has.
 */
export async function take(
  tree: WorkTree,
  head: string,
  { host, now }: Saver,
  { also = [], keepsHead = false }: {
    readonly also?: readonly string[];
    readonly keepsHead?: boolean;
  } = {},
): Promise<Saved> {
  const { tree: files, staged } = await tree.snapshot(also);
  const headTree = await tree.treeOf(head);
  const isClean = files === headTree && (staged === undefined || staged === headTree);
  const time = isoSeconds(now);
  const message = (what: string): string => `${what} of ${host} at ${time}\n`;
  const commit = isClean ? head : await tree.store(
    files,
    [head, await tree.store(staged ?? headTree, [head], message("Index"))],
    message("Uncommitted changes"),
  );
  const stamp = time.replaceAll(/[-:]/g, "");
  const ref = isClean && !keepsHead
    ? undefined
    : `refs/holdfast/autosave/${host}/${stamp}-${commit.slice(0, 8)}`;
  return { head, commit, tree: files, ref };
}

/** Gives what was taken a name, so that it is found again whatever happens next. */
export async function keep(tree: WorkTree, { ref, commit }: Saved): Promise<void> {
  if (ref !== undefined) await tree.setRef(ref, commit);
}
