import { now } from "../host/clock.ts";
import { writeDurably } from "../host/files.ts";
import { needsReboot } from "./facts.ts";
import { type MetricFacts, metricsText } from "./metrics.ts";
import { pausedUntil } from "./pause.ts";
import type { Records } from "./records.ts";
import type { UpgradeRun, UpgradeSettings } from "./run.ts";

/** Results that leave a host as its repository says. */
const successes = ["upgraded", "unchanged", "reboot-pending"];

/** Gathers what the metrics are made from. */
export function metricFacts(
  records: Records,
  settings: Pick<UpgradeSettings, "bootedSystem" | "profile">,
): MetricFacts {
  const { host } = records;
  return {
    host,
    lastRun: records.lastRun,
    lastSuccess: records.history.findLast(({ result }) => successes.includes(result)),
    isPaused: pausedUntil(host, now()) !== undefined,
    needsReboot: needsReboot(settings) !== undefined,
  };
}

/** Replaces the metrics file as a whole: the collector must not read half of one. */
export function writeMetrics(path: string, text: string): void {
  writeDurably(path, text, 0o644);
}

/** Writes the metrics after a run; that they cannot be written is worth a line, and no more. */
export function tellMetrics(
  { records, settings, report }: Pick<UpgradeRun, "records" | "settings" | "report">,
): void {
  if (settings.metrics === undefined) return;
  try {
    writeMetrics(settings.metrics, metricsText(metricFacts(records, settings)));
  } catch (error) {
    report.warn(`cannot write metrics to ${settings.metrics}: ${(error as Error).message}`);
  }
}
