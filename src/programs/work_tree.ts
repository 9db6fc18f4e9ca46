import { lstat } from "../host/files.ts";
import { type Output, ProcessError, run } from "../host/process.ts";
import { split0 } from "./git.ts";
import { type GitInput, GitRepository, nothingElse, type Owner } from "./git_repository.ts";
import { parseStatus, type Status, statusArguments } from "./git_status.ts";

/** Which side a conflict is decided for; with neither it stays one. */
export type Favor = "ours" | "theirs" | undefined;

/** A merge of trees: the tree, or the paths that stand in the way. */
export type Merged =
  | { readonly kind: "merged"; readonly tree: string }
  | { readonly kind: "conflict"; readonly paths: readonly string[] };

/**
 * What git stores is on the disk before a ref names it: its own default leaves loose objects to the
 * kernel, and a power cut then leaves a commit whose files are empty.
 */
const durable = ["-c", "core.fsync=all", "-c", "core.fsyncMethod=batch"];

/** Bound in milliseconds on what reads or writes many files, by filters perhaps. */
const filesBound = 600_000;

/** In whose name a commit is stored that only these programs look at: it is never pushed. */
const ourselves = {
  GIT_AUTHOR_NAME: "holdfast",
  GIT_AUTHOR_EMAIL: "holdfast@localhost",
  GIT_COMMITTER_NAME: "holdfast",
  GIT_COMMITTER_EMAIL: "holdfast@localhost",
};

/** What a work tree is. */
export interface Snapshot {
  /** The tree of the files. */
  readonly tree: string;
  /** The tree of the index; `undefined` for one with unmerged files, which has none. */
  readonly staged: string | undefined;
}

/** git in a repository with a work tree in which people and programs edit. */
export class WorkTree extends GitRepository {
  constructor(
    source: string,
    remoteBound: number,
    owner: Owner | undefined,
    /** The absolute path of this work tree's own part of the repository; empty before it is known. */
    readonly gitDirectory: string = "",
    /** The part that all work trees of the repository share. */
    readonly commonDirectory: string = gitDirectory,
  ) {
    super(source, remoteBound, owner);
  }

  override async plumbing(args: readonly string[], input: GitInput = {}): Promise<string> {
    return await super.plumbing([...durable, ...args], input);
  }

  override async attempt(args: readonly string[], input: GitInput = {}): Promise<Output> {
    return await super.attempt([...durable, ...args], input);
  }

  /** What differs from HEAD; writes nothing, not even the index. */
  async status(): Promise<Status> {
    return parseStatus(await this.plumbing(["--no-optional-locks", ...statusArguments]));
  }

  /** The tree id of a commit. */
  async treeOf(commit: string): Promise<string> {
    return (await this.plumbing(["rev-parse", "--verify", `${commit}^{tree}`])).trim();
  }

