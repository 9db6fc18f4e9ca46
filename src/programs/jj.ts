import { environment } from "../host/environment.ts";
import { capture, type Output, ProcessError } from "../host/process.ts";
import { split0 } from "./git.ts";
import { unattended } from "./unattended.ts";

/**
 * Settings of every call. Each one keeps a person's own jj configuration from changing what is
 * synced: large and globally ignored files are tracked, commits that a remote dropped stay, nothing
 * is signed (a locked key would fail every commit), and new commits are named in a form we can read.
 */
const settings = [
  "ui.progress-indicator=false",
  "ui.paginate=never",
  "snapshot.max-new-file-size=0",
  'snapshot.auto-track="all()"',
  "git.abandon-unreachable-commits=false",
  'signing.behavior="keep"',
  "git.sign-on-push=false",
  "ui.log-word-wrap=false",
  `templates.commit_summary='commit_id ++ " " ++ change_id ++ " "'`,
];

/** Bound in milliseconds on a jj command that does not leave this machine. */
const localBound = 120_000;

/** What git says when a lock file in this repository is in its way. */
const localLock = /\.lock': File exists|could not lock config file|fetching ref .* already exists/;

/** A commit as the sync sees it. */
export interface Commit {
  readonly id: string;
  /** jj's change id, which stays when the commit is rewritten. */
  readonly change: string;
  readonly parents: readonly string[];
  readonly isWorkingCopy: boolean;
  readonly isEmpty: boolean;
  readonly hasConflict: boolean;
  readonly hasDescription: boolean;
  /** Local ones plainly, those of a remote as `name@remote`; never those of the git backend. */
  readonly bookmarks: readonly string[];
}

const commitTemplate = [
  "commit_id",
  "change_id",
  'parents.map(|p| p.commit_id()).join(",")',
  'if(current_working_copy, "@", "-")',
  'if(empty, "e", "-")',
  'if(conflict, "c", "-")',
  'if(description, "d", "-")',
  // Not `bookmarks`: that leaves out a remote's when the local one is at the same commit.
  'local_bookmarks.map(|b| b.name() ++ ",").join("") ++ ' +
  'remote_bookmarks.map(|b| b.name() ++ "@" ++ b.remote()).join(",")',
].join(' ++ " " ++ ') + ' ++ "\\n"';

/** Where new content of a commit comes from: the files of a commit, some of them or all but some. */
export interface Part {
  readonly from: string;
  readonly only?: readonly string[];
  readonly except?: readonly string[];
}

/** jj in one co-located repository. */
export class Jj {
  constructor(
    readonly source: string,
    /** Bound in milliseconds on each command that talks to a remote. */
    readonly remoteBound: number,
    /** Further settings, as `key=value` in TOML: the person's name where jj has none. */
    readonly extra: readonly string[] = [],
  ) {}

  /** Makes a git repository a co-located jj repository; its files and refs stay as they are. */
  async initColocated(): Promise<void> {
    await this.#withWorkingCopy("git", "init", "--colocate");
  }

