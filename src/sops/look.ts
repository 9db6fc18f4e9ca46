import { decideReport, type SopsReport } from "./decide_report.ts";
import { readSopsFacts, type SopsSettings } from "./facts.ts";

/**
 * Looks whether sops-nix's keys and secrets are in place on this host. Opens no secret and changes
 * nothing; what this user may not look at is told in the report.
 *
 * @throws {ProcessError} when users and groups cannot be looked up
 */
export async function lookAtSops(settings: SopsSettings): Promise<SopsReport> {
  return decideReport(await readSopsFacts(settings));
}
