import { ProcessError } from "../host/process.ts";
import { syncToDisk } from "../host/sync_to_disk.ts";
import { split0 } from "../programs/git.ts";
import type { WorkTree } from "../programs/work_tree.ts";
import { keep, type Saved, type Saver, take } from "./autosave.ts";
import { inTheWay } from "./in_the_way.ts";
import { movingRef } from "./moving_ref.ts";

/** The message of the commit that the ref names, as JSON: commit and tree ids. */
interface Note {
  /** The tree of the files as they were. */
  readonly from: string;
  /** HEAD as it was, and as it is to be. */
  readonly before: string;
  readonly head: string;
}

/** Where a work tree goes. */
export interface Target {
  /** What is to be HEAD. */
  readonly head: string;
  /** The tree of the files. */
  readonly tree: string;
}

/** What git says before it has touched a file: one of them was edited since it was saved. */
const untouched = /not uptodate|would be overwritten|would lose untracked|would be removed/;

/** Whether a move failed because files were edited meanwhile, so that nothing was moved. */
export function isUntouched(error: unknown): error is ProcessError {
  return error instanceof ProcessError && untouched.test(error.output.stderr);
}

/**
 * Moves the work tree and then HEAD, from what was saved to another commit and tree. The files move
 * first, and are on the disk before HEAD names their commit: a HEAD that is ahead of its files would
 * look as if somebody had undone the new commits. Written down before, so that
 * {@linkcode finishMove} ends what was cut short.
 *
 * @throws {ProcessError} when a file was edited since it was saved ({@linkcode isUntouched}: nothing
 *   was moved), or when it came half-way only, which the next run ends
 */
export async function move(tree: WorkTree, from: Saved, to: Target): Promise<void> {
  if (from.head === to.head && from.tree === to.tree) return;
  const added = await addedPaths(tree);
  const note: Note = { from: from.tree, before: from.head, head: to.head };
  // The parents keep all of it from git's garbage collection.
  const parents = [...new Set([from.commit, to.head])];
  await tree.setRef(movingRef, await tree.store(to.tree, parents, JSON.stringify(note)));
  try {
    await tree.moveWorkTree(from.tree, to.tree);
  } catch (error) {
    if (isUntouched(error)) await forget(tree);
    throw error;
  }
  await finish(tree, from.head, to.head, added);
}

/**
 * Ends a move that was cut short, forwards; whatever is in the way of it is saved first. Returns
 * whether there was one.
 */
export async function finishMove(tree: WorkTree, saver: Saver): Promise<boolean> {
  const to = await tree.commitId(movingRef);
  if (to === undefined) return false;
  const note = await noteOf(tree, to);
  const head = await tree.commitId("HEAD");
  if (note !== undefined && head !== undefined && [note.before, note.head].includes(head)) {
    // A file that was being written may be torn: it is neither of the two, and looks like an edit.
    const also = await inTheWay(tree, note.from, to);
    const now = await take(tree, head, saver, { also });
    await keep(tree, now);
    const moving = await tree.differing(note.from, to);
    await tree.moveWorkTree(now.tree, await tree.withPaths(now.tree, moving, to));
    await finish(tree, head, note.head, []);
  } else {
    if (head !== undefined) await keep(tree, await take(tree, head, saver));
    await forget(tree);
  }
  return true;
}

async function noteOf(tree: WorkTree, commit: string): Promise<Note | undefined> {
  const content = await tree.plumbing(["cat-file", "commit", commit]);
  try {
    const { from, before, head } = JSON.parse(content.slice(content.indexOf("\n\n") + 2));
    const ids: unknown[] = [from, before, head];
    return ids.every((id) => typeof id === "string" && /^[0-9a-f]{40,64}$/.test(id))
      ? { from, before, head }
      : undefined;
  } catch {
    return undefined;
  }
}

async function finish(
  tree: WorkTree,
  before: string,
  head: string,
  added: readonly string[],
): Promise<void> {
  await syncToDisk(tree.source);
  if (head !== before) await tree.setRef("HEAD", head, before);
  await tree.plumbing(["reset", "--quiet", "--mixed"]);
  if (added.length > 0) {
    // What was announced to git stays so: a flake does not see files that git does not know.
    const kept = await tree.plumbing(["ls-files", "-z", "--others", "--", ...added]);
    const still = split0(kept);
    if (still.length > 0) await tree.plumbing(["add", "--intent-to-add", "--", ...still]);
  }
  await forget(tree);
}

async function forget(tree: WorkTree): Promise<void> {
  await tree.plumbing(["update-ref", "-d", movingRef]);
}

async function addedPaths(tree: WorkTree): Promise<readonly string[]> {
  return (await tree.status()).changes.filter(({ isAdded }) => isAdded).map(({ path }) => path);
}
