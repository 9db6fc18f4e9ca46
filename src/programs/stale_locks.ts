import { lstat, namesIn } from "../host/files.ts";
import { capture, ProcessError } from "../host/process.ts";

/** How long a git or jj that is still at work in the source is waited for, in milliseconds. */
const patience = 30_000;

/**
 * Does some work in a work tree; when it fails on a lock file of git's that nobody holds any more,
 * removes the file and does the work once more. A killed git leaves such files, and each of them
 * stops git and jj. Runs that succeed pay nothing for this.
 *
 * @throws what `busy` makes of the git or jj that is still at work there
 */
export async function freeOfStaleLocks<T>(
  { source, gitDirectory }: { readonly source: string; readonly gitDirectory: string },
  work: () => Promise<T>,
  busy: (who: string, cause: Error) => Error,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof ProcessError
      ? error.cause
      : error;
    if (
      !(cause instanceof ProcessError) ||
      !/\.lock\b|could not lock|fetching ref .* already exists/i.test(cause.message)
    ) {
      throw error;
    }
    await removeLocks({ source, gitDirectory }, busy, cause);
    return await work();
  }
}

/**
 * The same before any work, where a failure would be taken for one of a step: looks for lock files,
 * which takes no program, and removes those that nobody holds.
 *
 * @throws what `busy` makes of the git or jj that is still at work there
 */
export async function clearStaleLocks(
  where: { readonly source: string; readonly gitDirectory: string },
  busy: (who: string, cause: Error) => Error,
): Promise<void> {
  const { gitDirectory } = where;
  const isThere = hasLock(gitDirectory, false) || hasLock(`${gitDirectory}/refs`, true);
  if (isThere) await removeLocks(where, busy, new Error(`lock files in ${gitDirectory}`));
}

function hasLock(directory: string, isDeep: boolean): boolean {
  return namesIn(directory).some((name) =>
    name.endsWith(".lock") ||
    isDeep && lstat(`${directory}/${name}`)?.isDirectory === true &&
      hasLock(`${directory}/${name}`, true)
  );
}

async function removeLocks(
  { source, gitDirectory }: { readonly source: string; readonly gitDirectory: string },
  busy: (who: string, cause: Error) => Error,
  cause: Error,
): Promise<void> {
  const owner = await runningIn(source);
  if (owner !== "") throw busy(owner, cause);
  await capture({
    argv: ["find", gitDirectory, "-name", "*.lock", "-type", "f", "-delete"],
    timeout: patience,
  });
}

/**
 * A git or jj whose working directory is in the source, as `git 123`; waits a while for it to end.
 * A shell reads /proc, which Deno allows to no program that lacks all other permissions.
 */
async function runningIn(source: string): Promise<string> {
  const script = `
    look() {
      for process in /proc/[0-9]*; do
        case $(readlink "$process/cwd" 2>/dev/null)/ in "$1"/*) ;; *) continue ;; esac
        line=$(tr '\\0' ' ' <"$process/cmdline" 2>/dev/null) || continue
        case " $line" in *[/\\ ]git\\ *|*[/\\ ]jj\\ *) echo "\${line%% *} \${process#/proc/}"; return ;; esac
      done
    }
    tries=0
    while found=$(look "$1"); [ -n "$found" ] && [ $tries -lt 20 ]; do
      tries=$((tries + 1)); sleep 0.2
    done
    echo "$found"`;
  const output = await capture({ argv: ["sh", "-c", script, "sh", source], timeout: patience });
  return output.timedOut ? "some git or jj" : output.stdout.trim();
}
