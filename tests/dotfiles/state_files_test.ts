import { addToHistory } from "../../src/cli/history_state.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import { type HomeState, parseHomeState } from "../../src/dotfiles/home_state.ts";
import {
  type LastSync,
  parseLastSync,
  results,
  saysTheSame,
  statusLine,
} from "../../src/dotfiles/last_sync_state.ts";
import { serializeState } from "../../src/cli/parse_state.ts";

const commit = fc.stringMatching(/^[0-9a-f]{40}$/);
const maybe = fc.option(commit);
const paths = fc.array(fc.string());
const states: fc.Arbitrary<HomeState> = fc.record({
  schema: fc.constant(1 as const),
  source: fc.string(),
  branch: fc.string(),
  umask: fc.integer({ min: 0, max: 0o777 }),
  home: commit,
  main: maybe,
  base: maybe,
  rewritten: maybe,
  local: maybe,
  parked: paths,
  conflict: maybe,
  published: fc.array(commit),
  kept: fc.array(commit),
  bookmark: fc.string(),
  drift: fc.dictionary(
    fc.string().map((name) => `/${name}`),
    fc.record({ reason: fc.string(), seen: fc.string() }, { noNullPrototype: true }),
    { noNullPrototype: true },
  ),
  captured: maybe,
  moving: fc.option(
    fc.record({ from: commit, to: commit, base: maybe, parked: paths, conflict: maybe }, {
      noNullPrototype: true,
    }),
  ),
  capturing: fc.boolean(),
}, { noNullPrototype: true });

Deno.test("the record reads back as it was written", () => {
  fc.assert(fc.property(states, (state) => {
    assert.deepEqual(parseHomeState(serializeState(state)), { kind: "valid", state });
  }));
});

const sample = fc.sample(states, { numRuns: 1, seed: 1 })[0] as HomeState;
const corrupt: readonly (readonly [why: string, text: string])[] = [
  ["it is empty", ""],
  ["it was cut off", serializeState(sample).slice(0, -10)],
  ["it is of a newer schema", serializeState({ ...sample, schema: 2 })],
  ["it has a key nobody knows", serializeState({ ...sample, extra: 1 })],
  ["a commit is no commit id", serializeState({ ...sample, home: "main" })],
  ["a key is missing", serializeState({ ...sample, drift: undefined })],
  ["it is a list", "[]"],
];

for (const [why, text] of corrupt) {
  Deno.test(`the record is corrupt when ${why}`, () => {
    assert.equal(parseHomeState(text).kind, "corrupt");
  });
}

const sync: LastSync = {
  schema: 1,
  time: "2026-01-02T03:04:05Z",
  result: "success",
  message: "captured 1",
  host: "a",
  captured: [".x"],
  committed: [],
  received: [],
  sent: [],
  parked: [],
  warnings: [],
};

Deno.test("the status line is a word, a time and a sentence", () => {
  for (const result of results) {
    assert.match(statusLine({ ...sync, result }), /^[a-z-]+ \d{4}-\d\d-\d\dT[\d:]+Z .+\n$/);
  }
});

Deno.test("the report reads back as it was written", () => {
  assert.deepEqual(parseLastSync(serializeState(sync)), { kind: "valid", state: sync });
});

Deno.test("the history keeps the newest 200 syncs and drops torn lines", () => {
  let history = '{"torn": tru\n';
  for (let at = 0; at < 250; at++) history = addToHistory(history, { ...sync, message: `${at}` });
  const lines = history.trim().split("\n").map((line) => JSON.parse(line) as LastSync);
  assert.equal(lines.length, 200);
  assert.equal(lines[0]?.message, "50");
  assert.equal(lines.at(-1)?.message, "249");
});

Deno.test("a sync that moved nothing and ended as before says the same", () => {
  const idle = { ...sync, captured: [], message: "nothing to do", time: "2026-01-02T04:00:00Z" };
  assert.equal(saysTheSame(sync, idle), true);
  assert.equal(saysTheSame(sync, { ...idle, captured: [".y"] }), false);
  assert.equal(saysTheSame(sync, { ...idle, result: "fetch-failed" }), false);
  assert.equal(saysTheSame(sync, { ...idle, warnings: ["new"] }), false);
  assert.equal(saysTheSame(sync, { ...idle, parked: ["dot_x"] }), false);
});
