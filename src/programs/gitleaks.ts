import { capture, type Output, ProgramMissingError } from "../host/process.ts";
import type { Range } from "./git_objects.ts";
import { type GitRepository, jjRoot } from "./git_repository.ts";
import { unattended } from "./unattended.ts";

/** What gitleaks found, without the secret. */
export interface Leak {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  readonly commit: string;
}

/** What a run of gitleaks came to. */
export type Searched =
  | { readonly kind: "searched"; readonly leaks: readonly Leak[] }
  /** Neither gitleaks nor betterleaks is on PATH. */
  | { readonly kind: "absent" }
  /** It has to be told without what was printed, which may hold the secret. */
  | { readonly kind: "failed"; readonly program: string; readonly reason: string };

/** Programs with the same command line and report; the first that there is is run. */
const programs = ["gitleaks", "betterleaks"] as const;
/** Bound in milliseconds. */
const bound = 300_000;

/**
 * How `git log` has to print for gitleaks to read it, whatever a person has configured, and what not
 * to run on the way.
 */
const logFormat = [
  ...["--pretty=medium", "--date=default", "--no-decorate", "--no-show-signature", "--no-color"],
  ...["--no-notes", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"],
];

/** The `--log-opts` of a range. */
export function logOptions({ from, to, also = [] }: Range): string {
  const known = from.filter((id) => id !== jjRoot);
  const more = also.filter((id) => id !== jjRoot);
  return [...logFormat, to, ...more, ...(known.length > 0 ? ["--not", ...known] : [])].join(" ");
}

/** Searches the commits of a range with gitleaks, as the repository's owner; it configures itself. */
export async function searchWithGitleaks(git: GitRepository, range: Range): Promise<Searched> {
  for (const program of programs) {
    const args = [
      ...["git", "--no-banner", "--no-color", `--log-opts=${logOptions(range)}`, "--redact=100"],
      ...["--report-format=json", "--report-path=-", "--exit-code=0", git.source],
    ];
    try {
      const output = await capture({
        argv: [program, ...args],
        // Before 8.21.3 the dash is the name of a file, which must not be made in the repository.
        cwd: "/",
        env: { ...unattended, ...git.owner?.env, GIT_NO_REPLACE_OBJECTS: "1" },
        timeout: bound,
        as: git.owner,
      });
      return readReport(program, output);
    } catch (error) {
      if (!(error instanceof ProgramMissingError)) throw error;
    }
  }
  return { kind: "absent" };
}

function readReport(program: string, output: Output): Searched {
  const failed = (reason: string): Searched => ({ kind: "failed", program, reason });
  if (output.timedOut) return failed(`it did not end within ${bound / 1000} s`);
  if (output.status !== 0) return failed(`exit status ${output.status}`);
  let report: unknown;
  try {
    report = JSON.parse(output.stdout);
  } catch {
    return failed("its report is not JSON");
  }
  // Where nothing was found some versions write null.
  const leaks = report === null ? [] : Array.isArray(report) ? report.map(leakOf) : [undefined];
  return leaks.every((leak) => leak !== undefined)
    ? { kind: "searched", leaks }
    : failed("its report is of another form");
}

function leakOf(entry: unknown): Leak | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { RuleID: rule, File: path, StartLine: line, Commit: commit } = entry as Record<
    string,
    unknown
  >;
  if (typeof rule !== "string" || typeof path !== "string") return undefined;
  if (typeof line !== "number" || typeof commit !== "string") return undefined;
  return { rule, path, line, commit };
}
