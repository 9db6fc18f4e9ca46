import { Failure } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { keep, take } from "../config/autosave.ts";
import { short } from "../config/decide_pull.ts";
import { fetchBranch, pull } from "../config/pull.ts";
import { filled, whyFailed } from "./bound_command.ts";
import { quarantineOf } from "./host_state.ts";
import type { Journal } from "./journal_state.ts";
import { trackedTree, type UpgradeRun, warn } from "./run.ts";

/** What a person wants done before: another program's sync, most often. */
export const runHooks: Step<UpgradeRun> = {
  name: "hooks",
  describe: ({ settings }) =>
    `run ${settings.preUpdateHooks.map(({ argv }) => argv.join(" ")).join(", ")}`,
  skip: ({ settings }) => settings.preUpdateHooks.length === 0 ? "there are none" : undefined,
  async run(run): Promise<void> {
    for (const hook of run.settings.preUpdateHooks) {
      const why = await whyFailed(hook);
      if (why !== undefined) warn(run, `hook ${hook.argv.join(" ")}: ${why}`);
    }
  },
};

/** Takes over what the remote has, unless that failed here before. */
export const pullUpstream: Step<UpgradeRun> = {
  name: "pull",
  describe: ({ repository: { remote, branch } }) => `take over ${remote}/${branch}`,
  async run(run): Promise<void> {
    const { repository, records } = run;
    const { remote, branch } = repository;
    const known = run.tip === undefined
      ? undefined
      : await repository.tree.commitId(`refs/remotes/${remote}/${branch}`);
    const fetched = known !== undefined && known === run.tip
      ? known
      : await fetchBranch(repository);
    if (typeof fetched === "object") {
      if (fetched.kind === "refused") {
        throw new Failure(`cannot fetch ${branch} from ${remote}: ${fetched.reason}`, {
          hint:
            `nothing was changed; ask it yourself: git -C ${repository.tree.source} ls-remote ${remote}`,
        });
      }
      warn(run, `${remote} cannot be reached, going on with what is here: ${fetched.reason}`);
      return;
    }
    const upstream = fetched ?? null;
    const failed = run.settings.updateInputs.length > 0
      ? undefined
      : quarantineOf(records.host, { upstream, from: run.tree });
    if (failed !== undefined) {
      const what = `${short(failed.commit)} failed here on ${failed.time}, and nothing moved ` +
        `since: ${failed.reason}`;
      if (!run.byPerson) {
        run.upstream = upstream;
        run.quarantined = true;
        run.settled = what;
        return;
      }
      warn(run, `${what}; trying again, as asked`);
    }
    await run.beforeMove?.();
    const pulled = await pull(repository, fetched, (from, to) => {
      const { before } = journalOf(run);
      note(run, {
        before: { ...before, head: from.head, files: from.commit, tree: from.tree },
        pulled: { head: to.head, tree: to.tree },
      });
      run.isVital = true;
    }).finally(() => run.isVital = false);
    // Only now: what could not be taken over is not in what is built.
    run.upstream = upstream;
    run.hasPulled = true;
    run.head = pulled.after;
    run.tree = await trackedTree(repository);
    if (pulled.before !== pulled.after) {
      run.report.info(`pulled ${short(pulled.before)} → ${short(pulled.after)}`);
    }
  },
};

/** Brings inputs of the flake up to date, where the host is told to. */
export const updateInputs: Step<UpgradeRun> = {
  name: "update-inputs",
  describe: ({ settings }) => `update ${settings.updateInputs.join(", ")}`,
  skip: (run) =>
    run.settled ?? (run.settings.updateInputs.length === 0 ? "none are named" : undefined),
  async run(run): Promise<void> {
    await updateFlakeInputs(run, run.settings.updateInputs, run.settings.timeout * 5);
  },
};

/** Updates inputs of the flake, all without names, within a bound in seconds; it may warn. */
export async function updateFlakeInputs(
  run: UpgradeRun,
  names: readonly string[],
  timeoutSeconds: number,
): Promise<void> {
  const { repository } = run;
  const { tree } = repository;
  const saved = await take(tree, run.head, repository);
  await keep(tree, saved);
  const { pulled, before } = journalOf(run);
  note(run, {
    ...(pulled === null ? { before: { ...before, files: saved.commit, tree: saved.tree } } : {}),
    pulled: { head: run.head, tree: saved.tree },
  });
  const nix = ["nix", "--extra-experimental-features", "nix-command flakes"];
  const argv = [...nix, "flake", "update", "--flake", "{flake}", ...names];
  const bound = { argv: filled(argv, places(run)), timeoutSeconds };
  const why = await whyFailed(bound, {}, { as: tree.owner, hear: run.hear });
  if (why !== undefined) warn(run, `cannot update the inputs, the lock file stays: ${why}`);
  note(run, { pulled: { head: run.head, tree: (await tree.snapshot()).tree } });
  run.tree = await trackedTree(repository);
}

/** What the places in a command of the configuration stand for. */
export function places(
  { settings, repository, action, toplevel = "" }: UpgradeRun,
): Readonly<Record<string, string>> {
  return {
    flake: settings.flake ?? repository.tree.source,
    repo: repository.tree.source,
    configuration: settings.configuration ?? repository.host,
    host: repository.host,
    outLink: `${settings.stateDir}/build/result`,
    action,
    toplevel,
  };
}

/** The journal of a run that is under way. */
export function journalOf({ records }: UpgradeRun): Journal {
  const journal = records.journal;
  if (journal === undefined) throw new Error("a run without a journal");
  return journal;
}

/** Notes something in the journal, durably. */
export function note({ records }: Pick<UpgradeRun, "records">, more: Partial<Journal>): void {
  if (records.journal !== undefined) records.journal = { ...records.journal, ...more };
}
