import type { Change } from "../programs/git_status.ts";

/** What a repository is like before anything is done to it. */
export interface OpenFacts {
  readonly path: string;
  /** The operation of git's that somebody began and did not end, as `git status` calls it. */
  readonly underWay: "rebase" | "merge" | "cherry-pick" | "revert" | "bisect" | undefined;
  /** The branch that is checked out; `undefined` when HEAD is detached. */
  readonly checkedOut: string | undefined;
  /** The branch to work on; `undefined`: the one that is checked out. */
  readonly wanted: string | undefined;
  /** jj works in it as well, which keeps HEAD detached. */
  readonly isJj: boolean;
  readonly changes: readonly Change[];
}

/** Why a person has to look first, and what to do. */
export interface Refusal {
  readonly why: string;
  readonly hint: string;
}

const remedies = {
  "rebase": "git rebase --continue, or --abort",
  "merge": "git commit, or git merge --abort",
  "cherry-pick": "git cherry-pick --continue, or --abort",
  "revert": "git revert --continue, or --abort",
  "bisect": "git bisect reset",
} as const;

/** Why a repository cannot be worked on by a program; `undefined` when it can. */
export function whyNotOpen(facts: OpenFacts): Refusal | undefined {
  const { path, underWay, checkedOut, wanted, isJj, changes } = facts;
  if (underWay !== undefined) {
    return { why: `a ${underWay} is under way in ${path}`, hint: `end it: ${remedies[underWay]}` };
  }
  const unmerged = changes.filter(({ kind }) => kind === "unmerged").map((each) => each.path);
  if (unmerged.length > 0) {
    return {
      why: `files are unmerged in ${path}: ${list(unmerged)}`,
      hint: "resolve them and `git add` them",
    };
  }
  if (isJj) {
    return wanted !== undefined ? undefined : {
      why: `${path} is a jj repository, where no branch is checked out`,
      hint: "name the bookmark with --branch",
    };
  }
  if (checkedOut === undefined) {
    return {
      why: `HEAD is detached in ${path}`,
      hint: `git -C ${path} switch ${wanted ?? "BRANCH"}`,
    };
  }
  if (wanted !== undefined && checkedOut !== wanted) {
    return {
      why: `${path} is on branch ${checkedOut}, not on ${wanted}`,
      hint: `git -C ${path} switch ${wanted}, or give --branch ${checkedOut}`,
    };
  }
  const dirty = changes.filter((each) => each.isDirtySubmodule).map((each) => each.path);
  if (dirty.length > 0) {
    return {
      why: `submodules have changes of their own in ${path}: ${list(dirty)}`,
      hint: "commit and push them in the submodule first: no commit here can hold them",
    };
  }
  return undefined;
}

/** Some paths in words. */
export function list(paths: readonly string[]): string {
  return paths.slice(0, 10).join(", ") +
    (paths.length > 10 ? `, and ${paths.length - 10} more` : "");
}
