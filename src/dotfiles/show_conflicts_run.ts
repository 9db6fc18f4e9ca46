import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import type { Programs } from "./facts.ts";
import { openSource } from "./open_source.ts";
import {
  type Parked,
  type ParkedTarget,
  pathsOf,
  readParked,
  sourceOf,
  targetsOf,
} from "./parked.ts";
import type { showConflictsOptions } from "./show_conflicts.ts";

/** Does what `chezmoi-show-conflicts` was called for. */
export async function runShowConflicts(
  { options, report }: Call<typeof showConflictsOptions>,
): Promise<ExitCode> {
  const { programs, where } = await openSource(options);
  const parked = await readParked(programs, where);
  const targets = targetsOf(parked.conflicts);
  if (options.json) {
    report.answer(JSON.stringify(await asJson(programs, parked, targets), null, 2));
  } else {
    report.answer(await asText(programs, parked, targets, options.diff));
  }
  return targets.length > 0 ? ExitCode.needsPerson : ExitCode.done;
}

/** How many lines of a side are shown when the whole was not asked for. */
const excerptLines = 12;

async function asText(
  programs: Programs,
  parked: Parked,
  targets: readonly ParkedTarget[],
  whole: boolean,
): Promise<string> {
  if (targets.length === 0 || parked.main === undefined) return "nothing is parked";
  const parts: string[] = [];
  for (const target of targets) {
    for (const conflict of target.conflicts) {
      const { host, time, base, commit } = conflict;
      const paths = pathsOf(target, conflict);
      parts.push(
        `${target.key}  parked on ${host} since ${time}`,
        side("on the branch", await programs.git.hunks(base, parked.main, paths), whole),
        side(`on ${host}`, await programs.git.hunks(base, commit, paths), whole),
      );
    }
  }
  parts.push(`resolve with: chezmoi-resolve [PATH...] [--take local|remote|union|HOST]`);
  return parts.join("\n");
}

function side(title: string, lines: readonly string[], whole: boolean): string {
  const shown = whole ? lines : lines.slice(0, excerptLines);
  const rest = lines.length - shown.length;
  const more = rest > 0 ? [`    ... ${rest} more lines: --diff`] : [];
  return [`  ${title}:`, ...shown.map((line) => `    ${line}`), ...more].join("\n");
}

/** What `--json` prints; texts are null where the side deleted the file. */
interface ConflictJson {
  readonly path: string;
  readonly host: string;
  readonly time: string;
  readonly bookmark: string;
  readonly commit: string;
  readonly sources: readonly string[];
  readonly base: string | null;
  readonly main: string | null;
  readonly parked: string | null;
}

async function asJson(
  programs: Programs,
  parked: Parked,
  targets: readonly ParkedTarget[],
): Promise<{ readonly conflicts: readonly ConflictJson[] }> {
  const text = async (commit: string | undefined, key: string): Promise<string | null> => {
    const entry = commit === undefined ? undefined : await sourceOf(programs.git, commit, key);
    return entry === undefined ? null : await programs.git.textOf(entry.blob);
  };
  const conflicts: ConflictJson[] = [];
  for (const target of targets) {
    const { key, conflicts: onHosts } = target;
    for (const conflict of onHosts) {
      const { host, time, bookmark, commit, base } = conflict;
      conflicts.push({
        path: key,
        host,
        time,
        bookmark,
        commit,
        sources: pathsOf(target, conflict),
        base: await text(base, key),
        main: await text(parked.main, key),
        parked: await text(commit, key),
      });
    }
  }
  return { conflicts };
}
