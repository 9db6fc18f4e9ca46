import assert from "node:assert/strict";
import type { Report } from "../../src/cli/report.ts";
import { runSteps, type Step } from "../../src/cli/steps.ts";

interface Facts {
  done: string[];
}

/** Steps that note what they did, the second with nothing to do. */
const steps: readonly Step<Facts>[] = [
  step("fetch"),
  { ...step("merge"), skip: () => "already merged" },
  { ...step("push"), describe: ({ done }) => `push after ${done.join(", ") || "nothing"}` },
];

Deno.test("a run does each step in order and keeps a record of it", async () => {
  const { report, said } = listening();
  const facts: Facts = { done: [] };
  const records = await runSteps(steps, facts, { dryRun: false, report });
  assert.deepEqual(facts.done, ["fetch", "push"]);
  assert.deepEqual(records, [
    { name: "fetch", outcome: "done", detail: "do fetch" },
    { name: "merge", outcome: "skipped", detail: "already merged" },
    { name: "push", outcome: "done", detail: "push after fetch" },
  ]);
  assert.deepEqual(said, []);
});

Deno.test("a dry run does nothing and tells what it would do", async () => {
  const { report, said } = listening();
  const facts: Facts = { done: [] };
  const records = await runSteps(steps, facts, { dryRun: true, report });
  assert.deepEqual(facts.done, []);
  assert.deepEqual(records.map((record) => record.outcome), ["planned", "skipped", "planned"]);
  assert.deepEqual(said, ["would do fetch", "would push after nothing"]);
});

Deno.test("a step sees what the steps before it found", async () => {
  const { report } = listening();
  const skipping = { ...step("late"), skip: ({ done }: Facts) => done.join() || undefined };
  const records = await runSteps([step("early"), skipping], { done: [] }, {
    dryRun: false,
    report,
  });
  assert.deepEqual(records.at(-1), { name: "late", outcome: "skipped", detail: "early" });
});

Deno.test("after a failed step no other is started", async () => {
  const { report } = listening();
  const facts: Facts = { done: [] };
  const failing = { ...step("break"), run: () => Promise.reject(new Error("broken")) };
  const work = runSteps([step("first"), failing, step("last")], facts, { dryRun: false, report });
  await assert.rejects(work, { message: "broken" });
  assert.deepEqual(facts.done, ["first"]);
});

function step(name: string): Step<Facts> {
  return {
    name,
    describe: () => `do ${name}`,
    run: (facts) => {
      facts.done.push(name);
      return Promise.resolve();
    },
  };
}

/** A report that is listened to. */
function listening(): { readonly report: Report; readonly said: string[] } {
  const said: string[] = [];
  const hear = (text: string): void => void said.push(text);
  return { said, report: { answer: hear, info: hear, warn: hear, error: hear, hint: hear } };
}
