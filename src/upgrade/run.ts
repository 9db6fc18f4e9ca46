import type { Call } from "../cli/command.ts";
import type { Report } from "../cli/report.ts";
import type { Options, Values } from "../cli/options.ts";
import type { ConfigRepository } from "../config/repository.ts";
import type { repositoryOptions } from "../config/repository_options.ts";
import type { upgradeOptions } from "../config/upgrade_options.ts";
import type { Status } from "../programs/git_status.ts";
import type { Action } from "./decide_activation.ts";
import type { UnitHealth } from "./decide_health.ts";
import type { Records } from "./records.ts";

/** The options that the steps go by. */
export type UpgradeSettings = Values<typeof repositoryOptions & typeof upgradeOptions> & {
  /** The answer is JSON. */
  readonly json?: boolean;
};

/** One run: what it goes by, and what its steps have found out so far. */
export interface UpgradeRun {
  readonly settings: UpgradeSettings;
  readonly repository: ConfigRepository;
  readonly records: Records;
  readonly report: Report;
  /** Which program. */
  readonly program: string;
  readonly action: Action;
  /** Build and check only. */
  readonly noSwitch: boolean;
  /** A person asked for it: what failed here before is tried again, and new files are built. */
  readonly byPerson: boolean;
  /** Ends the run in order, with a word for why. */
  readonly stop?: AbortSignal;
  /** Hears what the programs under way print. */
  readonly hear?: (line: string) => void;
  /** What has to come to its end before a pull moves files. */
  readonly beforeMove?: () => Promise<void>;
  readonly warnings: string[];
  /** HEAD, and the tree of the files that git knows: what a flake sees. */
  head: string;
  tree: string;
  /** The remote's branch, as far as it is known. */
  upstream: string | null;
  /** What the remote's branch was a moment ago, where it was asked. */
  tip?: string;
  /** There is nothing to build, and why. */
  settled?: string;
  /** What the remote has failed here before, and nothing moved since. */
  quarantined?: true;
  /** What was built. */
  toplevel?: string;
  /** What is under way would leave the host half-way if it were cut off. */
  isVital?: boolean;
  /** What the activation said. */
  activation?: string;
  /** What is live was found well: git and system stay. */
  isWell?: true;
  /** Why nothing is pushed. */
  holdsBack?: string;
  /** All of the remote's is here: a push may take over what came since, too. */
  hasPulled?: true;
  /** Units that had failed before anything went live. */
  failedBefore?: readonly string[];
  /** The first look at the units after the activation. */
  firstLook?: readonly UnitHealth[];
  /** It waits for a reboot, and why. */
  pending?: string;
  /** Something that went well otherwise has to be looked at. */
  needsPerson?: boolean;
  /** A reboot is due, once all is recorded. */
  reboots?: boolean;
  /** Units that are not well although nothing was rolled back. */
  unwell: readonly string[];
}

/** The tree of the files that git knows, as they are now or were at a look at them. */
export async function trackedTree(
  { tree }: ConfigRepository,
  status?: Status,
): Promise<string> {
  const { head, changes } = status ?? await tree.status();
  const isClean = changes.every(({ kind }) => kind === "untracked");
  return isClean && head !== undefined ? await tree.treeOf(head) : await tree.trackedTree();
}

/** Tells of something that went wrong without failing the run. */
export function warn(run: UpgradeRun, text: string): void {
  run.warnings.push(text);
  run.report.warn(text);
}

/** A call of a program with the options of an upgrade. */
export type UpgradeCall = Call<typeof repositoryOptions & typeof upgradeOptions & Options>;
