import type { PhaseList } from "../terminal/phase_list.ts";
import type { UpgradeRun } from "../upgrade/run.ts";
import type { Input, InputChange } from "./decide_inputs.ts";
import type { PackageChange } from "./decide_packages.ts";
import type { UnitChanges } from "./decide_units.ts";
import type { Synced } from "./dotfiles.ts";
import type { RebuildOptions } from "./rebuild.ts";

/** What a rebuild changed, for the summary and the report. */
export interface Changes {
  /** Commits that were pulled: HEAD before and after, and their subjects, newest first. */
  pulled?: { readonly from: string; readonly to: string; readonly subjects: readonly string[] };
  /** The last word on each person's dotfiles. */
  dotfiles: readonly Synced[];
  /** They were exchanged with other hosts, and not only captured. */
  areExchanged?: true;
  /** By the pull or by an update. */
  inputs: readonly InputChange[];
  packages: readonly PackageChange[];
  units?: UnitChanges;
  /** All units that are failed now, whether or not they were before. */
  failedUnits: readonly string[];
  /** What check-sops says, in one line. */
  secrets?: string;
  /** What a clean build was tagged. */
  tag?: string;
}

/** A rebuild: an upgrade that a person asked for, and watches. */
export interface RebuildRun extends UpgradeRun {
  readonly options: RebuildOptions;
  readonly list: PhaseList;
  /** Nothing is changed. */
  readonly isDry: boolean;
  /** Why the remotes are left alone. */
  offline?: string;
  /** The inputs of the flake when the run began, those of now, and which of them are old. */
  inputsBefore: readonly Input[];
  inputs: readonly Input[];
  stale: readonly (Input & { readonly days: number })[];
  /** A signal may kill the programs that are under way: those of a step, and not of a way back. */
  mayKill: boolean;
  /** When it was told to stop, in milliseconds of the monotonic clock. */
  stopped: number;
  /** What the last update of inputs changed. */
  updated: readonly InputChange[];
  /** What runs when it begins. */
  readonly runsBefore: string | undefined;
  /** The capture of the dotfiles, which may have begun early. */
  capture?: Promise<readonly Synced[]>;
  readonly changes: Changes;
}
