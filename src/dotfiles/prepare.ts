import { ExitCode } from "../cli/exit_code.ts";
import { Failure, refusal, usageFailure } from "../cli/failure.ts";
import type { Report } from "../cli/report.ts";
import { environment } from "../host/environment.ts";
import { makeDirectory, moveDirectory, namesIn, parentOf, removeTree } from "../host/files.ts";
import { capture } from "../host/process.ts";
import { Chezmoi } from "../programs/chezmoi.ts";
import { Git, type Identity } from "../programs/git.ts";
import { remoteTrouble } from "../programs/remote_trouble.ts";
import { unattended } from "../programs/unattended.ts";
import { Jj } from "../programs/jj.ts";
import { type Programs, sourceKind } from "./facts.ts";
import type { Settings } from "./settings.ts";

/** A run that cannot start since there is nothing to sync yet. */
export class NotInitialized extends Failure {}

/**
 * Makes sure that the source is a git repository, cloning it when there is none; refuses what a
 * person has left unfinished there. Returns whether it was cloned just now.
 */
export async function ensureSource(
  settings: Settings,
  repoUrl: string | undefined,
  report: Report,
): Promise<boolean> {
  const { source } = settings;
  if (!settings.sourceExists || namesIn(source).length === 0) {
    if (repoUrl === undefined) {
      throw new NotInitialized(`there is no chezmoi source directory at ${source}`, {
        code: ExitCode.usage,
        hint: "clone one with --repo-url URL, or start one with `chezmoi init`",
      });
    }
    await clone(settings, repoUrl, report);
    return true;
  }
  const kind = sourceKind(source);
  if (kind.git === "none") {
    throw usageFailure(
      `${source} is not a chezmoi source repository: it has no .git`,
      kind.jj
        ? `jj has its own elsewhere: jj -R ${source} git colocation enable`
        : `make it one with \`git -C ${source} init\`, or give another with --source`,
    );
  }
  if (kind.git === "worktree") {
    throw usageFailure(`${source} is a linked git worktree, which jj cannot share`);
  }
  if (kind.unfinished !== undefined) {
    throw refusal(
      `${kind.unfinished} is in progress in ${source}`,
      `finish or abort it: git -C ${source} status`,
    );
  }
  return false;
}

async function clone(settings: Settings, url: string, report: Report): Promise<void> {
  const { source, remote, branch, timeout } = settings;
  const shown = withoutCredentials(url);
  report.info(`cloning ${shown} to ${source}`);
  makeDirectory(parentOf(source));
  // Beside its place and renamed there: an interrupted clone must not pass for a source.
  const beside = `${source}.cloning`;
  removeTree(beside);
  const output = await new Git(beside, timeout).clone(url, remote, branch);
  if (output.status !== 0 || output.timedOut) {
    removeTree(beside);
    const trouble = remoteTrouble(output, timeout);
    throw new Failure(`cannot clone ${shown}: ${trouble.reason}`, {
      hint: "nothing was changed; check the URL and that this user may read it",
    });
  }
  moveDirectory(beside, source);
}

/** A URL as it may be shown: without what stands before the host. */
export function withoutCredentials(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

/**
 * Refuses a source whose files git changes on the way in and out (git-crypt, LFS): jj knows no
 * filters, and would commit what is on disk, in clear.
 */
export async function refuseFilters(git: Git): Promise<void> {
  const files = await git.plumbing([
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
  ]);
  if (files === "") return;
  const args = ["check-attr", "--stdin", "-z", "filter"];
  const fields = (await git.plumbing(args, { stdin: files })).split("\0");
  const filtered = fields.findIndex((field, at) =>
    at % 3 === 2 && !["unspecified", "unset", ""].includes(field)
  );
  if (filtered < 0) return;
  throw refusal(
    `${fields[filtered - 2]} in ${git.source} goes through git's filter "${fields[filtered]}", ` +
      "which jj does not run: it would be pushed as it is on disk",
    "encrypt with chezmoi (age, gpg) instead, or keep that file out of the source",
  );
}

/** The least versions that have all we call; jj 0.39 brought `jj util snapshot` and its peers, git 2.43 `merge-file --object-id`. */
const leastVersions = { jj: [0, 39], chezmoi: [2, 70], git: [2, 43] } as const;

/**
 * Checks the programs' versions.
 *
 * @throws {Failure} that names what is too old
 */
export async function requireVersions(): Promise<void> {
  await Promise.all(
    Object.entries(leastVersions).map(async ([program, least]) => {
      const { stdout } = await capture({ argv: [program, "--version"], timeout: 30_000 });
      const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout) ?? [];
      const found = [Number(major ?? NaN), Number(minor ?? NaN)] as const;
      const fits = found[0] > least[0] || (found[0] === least[0] && found[1] >= least[1]);
      if (!fits) {
        throw usageFailure(
          `${program} is too old: ${stdout.trim().split("\n")[0]}, at least ${
            least.join(".")
          } is ` +
            "needed",
          `install a newer ${program} and put it first on PATH`,
        );
      }
    }),
  );
}