  /** Takes what is in the working copy into `@` and returns the commits of a revset. */
  async snapshot(revset: string): Promise<Commit[]> {
    const args = ["log", "--no-graph", "-r", revset, "-T", commitTemplate];
    const first = await this.#call(args);
    if (first.status === 0) return parseCommits(first.stdout);
    if (!/working copy is stale/i.test(first.stderr)) throw failed(args, first);
    await this.#withWorkingCopy("workspace", "update-stale");
    return parseCommits(await this.#withWorkingCopy(...args));
  }

  /** The commits of a revset, newest first; the working copy is not looked at. */
  async commits(revset: string): Promise<Commit[]> {
    const args = ["log", "--no-graph", "-r", revset, "-T", commitTemplate];
    return parseCommits(await this.#aside(...args));
  }

  /** The ids of a revset's commits, newest first. */
  async ids(revset: string): Promise<string[]> {
    return (await this.commits(revset)).map((commit) => commit.id);
  }

  /** What a template gives for each commit of a revset. */
  async show(revset: string, template: string, limit?: number): Promise<string> {
    const bound = limit === undefined ? [] : ["--limit", String(limit)];
    return await this.#aside("log", "--no-graph", "-r", revset, ...bound, "-T", template);
  }

  /** Paths with an unresolved conflict in a commit. */
  async conflictedPaths(commit: string): Promise<string[]> {
    const template = 'conflicted_files.map(|f| f.path() ++ "\\0").join("")';
    return split0(await this.show(commit, template));
  }

  /** All paths of a commit, conflicted ones too. */
  async filesOf(commit: string): Promise<string[]> {
    return split0(await this.#aside("file", "list", "-r", commit, "-T", 'path ++ "\\0"'));
  }

  /** Ends the working-copy commit under a message and starts a new one on top. */
  async commitWorkingCopy(message: string): Promise<void> {
    await this.#withWorkingCopy("commit", "-m", message);
  }

  /** Starts a new, empty working-copy commit on top of a commit: the files become that commit's. */
  async newWorkingCopy(onto: string): Promise<void> {
    await this.#withWorkingCopy("new", onto);
  }

  /** Copies a range of commits onto another; returns the copy of `tip`. The originals stay. */
  async duplicate(revset: string, tip: string, onto: string, trailer: string): Promise<string> {
    const description = `templates.duplicate_description='if(description.contains(${
      literal(`${trailer}\n`)
    }), description, description ++ ${literal(`\n\n${trailer}\n`)})'`;
    const args = ["--config", description, "duplicate", "-r", revset, "--onto", onto];
    const output = await this.#checked(["--ignore-working-copy", ...args]);
    for (const line of output.stderr.split("\n")) {
      const [, old, copy] = /^Duplicated ([0-9a-f]+) as ([0-9a-f]{40})/.exec(line) ?? [];
      if (old !== undefined && copy !== undefined && tip.startsWith(old)) return copy;
    }
    throw failed(args, output);
  }

  /** Makes a commit without touching the working copy: its parents' tree, then each part over it. */
  async compose(
    parents: readonly string[],
    message: string,
    parts: readonly Part[],
  ): Promise<string> {
    const args = ["new", "--no-edit", "-m", message, ...parents];
    const made = await this.#checked(["--ignore-working-copy", ...args]);
    const change = /^Created new commit [0-9a-f]{40} ([k-z]+)/m.exec(made.stderr)?.[1];
    if (change === undefined) throw failed(args, made);
    for (const part of parts) {
      if (part.only?.length === 0) continue;
      await this.#aside(
        ...["restore", "--ignore-immutable", "--from", part.from, "--into", change],
        ...filesets(part),
      );
    }
    const [id] = await this.ids(change);
    if (id === undefined) throw failed(args, made);
    return id;
  }

  /** Forgets commits; their content stays in the operation log until it is collected. */
  async abandon(revset: string): Promise<void> {
    await this.#aside("abandon", "--ignore-immutable", "-r", revset);
  }

  /** Lets local bookmarks follow the remote's of the same name. */
  async track(bookmark: string, remote: string): Promise<void> {
    await this.#aside("bookmark", "track", bookmark, `--remote=${remote}`);
  }

  /** Points a local bookmark to a commit, backwards or sideways too. */
  async setBookmark(name: string, commit: string): Promise<void> {
    await this.#aside("bookmark", "set", name, "-r", commit, "--allow-backwards");
  }

  /** Deletes a local bookmark; the next push of it deletes the remote's. */
  async deleteBookmark(name: string): Promise<void> {
    await this.#aside("bookmark", "delete", `exact:${literal(name)}`);
  }

  /** Fetches from a remote. */
  async fetch(remote: string): Promise<Output> {
    return await this.#remote(["git", "fetch", "--remote", `exact:${literal(remote)}`]);
  }

  /** Pushes one bookmark, if the remote still has what the last fetch saw. */
  async push(bookmark: string, remote: string): Promise<Output> {
    return await this.#remote([
      ...["git", "push", "--allow-empty-description"],
      ...["--remote", remote, "--bookmark", `exact:${literal(bookmark)}`],
    ]);
  }

