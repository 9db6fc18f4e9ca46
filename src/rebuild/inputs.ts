import { Failure } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { underLock } from "../config/lock_repository.ts";
import { fetchBranch, pull } from "../config/pull.ts";
import { findWorkTree } from "../config/repository.ts";
import { lstat, parentOf } from "../host/files.ts";
import { openBeside, ready } from "../upgrade/end_run.ts";
import { journalOf, note, updateFlakeInputs } from "../upgrade/pull_upstream.ts";
import { inputChanges } from "./decide_inputs.ts";
import { lookAtInputs } from "./look.ts";
import type { RebuildRun } from "./run.ts";

/** Bound in seconds on the update of one input. */
const inputBound = 60;

/** Brings a checkout of the secrets' repository up to date, if there is one. */
export const pullSecrets: Step<RebuildRun> = {
  name: "pull-secrets",
  describe: (run) => `bring ${secretsCheckout(run)} up to date`,
  skip: (run) => secretsCheckout(run) === undefined ? "there is no checkout of them" : undefined,
  async run(run): Promise<void> {
    const repo = secretsCheckout(run) as string;
    const { remote } = run.settings;
    const tree = await findWorkTree({ repo, timeout: run.settings.timeout });
    await underLock(tree, run.program, 0, async () => {
      const repository = await ready(await openBeside(run, repo, remote));
      const fetched = await fetchBranch(repository);
      if (typeof fetched === "object") {
        throw new Failure(`${repo} stays as it is: ${fetched.reason}`);
      }
      const { before, after } = await pull(repository, fetched, (from, to) => {
        const moved = {
          repo,
          remote,
          before: { head: from.head, files: from.commit, tree: from.tree },
          pulled: { head: to.head, tree: to.tree },
        };
        note(run, { beside: [...journalOf(run).beside, moved] });
      });
      if (before !== after) run.report.info(`pulled ${repo}`);
    });
  },
};

function secretsCheckout({ options, repository: { tree } }: RebuildRun): string | undefined {
  if (options.secretsRepo !== undefined) return options.secretsRepo;
  const beside = `${parentOf(tree.source)}/nix-secrets`;
  return lstat(`${beside}/.git`) === undefined ? undefined : beside;
}

/** Takes the newest secrets into the lock file, where the flake has them as an input. */
export const updateSecrets: Step<RebuildRun> = {
  name: "update-secrets",
  describe: ({ options }) => `update the input ${options.secretsInput}`,
  skip: ({ inputs, options }) =>
    inputs.some(({ name }) => name === options.secretsInput)
      ? undefined
      : `the flake has no input ${options.secretsInput}`,
  run: async (run) => await update(run, [run.options.secretsInput]),
};

/** Updates the inputs of the flake: all where that was asked for, else those that are old. */
export const updateInputs: Step<RebuildRun> = {
  name: "update-inputs",
  describe: (run) => `update ${chosenInputs(run).join(", ") || "all inputs of the flake"}`,
  run: async (run) => await update(run, chosenInputs(run)),
};

function chosenInputs({ options, stale }: RebuildRun): readonly string[] {
  return options.updateBeforeRebuild ? [] : stale.map(({ name }) => name);
}

async function update(run: RebuildRun, names: readonly string[]): Promise<void> {
  await updateFlakeInputs(run, names, inputBound * Math.max(names.length, run.inputs.length, 1));
  const before = run.inputs;
  lookAtInputs(run);
  run.updated = inputChanges(before, run.inputs);
}
