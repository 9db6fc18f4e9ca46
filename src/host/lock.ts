import { isMissing } from "./files.ts";

/** Who holds a lock, as that program wrote it into the lock file. */
export interface Holder {
  readonly pid: number;
  readonly program: string;
  /** ISO 8601. */
  readonly since: string;
}

/** A held lock: released by `release`, or by the kernel when the process dies in any way. */
export interface Lock {
  release(): void;
}

/**
 * Takes the exclusive `flock` on a file, at once or within some milliseconds of patience, or reports
 * who has it. The kernel drops a flock with its process, so that a killed run never leaves a stale
 * lock; the file itself stays for good.
 *
 * @throws {Deno.errors.PermissionDenied} when the file cannot be created
 */
export async function takeLock(
  path: string,
  holder: Holder,
  patience = 0,
): Promise<Lock | Holder | "unknown"> {
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  if (
    !await tryFlock(file) && !await (patience > 0 ? flockWithin(file, patience) : secondTry(file))
  ) {
    file.close();
    return await readHolder(path) ?? "unknown";
  }
  // In place, not by rename: a renamed file would be another inode, with another flock.
  file.truncateSync(0);
  file.writeSync(new TextEncoder().encode(JSON.stringify(holder) + "\n"));
  return {
    release: () => {
      // Empty, so that a run which changed nothing leaves nothing changed.
      file.truncateSync(0);
      file.close();
    },
  };
}

/**
 * Takes the exclusive `flock` on a file that is there and belongs to somebody else; it is opened for
 * reading only, so that nothing can happen to what a link might lead to.
 */
export async function lockOwnedFile(
  path: string,
  patience: number,
): Promise<Lock | Holder | "unknown"> {
  const file = Deno.openSync(path, { read: true });
  if (
    await tryFlock(file) || await (patience > 0 ? flockWithin(file, patience) : secondTry(file))
  ) {
    return { release: () => file.close() };
  }
  file.close();
  return await readHolder(path) ?? "unknown";
}

/**
 * Takes the exclusive `flock` on a file; waits for another holder up to a time in milliseconds, and
 * returns `undefined` when that has passed. Nobody but its owner can open the file, since to open it
 * for reading is enough to take its flock.
 */
export async function waitForLock(path: string, patience: number): Promise<Disposable | undefined> {
  const file = Deno.openSync(path, { read: true, write: true, create: true, mode: 0o600 });
  const release = { [Symbol.dispose]: () => file.close() };
  if (typeof file.tryLockSync === "function" && file.tryLockSync(true)) return release;
  return await flockWithin(file, patience) ? release : undefined;
}

async function flockWithin(file: Deno.FsFile, patience: number): Promise<boolean> {
  // The waiting call works on a thread of its own, and ends with the process at the latest.
  const waited = new Promise<boolean>((resolve) =>
    AbortSignal.timeout(patience).addEventListener("abort", () => resolve(false))
  );
  const locked = file.lock(true).then(() => true);
  return await Promise.race([locked, waited]);
}

/** Whether another process holds the lock just now; never creates the file. */
export async function lockHolder(path: string): Promise<Holder | "unknown" | undefined> {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path, { read: true });
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  const free = await tryFlock(file);
  file.close();
  return free ? undefined : await readHolder(path) ?? "unknown";
}

/** Tells a held lock from what {@linkcode takeLock} says of its holder. */
export function isHeld(result: Lock | Holder | "unknown"): result is Lock {
  return typeof result === "object" && "release" in result;
}

/**
 * Another process may hold the flock for an instant only, to see whether it is free; and a holder
 * that has just won needs an instant to write who it is. Neither can be waited for as an event.
 */
async function secondTry(file: Deno.FsFile): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  return await tryFlock(file);
}

async function tryFlock(file: Deno.FsFile): Promise<boolean> {
  if (typeof file.tryLockSync === "function") return file.tryLockSync(true);
  // Deno before 2.5 only has the waiting call. The loser ends its process right after, which ends
  // the wait as well.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<boolean>((resolve) => timer = setTimeout(() => resolve(false), 100));
  const locked = file.lock(true).then(() => true, () => false);
  const result = await Promise.race([locked, waited]);
  clearTimeout(timer);
  return result;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await Deno.readTextFile(path));
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, program, since } = value as Record<string, unknown>;
    return typeof pid === "number" && typeof program === "string" && typeof since === "string"
      ? { pid, program, since }
      : undefined;
  } catch {
    return undefined;
  }
}
