import { busyFailure, Failure, heldFailure } from "../cli/failure.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { processId } from "../host/environment.ts";
import { lstat } from "../host/files.ts";
import { isHeld, type Lock, lockOwnedFile, takeLock } from "../host/lock.ts";
import { freeOfStaleLocks } from "../programs/stale_locks.ts";
import type { WorkTree } from "../programs/work_tree.ts";

/**
 * Does some work under the lock; what a killed git left in its way is removed.
 *
 * @throws {Failure} (busy) when another run, or a person's git, is at work
 */
export async function underLock<T>(
  tree: WorkTree,
  program: string,
  patience: number,
  work: () => Promise<T>,
): Promise<T> {
  const lock = await lockRepository(tree, program, patience);
  try {
    return await freeOfStaleLocks(
      { source: tree.source, gitDirectory: tree.commonDirectory },
      work,
      (who, cause) => busyFailure(who, tree.source, cause),
    );
  } finally {
    lock.release();
  }
}

/**
 * Takes the one lock for all that moves a configuration repository or the system built from it. It
 * lies in git's directory, so that the repository's owner and root take the same. Where root takes it,
 * everything that is written there is written as the owner: a link could lead anywhere.
 *
 * @throws {Failure} (busy) when another run has it for longer than the patience, in seconds
 */
async function lockRepository(
  tree: WorkTree,
  program: string,
  patience: number,
): Promise<Lock> {
  // Not *.lock: such files of git's are removed when nobody is at work any more.
  const path = `${tree.commonDirectory}/holdfast-in-use`;
  const holder = { pid: processId(), program, since: isoSeconds(now()) };
  const lock = tree.owner === undefined
    ? await takeLock(path, holder, patience * 1000)
    : await asOwner(tree, path, patience * 1000);
  if (isHeld(lock)) {
    if (tree.owner !== undefined) await write(tree, path, `${JSON.stringify(holder)}\n`);
    return lock;
  }
  throw heldFailure(lock, "nothing was done; --wait SECONDS waits for it");
}

async function asOwner(
  tree: WorkTree,
  path: string,
  patience: number,
): ReturnType<typeof takeLock> {
  if (lstat(path) === undefined) await write(tree, path, "");
  if (lstat(path)?.isFile !== true) {
    throw new Failure(`${path} is no regular file`, { hint: "remove it" });
  }
  return await lockOwnedFile(path, patience);
}

async function write(tree: WorkTree, path: string, text: string): Promise<void> {
  await tree.asOwner(["sh", "-euc", 'umask 077; cat > "$1"', "sh", path], text);
}
