import { Failure, refusal } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { take } from "../config/autosave.ts";
import { withFilter } from "../config/commit.ts";
import { list } from "../config/decide_open.ts";
import { short } from "../config/decide_pull.ts";
import { giveTo, lstat, makeDirectory, readText } from "../host/files.ts";
import { capture, ProgramMissingError } from "../host/process.ts";
import { split0 } from "../programs/git.ts";
import { isValid, toplevelAt } from "../programs/nix.ts";
import type { WorkTree } from "../programs/work_tree.ts";
import { describeFindings } from "../secrets/report.ts";
import { inShort, whyFailed } from "./bound_command.ts";
import { type Deployed, quarantinedTree } from "./host_state.ts";
import { mark } from "./mark_command.ts";
import { journalOf, note, places } from "./pull_upstream.ts";
import { trackedTree, type UpgradeRun, type UpgradeSettings, warn } from "./run.ts";
import { undoFiles } from "./undo.ts";

/** nh, which shows what it does; it reads the flake as nix does. */
const byNh = [
  ...["nh", "os", "build", "--no-nom", "--out-link", "{outLink}"],
  ...["--hostname", "{configuration}", "{flake}"],
];
/** What nh and nixos-rebuild come to. */
const byNix = [
  ...["nix", "--extra-experimental-features", "nix-command flakes", "build"],
  ...["--out-link", "{outLink}"],
  '{flake}#nixosConfigurations."{configuration}".config.system.build.toplevel',
];

/** Without a change nothing is evaluated, let alone built. */
export const compareFiles: Step<UpgradeRun> = {
  name: "compare",
  describe: () => "see whether anything changed",
  skip: (run) => run.settled,
  async run(run): Promise<void> {
    const { repository, records, settings, byPerson } = run;
    await refuseDowngrade(run);
    if (settings.hostCanCommitConfig || byPerson) await announceNewFiles(run);
    const settled = settledBy(run);
    if (settled !== undefined) run.settled = settled;
    else if (
      settings.updateInputs.length > 0 && !byPerson && quarantinedTree(records.host, run.tree)
    ) await setAside(run);
    else await refusePointers(repository.tree);
  },
};

/** What runs on the host must be in what is built: an old checkout is never deployed. */
async function refuseDowngrade(
  { repository, records, head }: UpgradeRun,
): Promise<void> {
  const base = records.host.deployed?.base;
  if (!base || repository.acceptRewritten || await repository.tree.isAncestor(base, head)) return;
  throw refusal(
    `${short(head)} does not contain ${short(base)}, which runs here: it would be a downgrade`,
    `bring the branch up to date; to go back on purpose, revert the commits, or --undo`,
  );
}

/**
 * Makes new files known to git, since a flake sees no others: what is committed when all is well has
 * to be in what is built. All that git knows is copied into the store, where everybody may read it.
 */
async function announceNewFiles(run: UpgradeRun): Promise<void> {
  const { repository } = run;
  const { tree } = repository;
  const listed = await tree.plumbing(["ls-files", "-z", "--others", "--exclude-standard"]);
  const added = split0(listed);
  if (added.length === 0) return;
  const { findSecrets } = await import("../secrets/gate.ts");
  const files = await take(tree, run.head, repository);
  const { findings } = await findSecrets(tree, { from: [run.head], to: files.commit });
  const within = findings.filter(({ path }) => added.includes(path));
  if (within.length > 0) {
    const { lines, hint } = describeFindings(within, "in new files");
    throw refusal(`new files hold secrets, and would be in the store:\n${lines.join("\n")}`, hint);
  }
  note(run, { announced: added });
  // Those that were searched, and none that came since.
  const args = ["add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul"];
  await tree.plumbing(args, { stdin: added.join("\0") });
  run.tree = await trackedTree(repository);
}

/** These very files failed here before: the pull is taken back, and nothing is tried. */
async function setAside(run: UpgradeRun): Promise<void> {
  const failed = quarantinedTree(run.records.host, run.tree);
  const { before, pulled } = journalOf(run);
  const why = await undoFiles(run.repository, before, pulled);
  if (why !== undefined) warn(run, why);
  run.quarantined = true;
  run.settled = `the same files failed here on ${failed?.time}: ${failed?.reason}`;
}

/** Without its filter a file of Git LFS is a pointer, and that is what would be built. */
async function refusePointers(tree: WorkTree): Promise<void> {
  const large = await withFilter(tree, split0(await tree.plumbing(["ls-files", "-z"])), "lfs");
  const pointers = large.filter((path) =>
    readText(`${tree.source}/${path}`)?.startsWith("version https://git-lfs") === true
  );
  if (pointers.length === 0) return;
  throw refusal(
    `files of Git LFS are only pointers here: ${list(pointers)}`,
    "`git lfs install` and `git lfs pull`, as the owner of the repository",
  );
}

