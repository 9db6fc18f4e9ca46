import { Failure, heldFailure } from "../cli/failure.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { processId } from "../host/environment.ts";
import { makeDirectory } from "../host/files.ts";
import { isHeld, type Lock, takeLock } from "../host/lock.ts";

/**
 * Takes the lock that all programs take which change a source or its home.
 *
 * @throws {Failure} when another run has it (busy), or the directory cannot be used
 */
export async function lockState(directory: string, program: string): Promise<Lock> {
  try {
    makeDirectory(directory);
    const holder = { pid: processId(), program, since: isoSeconds(now()) };
    const lock = await takeLock(`${directory}/lock`, holder);
    if (isHeld(lock)) return lock;
    throw heldFailure(lock, "nothing was done; the next run goes on");
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`cannot use the state directory ${directory}: ${(error as Error).message}`, {
      hint: "make it writable for this user, or give another with --state-dir",
      cause: error,
    });
  }
}
