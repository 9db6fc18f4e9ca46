import type { HostState } from "./host_state.ts";
import { type LastRun, results } from "./last_run_state.ts";

/** One metric: what it means, and its samples by labels. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: readonly (readonly [Readonly<Record<string, string>>, number])[];
}

/** What the metrics are made from. */
export interface MetricFacts {
  readonly host: HostState;
  readonly lastRun: LastRun | undefined;
  readonly lastSuccess: LastRun | undefined;
  readonly isPaused: boolean;
  readonly needsReboot: boolean;
}

/** The text that Prometheus's textfile collector reads; all metrics are gauges. */
export function metricsText(facts: MetricFacts): string {
  return metricsOf(facts).map(({ name, help, samples }) =>
    [
      `# HELP holdfast_${name} ${help}`,
      `# TYPE holdfast_${name} gauge`,
      ...samples.map(([labels, value]) => `holdfast_${name}${labelText(labels)} ${value}`),
      "",
    ].join("\n")
  ).join("");
}

function metricsOf({ host, lastRun, lastSuccess, isPaused, needsReboot }: MetricFacts): Metric[] {
  const { deployed, quarantined } = host;
  const flag = (value: boolean): Metric["samples"] => [[{}, Number(value)]];
  const time = (iso: string): Metric["samples"] => [[{}, new Date(iso).getTime() / 1000]];
  return [
    {
      name: "upgrade_last_run_timestamp_seconds",
      help: "When the last run ended.",
      samples: lastRun === undefined ? [] : time(lastRun.endedAt),
    },
    {
      name: "upgrade_last_success_timestamp_seconds",
      help: "When the last run ended that left the host as its repository says.",
      samples: lastSuccess === undefined ? [] : time(lastSuccess.endedAt),
    },
    {
      name: "upgrade_last_run_result",
      help: "How the last run ended: 1 for that result.",
      samples: lastRun === undefined
        ? []
        : results.map((result) => [{ result }, Number(result === lastRun.result)]),
    },
    {
      name: "upgrade_last_run_duration_seconds",
      help: "How long the steps of the last run took.",
      samples: lastRun === undefined
        ? []
        : lastRun.steps.map(({ name, seconds }) => [{ step: name }, seconds]),
    },
    { name: "upgrade_paused", help: "Whether upgrades are paused.", samples: flag(isPaused) },
    {
      name: "upgrade_reboot_pending",
      help: "Whether the default system needs a reboot.",
      samples: flag(needsReboot),
    },
    {
      name: "upgrade_quarantined_commits",
      help: "How many commits failed on this host.",
      samples: [[{}, quarantined.length]],
    },
    {
      name: "upgrade_failed_units",
      help: "How many units are not well since the last upgrade.",
      samples: [[{}, deployed?.failedUnits.length ?? 0]],
    },
    {
      name: "upgrade_deployed_info",
      help: "What runs on this host.",
      samples: deployed === null
        ? []
        : [[{ commit: deployed.commit, toplevel: deployed.toplevel }, 1]],
    },
  ];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${value.replaceAll(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
