import { ExitCode } from "../cli/exit_code.ts";
import { Failure } from "../cli/failure.ts";
import { isForbidden, isMissing, makeDirectory, probeWrite, stat } from "../host/files.ts";
import { waitForLock } from "../host/lock.ts";

/** How long a program waits for another one that is at work, in milliseconds. */
const usualPatience = 200_000;

/**
 * Takes the lock that every program takes which changes the state; the kernel releases it with the
 * process.
 *
 * @throws {Failure} when another program keeps it (busy), or the directory cannot be written to
 */
export async function lockState(
  directory: string,
  patience: number = usualPatience,
): Promise<Disposable> {
  try {
    const lock = await waitForLock(`${directory}/lock`, patience);
    if (lock !== undefined) return lock;
  } catch (error) {
    const why = isMissing(error) ? "it does not exist" : (error as Error).message;
    throw new Failure(`cannot use the state directory ${directory}: ${why}`, {
      hint: "make it for root on a disk, or give another with --state-dir",
      cause: error,
    });
  }
  throw new Failure(`busy: another program has ${directory} for more than ${patience / 1000} s`, {
    code: ExitCode.busy,
    hint: "nothing was done",
  });
}

/**
 * Refuses early what would fail half-way; a state directory that is not there yet is made.
 *
 * @throws {Failure} (usage) when this user may not change these directories
 */
export function demandWritable(
  program: string,
  stateDir: string,
  others: readonly string[] = [],
): void {
  for (const directory of [stateDir, ...others]) {
    try {
      if (directory === stateDir && stat(directory) === undefined) makeDirectory(directory, 0o755);
      if (stat(directory) !== undefined) probeWrite(directory);
    } catch (error) {
      throw new Failure(`cannot write to ${directory}: ${(error as Error).message}`, {
        code: ExitCode.usage,
        hint: isForbidden(error)
          ? `run it as root: sudo ${program}`
          : "see whether its disk is full or read-only: findmnt --df",
        cause: error,
      });
    }
  }
}
