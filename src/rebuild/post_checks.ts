import type { Step } from "../cli/steps.ts";
import { capture, ProcessError, ProgramMissingError } from "../host/process.ts";
import { allUnits } from "../programs/systemctl.ts";
import { lookAtSops } from "../sops/look.ts";
import { summaryOf } from "../sops/decide_report.ts";
import { failedUnits } from "../upgrade/decide_health.ts";
import { warn } from "../upgrade/run.ts";
import { type PackageChange, parsePackages } from "./decide_packages.ts";
import { parseUnits } from "./decide_units.ts";
import type { RebuildRun } from "./run.ts";

/** Bound in milliseconds: only what is in the store is looked at. */
const diffBound = 120_000;

/** Looks whether the secrets are in place. */
export const checkSecrets: Step<RebuildRun> = {
  name: "check-secrets",
  describe: () => "see whether the secrets are in place",
  looksOnly: true,
  async run(run): Promise<void> {
    const found = await lookAtSops({ currentSystem: run.settings.currentSystem });
    run.changes.secrets = summaryOf(found);
    if (!found.ok) warn(run, `${run.changes.secrets}; check-sops tells more`);
  },
};

/** Looks at the units: what the activation did to them, and which are failed now. */
export const lookAtUnits: Step<RebuildRun> = {
  name: "look-at-units",
  describe: () => "see which units are failed",
  looksOnly: true,
  async run(run): Promise<void> {
    run.changes.units = parseUnits(run.activation ?? "");
    try {
      run.changes.failedUnits = failedUnits(await allUnits());
    } catch (error) {
      if (!(error instanceof ProcessError) && !(error instanceof ProgramMissingError)) throw error;
      return warn(run, `the units cannot be looked at: ${error.message}`);
    }
    const { failedUnits: failed } = run.changes;
    if (failed.length > 0) warn(run, `failed units: ${failed.join(", ")}`);
  },
};

/** Looks at what the new system has that the old one had not. */
export const comparePackages: Step<RebuildRun> = {
  name: "compare-packages",
  describe: () => "compare the packages",
  looksOnly: true,
  skip: ({ toplevel, runsBefore }) =>
    toplevel === undefined || runsBefore === undefined || toplevel === runsBefore
      ? "it is the system that ran before"
      : undefined,
  async run(run): Promise<void> {
    const { toplevel = "", runsBefore = "" } = run;
    run.changes.packages = await packagesBetween(runsBefore, toplevel);
  },
};

/** What differs between two systems, by Nix itself. */
export async function packagesBetween(
  before: string,
  after: string,
): Promise<readonly PackageChange[]> {
  const argv = [
    ...["nix", "--extra-experimental-features", "nix-command"],
    ...["store", "diff-closures", before, after],
  ];
  const output = await capture({ argv, timeout: diffBound });
  if (output.status !== 0) throw new ProcessError({ argv }, output);
  return parsePackages(output.stdout);
}

/** What differs between two systems as a person reads it: by dix or nvd where they are there. */
export async function packagesToRead(before: string, after: string): Promise<readonly string[]> {
  const programs = [["dix", before, after], ["nvd", "--color=never", "diff", before, after]];
  for (const argv of programs) {
    try {
      const { status, stdout } = await capture({ argv, timeout: diffBound });
      if (status === 0 && stdout.trim() !== "") return stdout.trimEnd().split("\n");
    } catch (error) {
      if (!(error instanceof ProgramMissingError)) throw error;
    }
  }
  return (await packagesBetween(before, after)).map(({ name, versions }) => `${name}: ${versions}`);
}
