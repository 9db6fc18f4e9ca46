import { ExitCode } from "../cli/exit_code.ts";
import { Failure } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { commitAll } from "../config/commit.ts";
import { short } from "../config/decide_pull.ts";
import { publish } from "../config/publish.ts";
import { now } from "../host/clock.ts";
import { capture, ProcessError } from "../host/process.ts";
import { toplevelAt } from "../programs/nix.ts";
import { allUnits } from "../programs/systemctl.ts";
import { describeFindings } from "../secrets/report.ts";
import { activateSystem } from "./activate_system.ts";
import { buildSystem, checkSystem, compareFiles, markPending, whyNotLive } from "./build_system.ts";
import { isWithin } from "./decide_activation.ts";
import { failedUnits } from "./decide_health.ts";
import { noteDeployed } from "./end_run.ts";
import { needsReboot } from "./facts.ts";
import { pullUpstream, runHooks, updateInputs } from "./pull_upstream.ts";
import { trackedTree, type UpgradeRun, warn } from "./run.ts";
import { watchHealth } from "./watch_health.ts";

/** Notes what runs, before anything else moves the files. */
export const recordDeployed: Step<UpgradeRun> = {
  name: "record",
  describe: () => "record what runs now",
  skip: (run) => run.quarantined ? run.settled : whyNotLive(run),
  async run(run): Promise<void> {
    const { deployed } = run.records.host;
    run.isWell = true;
    if (run.settled !== undefined && deployed !== null && deployed.failedUnits.length > 0) {
      // What was not well stays so until it is.
      const failed = failedUnits(await allUnits());
      run.unwell = deployed.failedUnits.filter((name) => failed.includes(name));
    }
    noteDeployed(run);
  },
};

/** Commits and pushes what this host changed, once it is known to be well. */
export const commitChanges: Step<UpgradeRun> = {
  name: "commit",
  describe: ({ repository: { remote } }) => `commit what changed here, and push to ${remote}`,
  skip: (run) =>
    run.quarantined ? run.settled : whyNotLive(run) ??
      (run.settings.hostCanCommitConfig ? undefined : "hostCanCommitConfig is off"),
  async run(run): Promise<void> {
    const { repository } = run;
    try {
      const status = await repository.tree.status();
      if (status.changes.length > 0) {
        // New files were announced before the build: those that are still unknown came since.
        const isNew = status.changes.some(({ kind }) => kind === "untracked");
        if (isNew || await trackedTree(repository, status) !== run.tree) {
          const text = "files were edited since the build: the next run builds and commits them";
          return warn(run, text);
        }
        await commitAll(repository, undefined);
      }
      if (run.holdsBack === undefined) await push(run);
      else run.report.info(`not pushed: ${run.holdsBack}`);
    } catch (error) {
      if (!(error instanceof Failure) && !(error instanceof ProcessError)) throw error;
      // The system is well; what it was built from stays here.
      warn(run, `not committed or pushed: ${error.message}`);
      run.needsPerson ||= error instanceof Failure && error.code === ExitCode.needsPerson;
    }
    run.head = await repository.tree.commitId("HEAD") ?? run.head;
  },
};

async function push(run: UpgradeRun): Promise<void> {
  const { byPerson, hasPulled = !byPerson } = run;
  const pushed = await publish(run.repository, (text) => warn(run, text), { mayPull: hasPulled });
  switch (pushed.kind) {
    case "pushed":
      return run.report.info(`pushed ${short(pushed.commit)}`);
    case "away":
    case "refused":
      return warn(run, `not pushed, the next run tries again: ${pushed.reason}`);
    case "secrets": {
      const { lines, hint } = describeFindings(pushed.findings);
      warn(run, `not pushed, secrets were found:\n${lines.join("\n")}\n${hint}`);
      run.needsPerson = true;
    }
  }
}

/** Reboots into what only a reboot can bring, where and when that is allowed. */
const rebootIfNeeded: Step<UpgradeRun> = {
  name: "reboot",
  describe: () => "reboot if the new system needs it",
  skip: (run) => {
    if (run.noSwitch) return whyNotLive(run);
    const pending = run.pending ?? needsReboot(run.settings);
    if (pending === undefined) return "no reboot is needed";
    const { rebootPolicy, rebootWindow } = run.settings;
    if (rebootPolicy === "never") return `${pending}; rebootPolicy is never`;
    if (run.records.host.rebootedFor === (toplevelAt(run.settings.profile) ?? "")) {
      return `${pending}; the host was rebooted for it before`;
    }
    const time = now();
    return isWithin(rebootWindow, time.getHours() * 60 + time.getMinutes())
      ? undefined
      : `${pending}; not within rebootWindow`;
  },
  run(run): Promise<void> {
    run.reboots = true;
    const rebootedFor = toplevelAt(run.settings.profile) ?? null;
    run.records.host = { ...run.records.host, rebootedFor };
    return Promise.resolve();
  },
};

/** Asks for the reboot that a run came to, after all of it was recorded. */
export async function reboot({ settings, report }: UpgradeRun): Promise<void> {
  report.warn("rebooting");
  await capture({ argv: settings.rebootCommand, timeout: 60_000 });
}

/** An upgrade, from beginning to end. */
export const upgradeSteps: readonly Step<UpgradeRun>[] = [
  runHooks,
  pullUpstream,
  updateInputs,
  compareFiles,
  buildSystem,
  checkSystem,
  markPending,
  activateSystem,
  watchHealth,
  recordDeployed,
  commitChanges,
  rebootIfNeeded,
];
