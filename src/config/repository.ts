import { refusal, usageFailure } from "../cli/failure.ts";
import { now } from "../host/clock.ts";
import { hostName, userId, workingDirectory } from "../host/environment.ts";
import { lstat, parentOf, readText, realPath, stat } from "../host/files.ts";
import type { Status } from "../programs/git_status.ts";
import { ColocatedJj } from "../programs/jj_colocated.ts";
import { userOf } from "../programs/getent.ts";
import type { Owner } from "../programs/git_repository.ts";
import { WorkTree } from "../programs/work_tree.ts";
import { type OpenFacts, whyNotOpen } from "./decide_open.ts";
import type { Strategy } from "./decide_pull.ts";
import { movingRef } from "./moving_ref.ts";

/** Which repository, and how it is worked on; options as they were given. */
export interface RepositoryOptions {
  readonly repo: string | undefined;
  readonly branch: string | undefined;
  readonly remote: string;
  readonly host: string | undefined;
  readonly conflictStrategy: Strategy;
  /** Seconds. */
  readonly timeout: number;
  readonly acceptRewritten: boolean;
}

/** A host's configuration repository. */
export interface ConfigRepository {
  readonly tree: WorkTree;
  readonly branch: string;
  readonly remote: string;
  /** Who commits. */
  readonly host: string;
  readonly strategy: Strategy;
  readonly now: Date;
  /** A person said that the remote's new history is right. */
  readonly acceptRewritten: boolean;
  /** Where jj works in it as well. */
  readonly jj: ColocatedJj | undefined;
}

/** A repository that is fit to be worked on, as it was a moment ago. */
export interface Opened {
  readonly repository: ConfigRepository;
  readonly status: Status;
  /** A run was cut short while it moved files. */
  readonly isMoving: boolean;
}

/**
 * Looks at a repository. git runs as its owner: it refuses what belongs to somebody else, and what
 * root leaves behind its owner could not change any more.
 *
 * @throws {Failure} (usage) when there is none, or it belongs to somebody else than who runs this
 * @throws {Failure} when a person has to look at it first; nothing was changed
 */
export async function openRepository(options: RepositoryOptions): Promise<Opened> {
  const tree = await findWorkTree(options);
  const status = await tree.status();
  const isJj = lstat(`${tree.source}/.jj`) !== undefined;
  refuseUnfit(tree, status, isJj, options);
  return {
    repository: {
      tree,
      branch: options.branch ?? status.branch as string,
      remote: options.remote,
      host: options.host ?? hostName(),
      strategy: options.conflictStrategy,
      now: now(),
      acceptRewritten: options.acceptRewritten,
      jj: isJj ? new ColocatedJj(tree.source, tree.owner) : undefined,
    },
    status,
    isMoving: mayHaveRef(tree, movingRef) && await tree.commitId(movingRef) !== undefined,
  };
}

/**
 * Finds the work tree, and whose it is, without a look at its files.
 *
 * @throws {Failure} (usage) when there is none, or it belongs to somebody else than who runs this
 */
export async function findWorkTree(
  { repo, timeout }: Pick<RepositoryOptions, "repo" | "timeout">,
): Promise<WorkTree> {
  const given = repo ?? workingDirectory();
  const info = stat(given);
  if (info === undefined || !info.isDirectory) {
    throw usageFailure(`repository ${given} is no directory`, "give one with --repo");
  }
  const isOwn = info.uid === userId() || info.uid === null;
  const owner = isOwn ? undefined : await ownerOf(given, info.uid as number);
  return await workTreeOf(given, timeout * 1000, owner);
}

/** The work tree that a directory lies in. git need not be asked where its directory is a plain one. */
async function workTreeOf(
  given: string,
  bound: number,
  owner: Owner | undefined,
): Promise<WorkTree> {
  for (let top = realPath(given);; top = parentOf(top)) {
    const mark = lstat(`${top}/.git`);
    // git would run what the configuration in there says.
    if (mark !== undefined && mark.uid !== (owner?.uid ?? userId())) {
      throw usageFailure(
        `${top}/.git belongs to somebody else than ${top}`,
        "make both belong to one user (chown)",
      );
    }
    if (mark?.isDirectory === true) return new WorkTree(top, bound, owner, `${top}/.git`);
    if (mark !== undefined) {
      const elsewhere = new WorkTree(top, bound, owner);
      const args = ["--path-format=absolute", "--git-dir", "--git-common-dir"];
      const directories = (await elsewhere.plumbing(["rev-parse", ...args])).trim().split("\n");
      return new WorkTree(top, bound, owner, ...directories);
    }
    if (top === "/") {
      throw usageFailure(
        `${given} is not the work tree of a git repository`,
        "give it with --repo",
      );
    }
  }
}

/** Whether a ref may be there; false only where that is certain without asking git. */
function mayHaveRef({ source, gitDirectory }: WorkTree, name: string): boolean {
  // Another work tree of the repository, or refs that are no files.
  if (gitDirectory !== `${source}/.git` || lstat(`${gitDirectory}/reftable`) !== undefined) {
    return true;
  }
  return lstat(`${gitDirectory}/${name}`) !== undefined ||
    (readText(`${gitDirectory}/packed-refs`) ?? "").includes(` ${name}\n`);
}

function refuseUnfit(
  tree: WorkTree,
  status: Status,
  isJj: boolean,
  options: RepositoryOptions,
): void {
  const refused = whyNotOpen({
    path: tree.source,
    underWay: underWay(tree.gitDirectory),
    checkedOut: status.branch,
    wanted: options.branch,
    isJj,
    changes: status.changes,
  });
  if (refused !== undefined) throw refusal(refused.why, refused.hint);
}

async function ownerOf(path: string, uid: number): ReturnType<typeof userOf> {
  const owner = await userOf(uid);
  if (userId() === 0) return owner;
  throw usageFailure(
    `repository ${path} belongs to ${owner.name}`,
    `run this as ${owner.name} or as root, which works on it as ${owner.name}`,
  );
}

/** What git leaves in its directory while an operation is under way; see `wt_status_get_state`. */
const traces = [
  ["rebase-merge", "rebase"],
  ["rebase-apply", "rebase"],
  ["MERGE_HEAD", "merge"],
  ["CHERRY_PICK_HEAD", "cherry-pick"],
  ["REVERT_HEAD", "revert"],
  ["BISECT_LOG", "bisect"],
] as const;

function underWay(gitDirectory: string): OpenFacts["underWay"] {
  return traces.find(([name]) => lstat(`${gitDirectory}/${name}`) !== undefined)?.[1];
}
