/** What `git status` says of a work tree. */
export interface Status {
  /** The commit of HEAD; `undefined` before the first one. */
  readonly head: string | undefined;
  /** The branch that is checked out; `undefined` when HEAD is detached. */
  readonly branch: string | undefined;
  /** How far the branch is from its upstream, if it has one that exists. */
  readonly upstream:
    | { readonly name: string; readonly ahead: number; readonly behind: number }
    | undefined;
  /** What differs from HEAD, index and work tree taken together. */
  readonly changes: readonly Change[];
}

/** One path that is not as in HEAD. */
export interface Change {
  readonly path: string;
  /** `untracked` may be a whole directory, with a slash at its end. */
  readonly kind: "changed" | "untracked" | "unmerged";
  /** In the index and not in HEAD: staged, or announced by `git add --intent-to-add`. */
  readonly isAdded: boolean;
  /** A submodule whose own work tree has changes, which no commit of this repository can hold. */
  readonly isDirtySubmodule: boolean;
}

/** The options of `git status` whose output {@linkcode parseStatus} reads. */
export const statusArguments = ["status", "--porcelain=v2", "--branch", "-z"] as const;

/** Reads the output of `git status --porcelain=v2 --branch -z`; see git-status(1). */
export function parseStatus(output: string): Status {
  const headers = new Map<string, string>();
  const changes: Change[] = [];
  const records = output.split("\0");
  for (let at = 0; at < records.length; at++) {
    const record = records[at] as string;
    const [kind = "", xy = "", sub = ""] = record.split(" ");
    switch (kind) {
      case "#":
        headers.set(xy, record.slice(`# ${xy} `.length));
        break;
      case "1":
        changes.push(changed(xy, sub, fieldsAfter(record, 8)));
        break;
      case "2":
        changes.push(changed(xy, sub, fieldsAfter(record, 9)));
        at++; // The name it had before is a record of its own.
        break;
      case "u":
        changes.push({ ...changed(xy, sub, fieldsAfter(record, 10)), kind: "unmerged" });
        break;
      case "?":
        changes.push({
          path: record.slice(2),
          kind: "untracked",
          isAdded: false,
          isDirtySubmodule: false,
        });
        break;
    }
  }
  const oid = headers.get("branch.oid");
  const branch = headers.get("branch.head");
  const [, ahead, behind] = /^\+(\d+) -(\d+)$/.exec(headers.get("branch.ab") ?? "") ?? [];
  return {
    head: oid === "(initial)" ? undefined : oid,
    branch: branch === "(detached)" ? undefined : branch,
    upstream: ahead === undefined ? undefined : {
      name: headers.get("branch.upstream") ?? "",
      ahead: Number(ahead),
      behind: Number(behind),
    },
    changes,
  };
}

function changed(xy: string, sub: string, path: string): Change {
  return {
    path,
    kind: "changed",
    isAdded: /^(A.|\.A)$/.test(xy),
    isDirtySubmodule: sub.startsWith("S") && /[MU]/.test(sub),
  };
}

/** The rest of a record after some fields that hold no spaces. */
function fieldsAfter(record: string, fields: number): string {
  let at = 0;
  for (let field = 0; field < fields; field++) at = record.indexOf(" ", at) + 1;
  return record.slice(at);
}
