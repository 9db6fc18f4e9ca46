import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { list } from "./decide_open.ts";
import { short } from "./decide_pull.ts";
import type { hostCommitOptions } from "./host_commit.ts";
import type { Published } from "./publish.ts";
import type { Opened } from "./repository.ts";

/** The answer of a run, as `--json` prints it. */
interface Answer {
  readonly schema: 1;
  readonly repository: string;
  readonly branch: string;
  /** The commit that was made; null when nothing differed. */
  readonly commit: string | null;
  readonly paths: readonly string[];
  readonly push: Published["kind"] | "off";
  /** Why nothing was pushed, where something should have been. */
  readonly reason: string | null;
}

/** What a run came to. */
export interface Done {
  readonly commit: string | undefined;
  readonly paths: readonly string[];
  readonly push:
    | Exclude<Published, { readonly kind: "secrets" }>
    | { readonly kind: "secrets"; readonly lines: readonly string[]; readonly hint: string }
    | { readonly kind: "off" };
}

/** Who is told, and how. */
export type Said = Pick<Call<typeof hostCommitOptions>, "options" | "report">;

const nothingDone: Done = { commit: undefined, paths: [], push: { kind: "nothing" } };

/** Says what was done, and how that ends the program. */
export function tell(
  { repository }: Opened,
  { options, report }: Said,
  done = nothingDone,
): ExitCode {
  const { tree, branch, remote } = repository;
  const { commit, paths, push } = done;
  const reason = "reason" in push ? push.reason : null;
  if (options.json) {
    const answer: Answer = {
      schema: 1,
      repository: tree.source,
      branch,
      commit: commit ?? null,
      paths,
      push: push.kind,
      reason,
    };
    report.answer(JSON.stringify(answer, null, 2));
  } else {
    report.answer(
      [
        commit === undefined ? "nothing to commit" : `committed ${short(commit)}: ${list(paths)}`,
        ...(push.kind === "pushed" ? [`pushed ${branch} to ${remote}`] : []),
      ].join("; "),
    );
  }
  switch (push.kind) {
    case "away":
      report.warn(`not pushed, the next run tries again: ${push.reason}`);
      return ExitCode.done;
    case "refused":
      report.error(`not pushed, it is kept here: ${push.reason}`);
      report.hint(
        "see what the remote allows: rights, hooks, a protected branch; the next run pushes",
      );
      return ExitCode.failed;
    case "secrets": {
      report.error(`not pushed, it is kept here: secrets were found\n${push.lines.join("\n")}`);
      report.hint(push.hint);
      return ExitCode.needsPerson;
    }
    default:
      return ExitCode.done;
  }
}
