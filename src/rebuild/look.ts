import { usageFailure } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { list } from "../config/decide_open.ts";
import { now } from "../host/clock.ts";
import { lstat, readText } from "../host/files.ts";
import { remoteTrouble } from "../programs/remote_trouble.ts";
import { warn } from "../upgrade/run.ts";
import { type Input, inputChanges, inputsOf, staleInputs } from "./decide_inputs.ts";
import { parseFlakeLock } from "./flake_lock_state.ts";
import type { RebuildRun } from "./run.ts";

/** What has to be there for anything to be built. */
export const checkFlake: Step<RebuildRun> = {
  name: "check-flake",
  describe: () => "see whether there is a flake",
  looksOnly: true,
  run({ settings, repository: { tree } }): Promise<void> {
    const isOurs = settings.flake === undefined && settings.buildCommand === undefined;
    if (isOurs && lstat(`${tree.source}/flake.nix`) === undefined) {
      throw usageFailure(
        `${tree.source} is no flake: it has no flake.nix`,
        "give another repository with --repo, or the flake with --flake",
      );
    }
    return Promise.resolve();
  },
};

/**
 * Decides whether this is an offline run: by asking the remote itself, within a bound. A network that
 * is up says nothing about whether the remote can be reached.
 */
export const probeRemote: Step<RebuildRun> = {
  name: "probe",
  describe: ({ repository: { remote } }) => `ask ${remote} whether it answers`,
  looksOnly: true,
  async run(run): Promise<void> {
    await decideOffline(run);
    if (run.offline !== undefined) run.holdsBack ??= "offline";
  },
};

async function decideOffline(run: RebuildRun): Promise<void> {
  const { options, repository: { tree, remote, branch } } = run;
  if (options.offlineMode) {
    run.offline = "as asked";
    return;
  }
  if (await tree.config(`remote.${remote}.url`) === undefined) {
    run.offline = `there is no remote called ${remote}`;
    return;
  }
  const timeout = options.probeTimeout * 1000;
  const argv = ["ls-remote", "--", remote, `refs/heads/${branch}`];
  const output = await tree.attempt(argv, { timeout });
  if (output.status === 0 && !output.timedOut) {
    const [tip = ""] = output.stdout.split("\t");
    if (tip !== "") run.tip = tip;
    return;
  }
  const { kind, reason } = remoteTrouble(output, timeout);
  // What was refused is no question of the network: whoever needs the remote tells of it.
  if (kind === "refused") return;
  run.offline = `${remote} cannot be reached: ${reason}`;
  warn(run, `working offline: ${run.offline}`);
}

/** Tells of what lies here uncommitted, and of inputs that are old. */
export const lookAround: Step<RebuildRun> = {
  name: "look",
  describe: () => "look at the repository and its inputs",
  looksOnly: true,
  async run(run): Promise<void> {
    const { repository: { tree } } = run;
    const { changes } = await tree.status();
    if (changes.length > 0) {
      const paths = list(changes.map(({ path }) => path));
      run.report.info(`not committed yet, and part of the build: ${paths}`);
    }
    run.inputsBefore = readInputs(run);
    lookAtInputs(run);
  },
};

/** Looks at the inputs once more: what is old by now, and what is different since the run began. */
export function lookAtInputs(run: RebuildRun): void {
  run.inputs = readInputs(run);
  run.stale = staleInputs(run.inputs, run.options.staleDays, now());
  run.changes.inputs = inputChanges(run.inputsBefore, run.inputs);
}

/** The inputs of the flake as they are locked now; none where there is no lock file. */
function readInputs({ repository: { tree }, report }: RebuildRun): readonly Input[] {
  const path = `${tree.source}/flake.lock`;
  // A link could lead to what only root may read.
  if (lstat(path)?.isFile !== true) return [];
  const parsed = parseFlakeLock(readText(path) ?? "");
  if (parsed.kind === "valid") return inputsOf(parsed.state);
  // The reason would quote the file, which somebody may have replaced by another one.
  report.warn(`${path} is no lock file of a flake: nothing is known of the inputs`);
  return [];
}