/** Builds what the files describe, once: this very path is checked, and goes live. */
export const buildSystem: Step<UpgradeRun> = {
  name: "build",
  describe: (run) => `build ${places(run)["configuration"]}`,
  skip: (run) => run.settled,
  async run(run): Promise<void> {
    const { settings, repository: { tree } } = run;
    const { outLink = "" } = places(run);
    const directory = `${settings.stateDir}/build`;
    makeDirectory(directory, 0o755);
    // The build runs as the repository's owner, and leaves its link there.
    if (tree.owner !== undefined) giveTo(directory, tree.owner);
    // A build that leaves no link must not seem to have built what an earlier one did.
    await tree.asOwner(["rm", "--force", "--", outLink]);
    const argv = settings.buildCommand ?? (await isThere("nh") ? byNh : byNix);
    const why = await whyFailed(
      { argv, timeoutSeconds: settings.buildTimeoutSeconds },
      places(run),
      { as: tree.owner, hear: run.hear },
    );
    if (run.stop?.aborted) throw new Failure("the build was stopped");
    if (why !== undefined) throw new Failure(`the build failed: ${killed(why)}`);
    run.toplevel = await systemAt(outLink);
    if (isInPlace(run.toplevel, settings, run.records.host.deployed)) {
      run.settled = "the new system is the one that runs";
    }
  },
};

/** Whether what runs was built from these very files. */
function settledBy({ records, settings, tree }: UpgradeRun): string | undefined {
  const { deployed } = records.host;
  if (deployed === null || deployed.tree !== tree) return undefined;
  if (!isInPlace(deployed.toplevel, settings, deployed)) return undefined;
  return deployed.waits ? "what is here waits for a reboot" : "what is here is what runs";
}

/** Whether a system is the default, and runs or waits for the reboot that it needs. */
function isInPlace(
  toplevel: string,
  { profile, currentSystem }: UpgradeSettings,
  deployed: Deployed | null,
): boolean {
  const waits = deployed?.waits === true && deployed.toplevel === toplevel;
  return toplevelAt(profile) === toplevel && (waits || toplevelAt(currentSystem) === toplevel);
}

/** The system that a link leads to. It has to be in the store, where nobody can change it any more. */
async function systemAt(outLink: string): Promise<string> {
  const toplevel = toplevelAt(outLink);
  if (toplevel === undefined) {
    throw new Failure(`the build left no link at ${outLink}`, {
      hint: "a buildCommand has to leave one at {outLink}",
    });
  }
  if (!await isValid(toplevel)) {
    throw new Failure(`the build left a link to ${toplevel}, which is no valid store path`, {
      hint: buildHint,
    });
  }
  if (lstat(`${toplevel}/bin/switch-to-configuration`) !== undefined) return toplevel;
  throw new Failure(`the build left ${toplevel}, which is no NixOS system`, { hint: buildHint });
}

const buildHint = "a buildCommand has to build config.system.build.toplevel";

async function isThere(program: string): Promise<boolean> {
  try {
    return (await capture({ argv: [program, "--version"], timeout: 10_000 })).status === 0;
  } catch (error) {
    if (error instanceof ProgramMissingError) return false;
    throw error;
  }
}

function killed(why: string): string {
  return why.startsWith("exit status 137") ? `it was killed, for lack of memory? (${why})` : why;
}

/** What a person wants to be true of a system before it goes live. */
export const checkSystem: Step<UpgradeRun> = {
  name: "check",
  describe: ({ settings }) =>
    `check it: ${settings.validationChecks.map(({ argv }) => argv.join(" ")).join(", ")}`,
  skip: (run) =>
    run.settled ?? (run.settings.validationChecks.length === 0 ? "there are no checks" : undefined),
  async run(run): Promise<void> {
    for (const check of run.settings.validationChecks) {
      const why = await whyFailed(check, places(run), {
        env: { HOLDFAST_TOPLEVEL: run.toplevel ?? "" },
        hear: run.hear,
      });
      if (why === undefined) continue;
      const failed = `check ${check.argv.join(" ")} failed: ${why}`;
      if (run.settings.onValidationFailure !== "ignore") throw new Failure(failed);
      warn(run, `${failed}; going on, as set`);
    }
  },
};

/** Puts what goes live on trial; what was rejected before is refused here. */
export const markPending: Step<UpgradeRun> = {
  name: "mark",
  describe: ({ settings }) => `put it on trial by ${settings.markCommand[0]}`,
  skip: (run) => run.settled ?? whyNotLive(run),
  async run(run): Promise<void> {
    const { settings, toplevel = "", action, report } = run;
    const [program] = settings.markCommand;
    const output = await mark(toplevel, action, settings);
    if (output === undefined) {
      report.info(`${program} is not installed: what goes live is not on trial`);
    } else if (output.status !== 0) {
      throw new Failure(`it was refused by ${program}${inShort(output.stderr)}`);
    }
  },
};

/** Why nothing is to go live. */
export function whyNotLive({ noSwitch }: UpgradeRun): string | undefined {
  return noSwitch ? "only a build was asked for" : undefined;
}
