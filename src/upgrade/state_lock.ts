import { Failure, heldFailure } from "../cli/failure.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { processId } from "../host/environment.ts";
import { makeDirectory } from "../host/files.ts";
import { isHeld, takeLock } from "../host/lock.ts";

/**
 * Does some work as the only one that moves this host's system, whichever repository it is built
 * from: journal, records and profile are the host's, and not the repository's.
 *
 * @throws {Failure} (busy) when another run is at work
 */
export async function underStateLock<T>(
  stateDir: string,
  program: string,
  work: () => Promise<T>,
): Promise<T> {
  const path = `${stateDir}/in-use`;
  const holder = { pid: processId(), program, since: isoSeconds(now()) };
  const lock = await taken(path, stateDir, holder);
  if (!isHeld(lock)) throw heldFailure(lock, "nothing was done; it works on another repository");
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function taken(
  path: string,
  stateDir: string,
  holder: Parameters<typeof takeLock>[1],
): ReturnType<typeof takeLock> {
  try {
    makeDirectory(stateDir, 0o755);
    return await takeLock(path, holder);
  } catch (error) {
    throw new Failure(`cannot write ${path}: ${(error as Error).message}`, {
      hint: "run this as root, or give another directory with --state-dir",
      cause: error,
    });
  }
}
