import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable } from "../cli/options.ts";
import type { Programs } from "./facts.ts";
import { openSource } from "./open_source.ts";
import { type Parked, type ParkedTarget, readParked, sourceOf, targetsOf } from "./parked.ts";
import { dotfilesConfig, sharedOptions } from "./settings.ts";

const options = {
  diff: enable("show in full what each side changed", { flagOnly: true }),
  ...sharedOptions,
};

/** `chezmoi-show-conflicts`. */
export const chezmoiShowConflicts: Command<typeof options> = {
  name: "chezmoi-show-conflicts",
  summary: "Show every dotfile that is parked on some host, as of the last sync, with both sides.",
  options,
  details: ["Resolve them on any host: chezmoi-resolve."],
  exits: [
    [ExitCode.done, "nothing is parked"],
    [ExitCode.failed, "failed"],
    [ExitCode.usage, "wrong option or environment"],
    [ExitCode.needsPerson, "something is parked"],
  ],
  config: dotfilesConfig,
  run: async ({ options, report }) => {
    const { programs, where } = await openSource(options);
    const parked = await readParked(programs, where);
    const targets = targetsOf(parked.conflicts);
    if (options.json) {
      report.answer(JSON.stringify(await asJson(programs, parked, targets), null, 2));
    } else {
      report.answer(await asText(programs, parked, targets, options.diff));
    }
    return targets.length > 0 ? ExitCode.needsPerson : ExitCode.done;
  },
};

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
  for (const { key, conflicts } of targets) {
    for (const { host, time, base, commit, paths } of conflicts) {
      parts.push(
        `${key}  parked on ${host} since ${time}`,
        side("on the branch", await programs.git.diff(base, parked.main, paths), whole),
        side(`on ${host}`, await programs.git.diff(base, commit, paths), whole),
      );
    }
  }
  parts.push(`resolve with: chezmoi-resolve [PATH...] [--take local|remote|union|HOST]`);
  return parts.join("\n");
}

/** A side's diff without git's headers: the hunks are what a person wants to see. */
function side(title: string, diff: string, whole: boolean): string {
  const lines = diff.split("\n").filter((line) =>
    line !== "" && !/^(diff|index|---|\+\+\+) /.test(line)
  );
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
  for (const { key, conflicts: onHosts } of targets) {
    for (const { host, time, bookmark, commit, base, paths } of onHosts) {
      conflicts.push({
        path: key,
        host,
        time,
        bookmark,
        commit,
        sources: paths,
        base: await text(base, key),
        main: await text(parked.main, key),
        parked: await text(commit, key),
      });
    }
  }
  return { conflicts };
}