/** The programs for a source as a look at it needs them. */
export function programsFor(settings: Settings, jjSettings: readonly string[] = []): Programs {
  const { source, timeout } = settings;
  return {
    git: new Git(source, timeout),
    jj: new Jj(source, timeout, jjSettings),
    chezmoi: new Chezmoi(source),
  };
}

/** Whose name commits are made in. */
export interface KnownIdentity extends Identity {
  /** Settings for jj that say so, where its own say nothing. */
  readonly jjSettings: readonly string[];
}

/**
 * A name and an address for commits: jj refuses to push any without. What the person has configured
 * for jj counts, then for git, else the user's name on this host.
 */
export async function identityFor(settings: Settings): Promise<KnownIdentity> {
  const { jj, git } = programsFor(settings);
  const user = environment("USER") ?? "holdfast";
  const find = async (
    key: string,
    variable: string,
    fallback: string,
  ): Promise<[string, boolean]> => {
    const own = environment(variable) ?? await jj.config(key);
    return own ? [own, true] : [await git.config(key) ?? fallback, false];
  };
  const [[name, hasName], [email, hasEmail]] = await Promise.all([
    find("user.name", "JJ_USER", user),
    find("user.email", "JJ_EMAIL", `${user}@${settings.host}`),
  ]);
  const jjSettings = [
    ...(hasName ? [] : [`user.name=${JSON.stringify(name)}`]),
    ...(hasEmail ? [] : [`user.email=${JSON.stringify(email)}`]),
  ];
  return { name, email, jjSettings };
}

/** Makes the repository one that jj works in as well, and lets its branch follow the remote's. */
export async function ensureJj(programs: Programs, remote: string, branch: string): Promise<void> {
  const { git, jj } = programs;
  await jj.initColocated();
  const there = await git.commitId(`refs/remotes/${remote}/${branch}`);
  if (there !== undefined) await jj.track(branch, remote);
}

/**
 * The branch that hosts share, where none was named: the remote's default as of the clone, else
 * `main`, else what is checked out.
 */
export async function defaultBranch(git: Git, remote: string): Promise<string> {
  const there = await git.symbolicRef(`refs/remotes/${remote}/HEAD`);
  const prefix = `refs/remotes/${remote}/`;
  if (there?.startsWith(prefix)) return there.slice(prefix.length);
  if (await git.commitId("refs/heads/main") !== undefined) return "main";
  return (await git.symbolicRef("HEAD"))?.replace(/^refs\/heads\//, "") ?? "main";
}

/** Writes chezmoi's configuration from the source's template for it, after a clone. */
export async function initChezmoi(settings: Settings, report: Report): Promise<void> {
  const names = namesIn(settings.source);
  if (!names.some((name) => /^\.chezmoi\.(toml|yaml|json|jsonc)\.tmpl$/.test(name))) return;
  const output = await capture({
    argv: ["chezmoi", "init", "--source", settings.source, "--no-tty"],
    env: unattended,
    timeout: settings.timeout,
  });
  if (output.status === 0) return;
  report.warn(`chezmoi init could not write its configuration: ${output.stderr.trim()}`);
  report.hint("run `chezmoi init` once by hand: its template asks questions");
}
