import { capture, type Output, ProcessError } from "../host/process.ts";
import { GitRepository, jjRoot } from "./git_repository.ts";
import { unattended } from "./unattended.ts";

/** git in a chezmoi source: what jj has no command for, and reads that git answers faster. */
export class Git extends GitRepository {
  /** Clones a repository into a directory that does not exist yet. */
  async clone(url: string, remote: string, branch: string | undefined): Promise<Output> {
    const which = branch === undefined ? [] : ["--branch", branch];
    return await capture({
      argv: ["git", "clone", "--quiet", "--origin", remote, ...which, "--", url, this.source],
      env: unattended,
      timeout: this.remoteBound,
    });
  }

  /** Deletes a branch of the remote if it still is at a commit. */
  async deleteRemote(remote: string, branch: string, at: string): Promise<Output> {
    const lease = `--force-with-lease=refs/heads/${branch}:${at}`;
    return await this.remote(["push", "--quiet", lease, "--", remote, `:refs/heads/${branch}`]);
  }

  /** The paths that differ between two commits, both names of a renamed file among them. */
  async changedPaths(from: string, to: string): Promise<string[]> {
    const args = ["-r", "-z", "--no-renames", "--name-only", treeOf(from), treeOf(to)];
    return split0(await this.plumbing(["diff-tree", ...args]));
  }

  /** The paths of a commit's files; of some paths only, when given. */
  async filesOf(commit: string, paths: readonly string[] = []): Promise<string[]> {
    const args = ["-r", "-z", "--name-only", treeOf(commit), "--", ...paths];
    return split0(await this.plumbing(["ls-tree", ...args]));
  }

  /** The tree entries of some paths in a commit: mode and blob id by path. */
  async entries(commit: string, paths: readonly string[]): Promise<Map<string, TreeEntry>> {
    if (paths.length === 0) return new Map();
    const out = await this.plumbing(["ls-tree", "-r", "-z", treeOf(commit), "--", ...paths]);
    return new Map(
      split0(out).map((line) => {
        const cut = line.indexOf("\t");
        const [meta, path] = [line.slice(0, cut), line.slice(cut + 1)];
        const [mode = "", , blob = ""] = meta.split(" ");
        return [path, { mode, blob }];
      }),
    );
  }

  /** The text of a blob, at most `limit` characters of it. */
  async textOf(blob: string, limit = 1_000_000): Promise<string> {
    return (await this.plumbing(["cat-file", "blob", blob])).slice(0, limit);
  }

  /** Makes HEAD name a branch; neither index nor files change. */
  async attachHead(branch: string): Promise<void> {
    await this.plumbing(["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
  }

  /** The paths git sees changed or untracked in the work tree; writes nothing, not even the index. */
  async uncommitted(): Promise<string[]> {
    const args = ["--no-optional-locks", "status", "--porcelain", "-z", "--no-renames"];
    return split0(await this.plumbing(args)).map((line) => line.slice(3));
  }

  /**
   * Merges three blobs and decides each conflicting hunk one way; returns the merged blob's id, or
   * `undefined` when they cannot be merged by lines (binary).
   */
  async mergeBlobs(
    favor: Favor,
    ours: string,
    base: string,
    theirs: string,
  ): Promise<string | undefined> {
    const args = ["merge-file", "--object-id", `--${favor}`, ours, base, theirs];
    const output = await this.attempt(args);
    return isUnmergeable(args, output) ? undefined : output.stdout.trim();
  }

  /**
   * Merges three blobs into a text in which `size` markers enclose what collides (the base between
   * both sides); `undefined` when they cannot be merged by lines. For showing to a person only.
   */
  async mergeWithMarkers(
    size: number,
    ours: string,
    base: string,
    theirs: string,
  ): Promise<string | undefined> {
    const marker = `--marker-size=${size}`;
    const args = ["merge-file", "-p", "--diff3", marker, "--object-id", ours, base, theirs];
    const output = await this.attempt(args);
    return isUnmergeable(args, output) ? undefined : asExactText(output.bytes);
  }

  /** The blob id of a text, stored. */
  async store(text: string): Promise<string> {
    return (await this.plumbing(["hash-object", "-w", "--stdin"], { stdin: text })).trim();
  }

  /** Stores a commit: the tree of its first parent with some files removed and others put there. */
  async commitOver(
    parents: readonly [string, ...string[]],
    message: string,
    change: {
      readonly remove: readonly string[];
      readonly put: readonly (TreeEntry & { readonly path: string })[];
    },
    identity: Identity,
  ): Promise<string> {
    const env = {
      // An index of our own: the person's is about the working copy. A leftover is overwritten.
      GIT_INDEX_FILE: `${this.source}/.git/holdfast-index`,
      GIT_AUTHOR_NAME: identity.name,
      GIT_AUTHOR_EMAIL: identity.email,
      GIT_COMMITTER_NAME: identity.name,
      GIT_COMMITTER_EMAIL: identity.email,
    };
    const lines = [
      ...change.remove.map((path) => `0 ${jjRoot}\t${path}\0`),
      ...change.put.map(({ mode, blob, path }) => `${mode} ${blob}\t${path}\0`),
    ];
    await this.plumbing(["read-tree", treeOf(parents[0])], { env });
    await this.plumbing(["update-index", "-z", "--index-info"], { env, stdin: lines.join("") });
    const tree = (await this.plumbing(["write-tree"], { env })).trim();
    const args = parents.flatMap((parent) => ["-p", parent]);
    return (await this.plumbing(["commit-tree", ...args, tree], { env, stdin: message })).trim();
  }

  /** What changed between two commits in some paths: the hunks of a unified diff, by line. */
  async hunks(from: string, to: string, paths: readonly string[]): Promise<readonly string[]> {
    const args = ["--no-color", "--no-ext-diff", "--no-renames", "--unified=1"];
    const out = await this.plumbing(["diff", ...args, treeOf(from), treeOf(to), "--", ...paths]);
    let inHeader = true;
    return out.split("\n").filter((line) => {
      if (line.startsWith("diff --git ")) inHeader = true;
      else if (line.startsWith("@@ ")) inHeader = false;
      return line !== "" && (!inHeader || /^(?:deleted|new|old|Binary) /.test(line));
    });
  }

  /** When a commit was made (ISO 8601) and its description. */
  async describe(commit: string): Promise<{ readonly time: string; readonly description: string }> {
    const out = await this.plumbing(["show", "--no-patch", "--format=%cI%n%B", commit]);
    const [time = "", ...description] = out.split("\n");
    return { time, description: description.join("\n").trim() };
  }
}

/** The id of git's tree without entries. */
export const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** Whether git cannot merge texts by lines; any other trouble is thrown. */
function isUnmergeable(args: readonly string[], output: Output): boolean {
  if (/Cannot merge binary/i.test(output.stderr)) return true;
  if (output.status >= 128) throw new ProcessError({ argv: ["git", ...args] }, output);
  return false;
}

/** Bytes as text that gives the same bytes back; `undefined` when they are no UTF-8. */
function asExactText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function treeOf(commit: string): string {
  return commit === jjRoot ? emptyTree : commit;
}

/** A file in a commit. */
export interface TreeEntry {
  /** As git prints it: `100644`, `100755`, `120000`. */
  readonly mode: string;
  readonly blob: string;
}

/** Which side a conflicting hunk is taken from: the first, the other, or both. */
export type Favor = "ours" | "theirs" | "union";

/** Whose name a commit is made in. */
export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** The parts of a NUL-separated list. */
export function split0(text: string): string[] {
  return text.split("\0").filter((part) => part !== "");
}
