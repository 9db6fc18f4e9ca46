import { ExitCode } from "../cli/exit_code.ts";
import { refusal } from "../cli/failure.ts";
import type { Values } from "../cli/options.ts";
import type { Report } from "../cli/report.ts";
import { makeTemporaryDirectory, removeTree, stat } from "../host/files.ts";
import { foresee, type Foreseen } from "../programs/foresee.ts";
import type { RemoteTrouble } from "../programs/remote_trouble.ts";
import { explainDrift } from "./drift.ts";
import { readHomeState } from "./home_record.ts";
import { knownReasons } from "./judge_edit.ts";
import { defaultBranch, ensureSource, programsFor, withoutCredentials } from "./prepare.ts";
import { some } from "./run.ts";
import type { Settings } from "./settings.ts";
import type { syncOptions } from "./sync_options.ts";

/** What a sync would do, as far as can be told without doing any of it. */
interface Plan {
  /** Targets whose edits would be taken over. */
  readonly capture: readonly string[];
  /** Source paths that would be committed as they are. */
  readonly commit: readonly string[];
  /** Source paths that other hosts changed. */
  readonly receive: readonly string[];
  /** Of those, the ones that collide with what is committed here. */
  readonly collide: readonly string[];
  /** Targets that would be brought up to date with the source as it is. */
  readonly apply: readonly string[];
  /** Targets that would be left alone, with the reason. */
  readonly leave: readonly { readonly path: string; readonly why: string }[];
  /** Why the remote's part is not known. */
  readonly remoteTrouble: string | null;
}

/**
 * `chezmoi-sync --dry-run`. Looks with git and chezmoi only: jj takes the working copy into its
 * operation log, and a fetch changes refs, so what the remote has is fetched to a temporary place.
 */
export async function previewSync(
  settings: Settings,
  options: Values<typeof syncOptions>,
  report: Report,
): Promise<ExitCode> {
  if (!settings.sourceExists && options.repoUrl !== undefined) {
    report.answer(
      options.json
        ? JSON.stringify({ clone: withoutCredentials(options.repoUrl) }, null, 2)
        : `would clone ${withoutCredentials(options.repoUrl)} to ${settings.source} and apply it`,
    );
    return ExitCode.done;
  }
  await ensureSource(settings, undefined, report);
  const plan = await planFor(settings, options);
  report.answer(options.json ? JSON.stringify(plan, null, 2) : asText(plan));
  return ExitCode.done;
}

async function planFor(settings: Settings, options: Values<typeof syncOptions>): Promise<Plan> {
  const { git, chezmoi } = programsFor(settings);
  const read = readHomeState(settings.stateDirectory);
  const state = read?.kind === "valid" ? read.state : undefined;
  const branch = settings.branch ?? state?.branch ?? await defaultBranch(git, settings.remote);
  const head = (await git.symbolicRef("HEAD"))?.replace(/^refs\/heads\//, "");
  if (head !== undefined && head !== branch) {
    throw refusal(`"${head}" is checked out, not "${branch}"`, `git switch ${branch}`);
  }
  const [lines, managed, commit] = await Promise.all([
    chezmoi.status(),
    chezmoi.managed(),
    git.uncommitted(),
  ]);
  const drift = "kind" in lines
    ? []
    : explainDrift(lines, managed, knownReasons(state?.drift ?? {}, lines));
  const paths = (next: string): string[] =>
    drift.filter((it) => it.next === next).map(({ path }) => path);
  const edits = new Map([
    ...commit.map((path) => [path, `${settings.source}/${path}`] as const),
    ...paths("capture").flatMap((path) => {
      const source = managed.get(path);
      return source === undefined ? [] : [[source, path] as const];
    }),
  ].filter(([, file]) => stat(file)?.isFile === true));
  const remote = options.offline
    ? { kind: "away" as const, reason: "offline" }
    : await incoming(settings, branch, edits);
  return {
    capture: options.autoCommit ? paths("capture") : [],
    commit: options.autoCommit ? commit : [],
    receive: "kind" in remote ? [] : remote.incoming,
    collide: "kind" in remote ? [] : remote.colliding,
    apply: paths("apply"),
    leave: drift.filter((it) => it.next === "leave").map(({ path, why }) => ({ path, why })),
    remoteTrouble: "kind" in remote ? remote.reason : null,
  };
}

async function incoming(
  settings: Settings,
  branch: string,
  edits: ReadonlyMap<string, string>,
): Promise<Foreseen | RemoteTrouble> {
  const { git } = programsFor(settings);
  const here = await git.commitId("HEAD");
  if (here === undefined) return { incoming: [], colliding: [] };
  const directory = makeTemporaryDirectory("chezmoi-sync-");
  try {
    return await foresee(git, directory, { remote: settings.remote, branch }, here, edits);
  } finally {
    removeTree(directory);
  }
}

function asText(plan: Plan): string {
  const lines = [
    ["capture", plan.capture],
    ["commit", plan.commit],
    ["receive", plan.receive],
    ["park, since it collides,", plan.collide],
    ["apply", plan.apply],
  ].flatMap(([what, paths]) => paths?.length ? [`would ${what} ${some([...paths], 10)}`] : []);
  const left = plan.leave.map(({ path, why }) => `would leave ${path}: ${why}`);
  const trouble = plan.remoteTrouble === null ? [] : [`the remote: ${plan.remoteTrouble}`];
  const all = [...lines, ...left, ...trouble];
  return all.length > 0 ? all.join("\n") : "would do nothing";
}
