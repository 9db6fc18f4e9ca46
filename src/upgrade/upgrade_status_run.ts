import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { short } from "../config/decide_pull.ts";
import { now } from "../host/clock.ts";
import { toplevelAt } from "../programs/nix.ts";
import { needsReboot } from "./facts.ts";
import type { Deployed, Quarantined } from "./host_state.ts";
import type { LastRun } from "./last_run_state.ts";
import { metricsText } from "./metrics.ts";
import { metricFacts, writeMetrics } from "./metrics_file.ts";
import { pausedUntil } from "./pause.ts";
import { Records } from "./records.ts";
import type { upgradeStatusOptions } from "./upgrade_status.ts";

/** How many of the last runs are shown. */
const shown = 5;

/** The answer, as `--json` prints it. */
interface Status {
  readonly schema: 1;
  /** What these programs brought here; null before the first run. */
  readonly deployed: Deployed | null;
  readonly current: string | null;
  readonly profile: string | null;
  /** Somebody else made another system live, or the default. */
  readonly isForeign: boolean;
  readonly needsReboot: string | null;
  readonly pausedUntil: string | null;
  /** A run that is under way, or was cut short. */
  readonly unfinished: { readonly id: string; readonly step: string } | null;
  readonly quarantined: readonly Quarantined[];
  /** Newest first. */
  readonly runs: readonly LastRun[];
}

/** Does what `upgrade-status` was called for. */
export function runUpgradeStatus(
  { options, report }: Call<typeof upgradeStatusOptions>,
): Promise<ExitCode> {
  const records = new Records(options.stateDir, report, true);
  const { host, journal } = records;
  const [current, profile] = [options.currentSystem, options.profile].map(toplevelAt);
  const { deployed } = host;
  const status: Status = {
    schema: 1,
    deployed,
    current: current ?? null,
    profile: profile ?? null,
    isForeign: deployed !== null && (profile ?? current) !== deployed.toplevel,
    needsReboot: needsReboot(options) ?? null,
    pausedUntil: pausedUntil(host, now()) ?? null,
    unfinished: journal === undefined ? null : { id: journal.id, step: journal.step },
    quarantined: host.quarantined,
    runs: [...records.history].reverse().slice(0, shown),
  };
  if (options.metrics !== undefined) {
    writeMetrics(options.metrics, metricsText(metricFacts(records, options)));
  }
  report.answer(options.json ? JSON.stringify(status, null, 2) : asText(status));
  return Promise.resolve(codeOf(status));
}

function codeOf({ deployed, runs: [last] }: Status): ExitCode {
  const bad = ["refused", "failed", "rollback-failed"];
  if (last !== undefined && bad.includes(last.result)) return ExitCode.needsPerson;
  return deployed !== null && deployed.failedUnits.length > 0 ? ExitCode.degraded : ExitCode.done;
}

function asText(status: Status): string {
  const { deployed, current, profile, unfinished } = status;
  const differing = (name: string, path: string | null): string[] =>
    deployed !== null && path === deployed.toplevel ? [] : [`${name} ${path ?? "unknown"}`];
  return [
    ...(deployed === null ? ["runs         nothing that was deployed from here yet"] : [
      `runs         ${deployed.toplevel}`,
      `             built from ${short(deployed.commit)}, since ${deployed.since}`,
      `health       ${
        deployed.failedUnits.length === 0
          ? "no unit failed since"
          : `not well since: ${deployed.failedUnits.join(", ")}`
      }`,
    ]),
    ...differing("active      ", current),
    ...differing("profile     ", profile),
    ...(status.needsReboot === null ? [] : [`reboot       is pending: ${status.needsReboot}`]),
    ...(status.pausedUntil === null ? [] : [`paused       until ${status.pausedUntil}`]),
    ...(unfinished === null
      ? []
      : [`unfinished   the run of ${unfinished.id}, in its step "${unfinished.step}"`]),
    ...(status.runs[0]?.warnings ?? []).map((warning) =>
      `warning      ${warning.replaceAll("\n", "\n             ")}`
    ),
    ...status.quarantined.map(({ commit, time, reason }) =>
      `quarantined  ${short(commit)} on ${time}: ${reason}`
    ),
    ...status.runs.map(({ endedAt, result, message }, at) =>
      `${at === 0 ? "last runs   " : "            "} ${endedAt} ${result}: ${message}`
    ),
  ].join("\n");
}
