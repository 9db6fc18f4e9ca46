import { capture, type Invocation, type Output, run } from "../host/process.ts";
import { type RemoteTrouble, remoteTrouble } from "./remote_trouble.ts";
import { unattended } from "./unattended.ts";

/** Bound in milliseconds on a git command that does not leave this machine. */
const localBound = 60_000;

/** Options of a push: what a person's settings would push besides nobody has searched for secrets. */
export const nothingElse = ["--quiet", "--no-follow-tags", "--recurse-submodules=no"];

/** git in one repository. */
export class GitRepository {
  constructor(
    readonly source: string,
    /** Bound in milliseconds on each command that talks to a remote. */
    readonly remoteBound: number,
    /** Whose repository it is, where that is not who runs this. */
    readonly owner: Owner | undefined = undefined,
  ) {}

  /** The remote's branches as commit ids by name (without `refs/heads/`), or why it cannot be asked. */
  async remoteHeads(remote: string): Promise<ReadonlyMap<string, string> | RemoteTrouble> {
    const output = await this.remote(["ls-remote", "--heads", "--", remote]);
    if (output.status !== 0 || output.timedOut) return remoteTrouble(output, this.remoteBound);
    const heads = output.stdout.split("\n").filter((line) => line !== "").map((line) => {
      const [id = "", name = ""] = line.split("\t");
      return [name.replace(/^refs\/heads\//, ""), id] as const;
    });
    return new Map(heads);
  }

  /** Pushes one refspec without force: the remote takes a fast-forward only. */
  async push(remote: string, refspec: string): Promise<Output> {
    return await this.remote(["push", ...nothingElse, "--", remote, refspec]);
  }

  /** The bytes of a file in a commit; `undefined` when it has no such file. */
  async bytesOf(commit: string, path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const output = await this.attempt(["cat-file", "blob", `${commit}:${path}`]);
    return output.status === 0 ? output.bytes : undefined;
  }

  /** Whether the first commit is the second or one of its ancestors. */
  async isAncestor(ancestor: string, of: string): Promise<boolean> {
    if (ancestor === jjRoot || of === jjRoot) return ancestor === jjRoot;
    return (await this.attempt(["merge-base", "--is-ancestor", ancestor, of])).status === 0;
  }

  /** The parents of a commit, first parent first. */
  async parentsOf(commit: string): Promise<readonly string[]> {
    const line = await this.plumbing(["rev-list", "--parents", "--max-count=1", commit, "--"]);
    return line.trim().split(" ").slice(1);
  }

  /** What a ref or HEAD points to symbolically (`refs/heads/main`); `undefined` when detached. */
  async symbolicRef(ref: string): Promise<string | undefined> {
    const output = await this.attempt(["symbolic-ref", "--quiet", ref]);
    return output.status === 0 ? output.stdout.trim() : undefined;
  }

  /** The commit id of a revision; `undefined` when there is none. */
  async commitId(revision: string): Promise<string | undefined> {
    const output = await this.attempt(["rev-parse", "--verify", "--quiet", `${revision}^{commit}`]);
    return output.status === 0 ? output.stdout.trim() : undefined;
  }

  /** A setting of this repository and its person; `undefined` when not set. */
  async config(key: string): Promise<string | undefined> {
    const output = await this.attempt(["config", "--get", key]);
    return output.status === 0 ? output.stdout.trim() : undefined;
  }

  /** Runs a git command of this repository that has to succeed; returns its output. */
  async plumbing(args: readonly string[], input: GitInput = {}): Promise<string> {
    return await run(this.#invocation(args, input));
  }

  /** Runs a git command of this repository whose status is its answer. */
  async attempt(args: readonly string[], input: GitInput = {}): Promise<Output> {
    return await capture(this.#invocation(args, input));
  }

  #invocation(args: readonly string[], { stdin, env, timeout = localBound }: GitInput): Invocation {
    return {
      argv: ["git", "--literal-pathspecs", "-C", this.source, ...args],
      env: { ...unattended, ...this.owner?.env, ...env },
      timeout,
      as: this.owner,
      stdin,
    };
  }

  /** Runs a git command of this repository that talks to a remote. */
  async remote(args: readonly string[]): Promise<Output> {
    return await this.attempt(args, { timeout: this.remoteBound });
  }
}

/** What a git command gets besides its arguments. */
export interface GitInput {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Bound in milliseconds. */
  readonly timeout?: number;
}

/** A user that programs are run as. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Where that user's settings and keys are found. */
  readonly env: Readonly<Record<string, string>>;
}

/** jj's root commit, below all others; git has no such commit. */
export const jjRoot = "0".repeat(40);
