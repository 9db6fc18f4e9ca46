import { monotonic } from "../host/clock.ts";
import type { Report } from "./report.ts";

/** One step of a run, declared once: the same list serves the run, the dry run and the summary. */
export interface Step<Facts> {
  /** Stable and short, in the imperative: it names the step in reports and JSON. */
  readonly name: string;
  /** What it will do, from what is known so far. */
  describe(facts: Facts): string;
  /** Why there is nothing to do; `undefined` when there is. */
  skip?(facts: Facts): string | undefined;
  /** It changes nothing: a dry run takes it as well. */
  readonly looksOnly?: true;
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

/** Hears of each step, as it goes. */
export interface StepWatch {
  /** A step is about to begin; what this writes is written before it does. */
  begin(name: string, onlyLooks: boolean): void;
  /** How it ended, and after how many seconds. */
  end(record: StepEnd): void;
}

/** A step that ended, well or not. */
export interface StepEnd extends Omit<StepRecord, "outcome"> {
  readonly outcome: StepRecord["outcome"] | "failed";
  readonly seconds: number;
}

/**
 * Runs the steps in order; the only code that knows of dry runs and skipping. A failed step throws,
 * and the rest is not started.
 */
export async function runSteps<Facts>(
  steps: readonly Step<Facts>[],
  facts: Facts,
  { dryRun, report, watch }: {
    readonly dryRun: boolean;
    readonly report: Report;
    readonly watch?: StepWatch;
  },
): Promise<readonly StepRecord[]> {
  const records: StepRecord[] = [];
  const end = (record: StepRecord, since: number): void => {
    records.push(record);
    watch?.end({ ...record, seconds: (monotonic() - since) / 1000 });
  };
  for (const { name, ...step } of steps) {
    const started = monotonic();
    const skipped = step.skip?.(facts);
    if (skipped !== undefined) {
      end({ name, outcome: "skipped", detail: skipped }, started);
      continue;
    }
    const detail = step.describe(facts);
    if (dryRun && step.looksOnly !== true) {
      report.info(`would ${detail}`);
      end({ name, outcome: "planned", detail }, started);
      continue;
    }
    watch?.begin(name, step.looksOnly === true);
    try {
      await step.run(facts);
    } catch (error) {
      const seconds = (monotonic() - started) / 1000;
      watch?.end({ name, outcome: "failed", detail: (error as Error).message, seconds });
      throw error;
    }
    end({ name, outcome: "done", detail }, started);
  }
  return records;
}