  /**
   * Forgets operations that ended before an instant, and collects what only they kept. Every rewrite
   * leaves a ref behind, and thousands of them make git slow.
   */
  async collect(before: Date): Promise<void> {
    const template = 'id ++ " " ++ self.time().end().format("%s") ++ "\\n"';
    const log = await this.#aside("op", "log", "--no-graph", "-T", template);
    // The newest is the current one, which has to stay.
    const last = log.split("\n").slice(1).map((line) => line.split(" "))
      .find(([, seconds]) => seconds !== undefined && Number(seconds) * 1000 < before.getTime());
    if (last?.[0] === undefined) return;
    // With the working copy, which else would refer to an operation that is gone.
    await this.#withWorkingCopy("op", "abandon", `..${last[0]}`);
    await this.#withWorkingCopy("util", "gc");
  }

  /** The id of the operation that is current, for `jj op restore`; the working copy is not looked at. */
  async operation(): Promise<string> {
    const args = ["op", "log", "--no-graph", "--limit", "1", "-T", "id.short(16)"];
    return (await this.#aside(...args)).trim();
  }

  /** A configured value; `undefined` when not set. */
  async config(key: string): Promise<string | undefined> {
    const output = await this.#call(["--ignore-working-copy", "config", "get", key]);
    return output.status === 0 ? output.stdout.trim() : undefined;
  }

  async #withWorkingCopy(...args: string[]): Promise<string> {
    return (await this.#checked(args)).stdout;
  }

  async #aside(...args: string[]): Promise<string> {
    return (await this.#checked(["--ignore-working-copy", ...args])).stdout;
  }

  /** The caller judges what the remote says; a lock file left here is another matter. */
  async #remote(args: readonly string[]): Promise<Output> {
    const output = await this.#call(["--ignore-working-copy", ...args], this.remoteBound);
    if (localLock.test(output.stderr)) {
      throw failed(args, output);
    }
    return output;
  }

  async #checked(args: readonly string[]): Promise<Output> {
    const output = await this.#call(args);
    if (output.status !== 0 || output.timedOut) throw failed(args, output);
    return output;
  }

  async #call(args: readonly string[], timeout: number = localBound): Promise<Output> {
    const config = [...settings, ...this.extra].flatMap((setting) => ["--config", setting]);
    return await capture({
      argv: ["jj", "--no-pager", "--color", "never", ...config, ...args],
      cwd: this.source,
      env: { ...unattended, ...withoutGlobalIgnores() },
      timeout,
    });
  }
}

/** A string literal of jj's revset, fileset and template languages. */
export function literal(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}

/** git settings that keep a person's global ignore file from hiding dotfiles from jj. */
function withoutGlobalIgnores(): Record<string, string> {
  const given = Number(environment("GIT_CONFIG_COUNT") ?? 0);
  return {
    GIT_CONFIG_COUNT: String(given + 1),
    [`GIT_CONFIG_KEY_${given}`]: "core.excludesFile",
    [`GIT_CONFIG_VALUE_${given}`]: "/dev/null",
  };
}

/** The error of a jj call, named by the arguments that matter: the settings are always the same. */
function failed(args: readonly string[], output: Output): ProcessError {
  return new ProcessError({ argv: ["jj", ...args], timeout: localBound }, output);
}

function filesets(part: Part): string[] {
  const files = (paths: readonly string[]): string[] =>
    paths.map((path) => `root-file:${literal(path)}`);
  if (part.only !== undefined) return files(part.only);
  if (part.except === undefined || part.except.length === 0) return [];
  return [`~(${files(part.except).join(" | ")})`];
}

function parseCommits(text: string): Commit[] {
  return text.split("\n").filter((line) => line !== "").map((line) => {
    const [id = "", change = "", parents = "", at, empty, conflict, described, bookmarks = ""] =
      line.split(" ");
    return {
      id,
      change,
      parents: parents.split(",").filter((parent) => parent !== ""),
      isWorkingCopy: at === "@",
      isEmpty: empty === "e",
      hasConflict: conflict === "c",
      hasDescription: described === "d",
      bookmarks: bookmarks.split(",").filter((name) => name !== "" && !name.endsWith("@git")),
    };
  });
}
