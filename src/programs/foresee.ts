import { capture, type Output } from "../host/process.ts";
import { emptyTree, type Git, split0 } from "./git.ts";
import { type RemoteTrouble, remoteTrouble } from "./remote_trouble.ts";
import { unattended } from "./unattended.ts";

/** What a merge with a remote's branch would bring. */
export interface Foreseen {
  /** Paths that the remote changed since the common ancestor. */
  readonly incoming: readonly string[];
  /** Paths that collide with what is committed here. */
  readonly colliding: readonly string[];
}

/**
 * Merges a remote's branch with a commit outside of the repository: nothing in it changes.
 *
 * @param elsewhere an empty directory for what is fetched
 * @param edits files with texts that are not committed, by source path
 */
export async function foresee(
  git: Git,
  elsewhere: string,
  from: { readonly remote: string; readonly branch: string },
  commit: string,
  edits: ReadonlyMap<string, string>,
): Promise<Foreseen | RemoteTrouble> {
  const url = await git.config(`remote.${from.remote}.url`) ?? from.remote;
  const there = async (
    args: readonly string[],
    timeout?: number,
    stdin?: string,
  ): Promise<Output> =>
    await capture({
      ...(stdin === undefined ? {} : { stdin }),
      argv: ["git", ...args],
      // A relative URL is relative to the source.
      cwd: git.source,
      env: {
        ...unattended,
        GIT_DIR: elsewhere,
        GIT_INDEX_FILE: `${elsewhere}/index`,
        GIT_ALTERNATE_OBJECT_DIRECTORIES: `${git.source}/.git/objects`,
      },
      ...(timeout === undefined ? {} : { timeout }),
    });
  await there(["init", "--quiet", "--bare"]);
  const refspec = `refs/heads/${from.branch}:refs/heads/it`;
  const fetched = await there(
    ["fetch", "--quiet", "--no-tags", "--", url, refspec],
    git.remoteBound,
  );
  if (fetched.status !== 0 || fetched.timedOut) return remoteTrouble(fetched, git.remoteBound);
  const ours = await commitEdits(there, commit, edits);
  const fork = (await there(["merge-base", "it", commit])).stdout.trim() || emptyTree;
  const merge = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"];
  const [incoming, merged] = await Promise.all([
    there(["diff-tree", "-r", "-z", "--no-renames", "--name-only", fork, "it"]),
    there([...merge, "--allow-unrelated-histories", "it", ours]),
  ]);
  return {
    incoming: split0(incoming.stdout),
    colliding: merged.status === 1 ? split0(merged.stdout).slice(1) : [],
  };
}

/** A commit with the texts of some files on top of another commit, stored elsewhere. */
async function commitEdits(
  there: (args: readonly string[], timeout?: number, stdin?: string) => Promise<Output>,
  commit: string,
  edits: ReadonlyMap<string, string>,
): Promise<string> {
  if (edits.size === 0) return commit;
  const names = [...edits.values()].join("\n");
  const hashed = await there(
    ["hash-object", "-w", "--no-filters", "--stdin-paths"],
    undefined,
    names,
  );
  const blobs = hashed.stdout.trim().split("\n");
  const lines = [...edits.keys()].map((path, at) => `100644 ${blobs[at]}\t${path}\0`);
  await there(["read-tree", commit]);
  await there(["update-index", "-z", "--index-info"], undefined, lines.join(""));
  const tree = (await there(["write-tree"])).stdout.trim();
  const who = ["-c", "user.name=dry run", "-c", "user.email=dry-run@localhost"];
  const made = await there([...who, "commit-tree", "-p", commit, "-m", "dry run", tree]);
  return made.stdout.trim() || commit;
}
