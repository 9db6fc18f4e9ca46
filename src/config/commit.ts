import { refusal } from "../cli/failure.ts";
import { isoLocal } from "../host/clock.ts";
import { split0 } from "../programs/git.ts";
import type { ColocatedJj } from "../programs/jj_colocated.ts";
import type { WorkTree } from "../programs/work_tree.ts";
import { list } from "./decide_open.ts";
import { committer } from "./identity.ts";
import type { ConfigRepository } from "./repository.ts";

/** Bound in milliseconds on a commit with the hooks of the repository. */
const commitBound = 600_000;

/** One path that a commit changes, as `git diff --raw` has it. */
export interface Staged {
  readonly path: string;
  /** `A`, `D`, `M`, `T`. */
  readonly status: string;
  /** Mode before and after, as `100644`; 160000 is a submodule. */
  readonly modes: readonly [string, string];
}

/**
 * Commits all that differs from HEAD: edits, deletions, new files but for ignored ones. The person's
 * hooks and signing settings apply. What is refused leaves the index as it was.
 *
 * @returns the paths; none when nothing differs after all, as after a mere `touch`
 * @throws {Failure} when a person has to look first, or a hook says no
 */
export async function commitAll(
  repository: ConfigRepository,
  message: string | undefined,
): Promise<readonly Staged[]> {
  const { tree, host, now, jj } = repository;
  if (jj !== undefined) return await commitByJj(repository, jj, message);
  const index = await tree.saveIndex();
  try {
    await tree.plumbing(["add", "--all"], { timeout: commitBound });
    const staged = parseRaw(await tree.plumbing(["diff", ...rawArguments, "HEAD", "--"]));
    if (staged.length > 0) {
      await refuseUnfit(tree, staged);
      const text = message ?? autoMessage(host, now, staged);
      const output = await tree.attempt(["commit", "--quiet", "--file=-"], {
        stdin: text,
        env: await committer(tree, host),
        timeout: commitBound,
      });
      if (output.status !== 0 || output.timedOut) throw declined(output.stderr, output.timedOut);
    }
    await tree.forgetIndex(index);
    return staged;
  } catch (error) {
    await tree.restoreIndex(index);
    throw error;
  }
}

/** As {@linkcode commitAll}, where jj keeps the files in a commit of its own already. */
async function commitByJj(
  { tree, host, now, branch, remote }: ConfigRepository,
  jj: ColocatedJj,
  message: string | undefined,
): Promise<readonly Staged[]> {
  const args = ["-r", "--raw", "-z", "--no-renames", "--abbrev=40", "HEAD", await jj.snapshot()];
  const changed = parseRaw(await tree.plumbing(["diff-tree", ...args]));
  if (changed.length === 0) return [];
  await refuseUnfit(tree, changed);
  await jj.commit(message ?? autoMessage(host, now, changed));
  // A fetch by jj takes a bookmark without commits of its own along, beside what is checked out.
  const [here, there] = await Promise.all(
    [`refs/heads/${branch}`, `refs/remotes/${remote}/${branch}`].map((ref) => tree.commitId(ref)),
  );
  const hasNone = here !== undefined && there !== undefined && await tree.isAncestor(here, there);
  await jj.advance(branch, "@-", hasNone);
  return changed;
}

const rawArguments = ["--cached", "--raw", "-z", "--no-renames", "--no-ext-diff", "--abbrev=40"];

/** Reads the output of `git diff --raw -z`. */
export function parseRaw(output: string): readonly Staged[] {
  const fields = split0(output);
  const staged: Staged[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [before = "", after = "", , , status = ""] = (fields[at] as string).slice(1).split(" ");
    staged.push({ path: fields[at + 1] as string, status, modes: [before, after] });
  }
  return staged;
}

/** What a commit could not hold, or not as it should be. */
async function refuseUnfit(tree: WorkTree, staged: readonly Staged[]): Promise<void> {
  const added = staged.filter(({ modes }) => modes[1] === "160000" && modes[0] === "000000");
  const known = added.length === 0 ? new Set() : await submodules(tree);
  const embedded = added.filter(({ path }) => !known.has(path));
  if (embedded.length > 0) {
    throw refusal(
      `other git repositories lie in ${tree.source}: ${list(embedded.map(({ path }) => path))}`,
      "a commit would hold no file of them: add them to .gitignore, or with git submodule add",
    );
  }
  const present = staged.filter(({ status }) => status !== "D").map(({ path }) => path);
  const large = await withFilter(tree, present, "lfs");
  if (large.length > 0 && await tree.config("filter.lfs.clean") === undefined) {
    throw refusal(
      `files belong to Git LFS, which is not set up here: ${list(large)}`,
      "`git lfs install` as the owner of the repository",
    );
  }
}

/** The paths that .gitmodules has. */
async function submodules(tree: WorkTree): Promise<ReadonlySet<string>> {
  const args = ["config", "--file", ".gitmodules", "--null", "--get-regexp", "\\.path$"];
  const listed = split0((await tree.attempt(args)).stdout);
  return new Set(listed.map((entry) => entry.slice(entry.indexOf("\n") + 1)));
}

/** Those of some paths whose content goes through a filter. */
export async function withFilter(
  tree: WorkTree,
  paths: readonly string[],
  filter: string,
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const stdin = paths.join("\0");
  const out = split0(await tree.plumbing(["check-attr", "-z", "--stdin", "filter"], { stdin }));
  return out.filter((_, at) => at % 3 === 0 && out[at + 2] === filter);
}

function autoMessage(host: string, now: Date, staged: readonly Staged[]): string {
  const shown = staged.slice(0, 50).map(({ status, path }) => `${status} ${path}`);
  if (staged.length > shown.length) shown.push(`and ${staged.length - shown.length} more`);
  return [
    `Auto-commit from ${host}`,
    "",
    `Changes detected on ${isoLocal(now)}`,
    `Host: ${host}`,
    "",
    ...shown,
    "",
  ].join("\n");
}

function declined(stderr: string, timedOut: boolean): Error {
  if (timedOut) {
    return refusal("the commit did not end in time", "is a hook waiting for something?");
  }
  const said = stderr.trim().split("\n").slice(-5).join("\n");
  return refusal(
    `git made no commit: ${said || "a hook said no"}`,
    "the files and the index are as they were",
  );
}