  /**
   * Stores the work tree as it is now: all that is tracked or could be, and of what is ignored the
   * `also` paths. Leaves an index that agrees with it for {@linkcode moveWorkTree}.
   */
  async snapshot(also: readonly string[] = []): Promise<Snapshot> {
    const env = await this.#ownIndex();
    const staged = await this.#stagedTree(env);
    await this.plumbing(["add", "--all"], { env, timeout: filesBound });
    if (also.length > 0) {
      const stdin = also.join("\0");
      const args = ["add", "--force", "--pathspec-from-file=-", "--pathspec-file-nul"];
      await this.plumbing(args, { env, stdin, timeout: filesBound });
    }
    return { tree: await this.#writeTree(env), staged };
  }

  /** The tree of the files that git knows, as they are now: what a flake sees of a work tree. */
  async trackedTree(): Promise<string> {
    const env = await this.#ownIndex();
    await this.plumbing(["add", "--update"], { env, timeout: filesBound });
    return await this.#writeTree(env);
  }

  /** A copy of the person's index, which is not touched. */
  async #ownIndex(): Promise<{ readonly GIT_INDEX_FILE: string }> {
    const own = `${this.gitDirectory}/index`;
    // With what git knows of the files it need not read them again. The time stays: by it git tells
    // which files may have been edited since.
    const argv = lstat(own) === undefined
      ? ["rm", "--force", "--", this.#index]
      : ["cp", "--preserve=timestamps", "--", own, this.#index];
    await this.asOwner(argv);
    return { GIT_INDEX_FILE: this.#index };
  }

  async #stagedTree(env: GitInput["env"] & object): Promise<string | undefined> {
    const unmerged = await this.plumbing(["ls-files", "--unmerged"], { env });
    return unmerged === "" ? await this.#writeTree(env) : undefined;
  }

  async #writeTree(env: GitInput["env"] & object): Promise<string> {
    return (await this.plumbing(["write-tree"], { env })).trim();
  }

  /**
   * Makes the work tree, which is as `from`, be as `to`. Only files that differ are written.
   *
   * @throws {ProcessError} when a file of them was changed since the snapshot; nothing is done then
   */
  async moveWorkTree(from: string, to: string): Promise<void> {
    const env = { GIT_INDEX_FILE: this.#index };
    await this.plumbing(["read-tree", "-m", "-u", from, to], { env, timeout: filesBound });
  }

  /** A tree with some paths as another one has them. */
  async withPaths(tree: string, paths: readonly string[], from: string): Promise<string> {
    return await this.#withEntries(tree, paths, await this.#entries(from, paths));
  }

  /** The paths in which two trees differ. */
  async differing(from: string, to: string): Promise<readonly string[]> {
    const args = ["-r", "-z", "--no-renames", "--name-only", from, to];
    return split0(await this.plumbing(["diff-tree", ...args]));
  }

  /** Merges two commits above a third, in the object store only. */
  async merge(base: string, ours: string, theirs: string, favor: Favor): Promise<Merged> {
    const args = ["merge-tree", "--write-tree", "-z", "--no-messages", `--merge-base=${base}`];
    const option = favor === undefined ? [] : [`--strategy-option=${favor}`];
    const argv = [...args, ...option, ours, theirs];
    const output = await this.attempt(argv);
    if (output.status > 1 || output.timedOut) {
      throw new ProcessError({ argv: ["git", ...argv] }, output);
    }
    const [tree = "", ...rest] = output.stdout.split("\0");
    if (output.status === 0) return { kind: "merged", tree };
    const paths = [...new Set(rest.filter(Boolean).map((line) => line.replace(/^[^\t]*\t/, "")))];
    if (favor === undefined) return { kind: "conflict", paths };
    const sides = await Promise.all([ours, theirs].map((side) => this.#entries(side, paths)));
    // A file in the place of a directory: git moves one of them aside, under a name of its own.
    const moved = paths.filter((path) => !sides.some((side) => side.has(path)));
    if (moved.length > 0) return { kind: "conflict", paths: moved };
    const side = sides[favor === "ours" ? 0 : 1] as ReadonlyMap<string, string>;
    return { kind: "merged", tree: await this.#withEntries(tree, paths, side) };
  }

  /** The entries of some paths in a commit, as `git ls-tree` prints them. */
  async #entries(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    // All of them: there may be more paths than a command line can hold.
    const wanted = new Set(paths);
    const listed = split0(await this.plumbing(["ls-tree", "-r", "-z", commit]));
    const entries = listed.map((line) => [line.slice(line.indexOf("\t") + 1), line] as const);
    return new Map(entries.filter(([path]) => wanted.has(path)));
  }

  /** What no option decides (a file edited here and deleted there) is taken whole from one side. */
  async #withEntries(
    tree: string,
    paths: readonly string[],
    entries: ReadonlyMap<string, string>,
  ): Promise<string> {
    const index = `${this.#index}-merge`;
    const env = { GIT_INDEX_FILE: index };
    const lines = paths.map((path) => entries.get(path) ?? `0 ${"0".repeat(40)}\t${path}`);
    try {
      await this.plumbing(["read-tree", tree], { env });
      const stdin = lines.map((line) => `${line}\0`).join("");
      await this.plumbing(["update-index", "--replace", "-z", "--index-info"], { env, stdin });
      return await this.#writeTree(env);
    } finally {
      await this.asOwner(["rm", "--force", "--", index]);
    }
  }

  /** Stores a commit that only these programs look at; it is not signed, and needs nobody's name. */
  async store(tree: string, parents: readonly string[], message: string): Promise<string> {
    return await this.#commitTree([], tree, parents, { stdin: message, env: ourselves });
  }

  /** Stores a commit that others will see; signed where the person's settings say so. */
  async commit(
    tree: string,
    parents: readonly string[],
    message: string,
    env: Readonly<Record<string, string>>,
  ): Promise<string> {
    const sign = await this.flag("commit.gpgSign") ? ["--gpg-sign"] : [];
    return await this.#commitTree(sign, tree, parents, { stdin: message, env });
  }

  async #commitTree(
    options: readonly string[],
    tree: string,
    parents: readonly string[],
    input: GitInput,
  ): Promise<string> {
    const args = parents.flatMap((parent) => ["-p", parent]);
    return (await this.plumbing(["commit-tree", ...options, ...args, tree], input)).trim();
  }

  /**
   * Makes a ref name a commit, durably, if it names `before` now.
   *
   * @throws {ProcessError} when it names something else
   */
  async setRef(ref: string, commit: string, before?: string): Promise<void> {
    const args = ["update-ref", "-m", "holdfast", "--create-reflog", ref, commit];
    await this.plumbing([...args, ...(before === undefined ? [] : [before])]);
  }

  /**
   * Pushes a commit to a branch that the remote has at `known`, or has not at all; the caller knows
   * that it lies above.
   */
  async pushFrom(
    remote: string,
    branch: string,
    commit: string,
    known: string | undefined,
  ): Promise<Output> {
    const lease = `--force-with-lease=refs/heads/${branch}:${known ?? ""}`;
    const refspec = `${commit}:refs/heads/${branch}`;
    return await this.remote(["push", ...nothingElse, lease, "--", remote, refspec]);
  }

  /** Whether a setting that is true or false is true. */
  async flag(key: string): Promise<boolean> {
    const output = await this.attempt(["config", "--type=bool", "--get", key]);
    return output.stdout.trim() === "true";
  }

  /** Keeps the person's index beside itself; returns where, if there is one. */
  async saveIndex(): Promise<string | undefined> {
    const own = `${this.gitDirectory}/index`;
    if (lstat(own) === undefined) return undefined;
    const kept = `${this.gitDirectory}/holdfast-index-before`;
    await this.asOwner(["cp", "--preserve=timestamps", "--", own, kept]);
    return kept;
  }

  /** Puts a kept index back. */
  async restoreIndex(kept: string | undefined): Promise<void> {
    const own = `${this.gitDirectory}/index`;
    await this.asOwner(kept === undefined ? ["rm", "--force", "--", own] : ["mv", "--", kept, own]);
  }

  /** Removes a kept index. */
  async forgetIndex(kept: string | undefined): Promise<void> {
    if (kept !== undefined) await this.asOwner(["rm", "--force", "--", kept]);
  }

  /** Runs a program that has to succeed, as who the files of the repository belong to. */
  async asOwner(argv: readonly string[], stdin?: string): Promise<void> {
    await run({ argv, stdin, as: this.owner });
  }

  /** An index of our own: the person's is not touched until the work tree has moved. */
  get #index(): string {
    return `${this.gitDirectory}/holdfast-index`;
  }
}
