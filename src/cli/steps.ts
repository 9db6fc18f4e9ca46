import type { Report } from "./report.ts";

/** One step of a run, declared once: the same list serves the run, the dry run and the summary. */
export interface Step<Facts> {
  /** Stable and short, in the imperative: it names the step in reports and JSON. */
  readonly name: string;
  /** What it will do, from what is known so far. */
  describe(facts: Facts): string;
  /** Why there is nothing to do; `undefined` when there is. */
  skip?(facts: Facts): string | undefined;
  /** Does it. What later steps need goes into the facts. */
  run(facts: Facts): Promise<void>;
}

/** How a step ended. */
export interface StepRecord {
  readonly name: string;
  readonly outcome: "done" | "skipped" | "planned";
  /** What was done or would be done, or why it was skipped. */
  readonly detail: string;
}

/**
 * Runs the steps in order; the only code that knows of dry runs and skipping. A failed step throws,
 * and the rest is not started.
 */
export async function runSteps<Facts>(
  steps: readonly Step<Facts>[],
  facts: Facts,
  options: { readonly dryRun: boolean; readonly report: Report },
): Promise<readonly StepRecord[]> {
  const records: StepRecord[] = [];
  for (const step of steps) {
    const skipped = step.skip?.(facts);
    if (skipped !== undefined) {
      records.push({ name: step.name, outcome: "skipped", detail: skipped });
      continue;
    }
    const detail = step.describe(facts);
    if (options.dryRun) {
      options.report.info(`would ${detail}`);
    } else {
      await step.run(facts);
    }
    records.push({ name: step.name, outcome: options.dryRun ? "planned" : "done", detail });
  }
  return records;
}
