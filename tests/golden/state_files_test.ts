import assert from "node:assert/strict";
import fc from "fast-check";
import { type ParsedState, serializeState } from "../../src/cli/parse_state.ts";
import { type Golden, parseGolden } from "../../src/golden/golden_state.ts";
import {
  parseRejected,
  type Rejected,
  type Rejection,
  rejectionOf,
  withoutRejected,
  withRejected,
} from "../../src/golden/rejected_state.ts";
import {
  type Attempt,
  parseTrial,
  type Trial,
  withHistory,
  withJudged,
} from "../../src/golden/trial_state.ts";
import { concretes, decisionOf, limits, questions } from "./exploration_concrete.ts";

const known = new Set(
  "schema target markedAt markedIn phase failures neutral open aborted rollbackTries rolledBackIn history bootId"
    .concat(" since time outcome reason path parent specialisation generation pinnedAt rejected")
    .concat(" __proto__").split(" "),
);
/** What a later version may have added. */
const more = fc.dictionary(fc.string().filter((key) => !known.has(key)), fc.jsonValue(), {
  maxKeys: 3,
  noNullPrototype: true,
}).map((each) => JSON.parse(JSON.stringify(each)) as Readonly<Record<string, unknown>>);

function extended<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.tuple(fc.record<T>(model, { noNullPrototype: true }), more)
    .map(([plain, extra]) => ({ ...extra, ...plain }));
}

const storePath = fc.tuple(
  fc.constantFrom("/nix/store", "/tmp/a b/store"),
  fc.stringMatching(/^[0-9a-z]{32}-[0-9A-Za-z+._?=-]{1,40}$/),
).map((each) => each.join("/"));
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map((date) => date.toISOString());
const bootId = fc.stringMatching(/^[0-9a-f]{32}$/);
const counter = fc.nat({ max: 1000 });
const attempt: fc.Arbitrary<Attempt> = extended<Attempt>({
  bootId,
  time,
  outcome: fc.constantFrom("passed", "failed", "neutral"),
  reason: fc.string(),
});
const trials: fc.Arbitrary<Trial> = extended<Trial>({
  schema: fc.constant(1),
  target: storePath,
  markedAt: time,
  markedIn: bootId,
  phase: fc.constantFrom("pending", "rollback", "exhausted"),
  failures: counter,
  neutral: counter,
  open: fc.option(extended<NonNullable<Trial["open"]>>({ bootId, since: time })),
  aborted: fc.boolean(),
  rollbackTries: counter,
  rolledBackIn: fc.option(bootId),
  history: fc.array(attempt, { maxLength: 20 }),
});
const goldens: fc.Arbitrary<Golden> = extended<Golden>({
  schema: fc.constant(1),
  path: storePath,
  parent: fc.option(storePath),
  specialisation: fc.option(fc.string()),
  generation: fc.option(fc.nat()),
  pinnedAt: time,
  bootId: fc.option(bootId),
});
const rejection: fc.Arbitrary<Rejection> = extended<Rejection>({
  path: storePath,
  time,
  reason: fc.string(),
});
const rejections: fc.Arbitrary<Rejected> = extended<Rejected>({
  schema: fc.constant(1),
  rejected: fc.array(rejection, { maxLength: 50 }),
});

interface Kind {
  readonly name: string;
  readonly states: fc.Arbitrary<object>;
  readonly parse: (text: string) => ParsedState<unknown>;
}

const kinds: readonly Kind[] = [
  { name: "trial.json", states: trials, parse: parseTrial },
  { name: "golden.json", states: goldens, parse: parseGolden },
  { name: "rejected.json", states: rejections, parse: parseRejected },
];

for (const { name, states, parse } of kinds) {
  Deno.test(`${name} reads back as it was written, with what it does not know`, () => {
    fc.assert(fc.property(states, (state) => {
      assert.deepEqual(parse(serializeState(state)), { kind: "valid", state });
    }));
  });

  Deno.test(`${name} of another schema is corrupt`, () => {
    const schemas = fc.jsonValue().filter((each) => each !== 1);
    fc.assert(fc.property(states, fc.option(schemas, { nil: undefined }), (state, schema) => {
      assert.equal(parse(serializeState({ ...state, schema })).kind, "corrupt");
    }));
  });

  Deno.test(`${name} is corrupt when its end is missing`, () => {
    fc.assert(fc.property(states, fc.double({ min: 0, max: 1, noNaN: true }), (state, part) => {
      const text = serializeState(state).trimEnd();
      const cut = text.slice(0, Math.floor(part * (text.length - 1)));
      assert.equal(parse(cut).kind, "corrupt");
    }));
  });

  Deno.test(`${name} is valid or corrupt whatever becomes of its text`, () => {
    fc.assert(fc.property(states, edits, (state, changes) => {
      isSettled(parse, changes.reduce(changed, serializeState(state)));
    }));
  });

  Deno.test(`${name} is valid or corrupt whatever its fields hold`, () => {
    const field = fc.constantFrom(...known);
    fc.assert(fc.property(states, field, fc.jsonValue(), (state, key, value) => {
      isSettled(parse, JSON.stringify(replaced(state, key, value)));
    }));
  });

  Deno.test(`${name} is corrupt without any of its fields`, () => {
    const [state] = fc.sample(states, { numRuns: 1, seed: 7 });
    for (const key of Object.keys(state as object).filter((each) => known.has(each))) {
      assert.equal(parse(serializeState({ ...state, [key]: undefined })).kind, "corrupt", key);
    }
  });

  Deno.test(`${name} is corrupt when it is something else altogether`, () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    for (const text of ["", "\0", "null", "1", '"text"', "[]", "{}", deep, `{"schema":${deep}}`]) {
      assert.equal(parse(text).kind, "corrupt", text.slice(0, 20));
    }
    // Not a field of its own, although it looks like one.
    const [state] = fc.sample(states, { numRuns: 1 });
    assert.equal(parse(`{"__proto__":${serializeState(state)}}`).kind, "corrupt");
  });
}

type Edit = readonly [at: number, length: number, text: string];

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat({ max: 40 }),
    fc.oneof(fc.string(), fc.constantFrom("{", "}", "[", "]", '"', ",", ":", "null", "-1", "1e9")),
  ),
  { minLength: 1, maxLength: 4 },
);

function changed(text: string, [at, length, other]: Edit): string {
  const from = Math.floor(at * text.length);
  return text.slice(0, from) + other + text.slice(from + length);
}

/** Every field of that name, wherever it is. */
function replaced(value: unknown, key: string, by: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => replaced(each, key, by));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map((
      [name, each],
    ) => [name, name === key ? by : replaced(each, key, by)]),
  );
}

/** What is valid reads back as it is, and keeps what a reader relies on. */
function isSettled(parse: Kind["parse"], text: string): void {
  const parsed = parse(text);
  if (parsed.kind === "corrupt") return assert(parsed.reason.length > 0);
  assert.deepEqual(parse(serializeState(parsed.state)), parsed);
  const { target, path, failures, history, rejected } = parsed.state as Partial<
    Trial & Golden & Rejected
  >;
  for (const each of [target, path, ...(rejected ?? []).map((one) => one.path)]) {
    if (each !== undefined) assert.match(each, /^\/.+\/[0-9a-z]{32}-[^/]+$/);
  }
  assert(failures === undefined || failures >= 0 && failures <= 1000);
  assert((history ?? []).length <= 20 && (rejected ?? []).length <= 50);
}

function without(state: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(state).filter(([key]) => !known.has(key)));
}

Deno.test("a judgement keeps what it does not know, and the newest 20 of its kind", () => {
  fc.assert(fc.property(trials, fc.array(attempt, { maxLength: 30 }), (trial, judged) => {
    const last = judged.reduce(withJudged, trial);
    assert.deepEqual(without(last), without(trial));
    const all = [...trial.history, ...judged].slice(-20);
    assert.deepEqual(last.history.map((each) => each.bootId), all.map((each) => each.bootId));
    assert.deepEqual(last.history.map(without), all.map(without));
    assert.equal(parseTrial(serializeState(last)).kind, "valid");
    if (judged.length > 0) assert.deepEqual([last.open, last.aborted], [null, false]);
  }));
});

Deno.test("a line of history leaves the open attempt open", () => {
  fc.assert(fc.property(trials, attempt, (trial, line) => {
    const { history, ...rest } = withHistory(trial, line);
    assert.deepEqual({ ...rest, history: trial.history }, trial);
    assert.equal(history.at(-1)?.bootId, line.bootId);
  }));
});

Deno.test("a reason is kept in one line, however much a program had to say", () => {
  const [trial, line] = [fc.sample(trials, 1)[0] as Trial, fc.sample(attempt, 1)[0] as Attempt];
  const said = withJudged(trial, { ...line, reason: "no\n".repeat(100_000) }).history.at(-1);
  assert.match(said?.reason ?? "", /^[^\n]{1,400}$/);
});

Deno.test("a rejection keeps what it does not know, and the newest 50 of its kind", () => {
  fc.assert(fc.property(rejections, fc.array(rejection, { maxLength: 60 }), (rejected, each) => {
    const last = each.reduce(withRejected, rejected);
    assert.deepEqual(without(last), without(rejected));
    assert(last.rejected.length <= Math.max(50, rejected.rejected.length));
    assert.equal(parseRejected(serializeState(last)).kind, "valid");
    const newest = each.at(-1);
    if (newest !== undefined) assert.deepEqual(last.rejected.at(-1), newest);
  }));
});

Deno.test("a toplevel is rejected once, and pardoned altogether", () => {
  fc.assert(fc.property(rejections, rejection, (rejected, each) => {
    const twice = withRejected(withRejected(rejected, each), each);
    assert.equal(twice.rejected.filter(({ path }) => path === each.path).length, 1);
    assert.equal(rejectionOf(withoutRejected(twice, each.path), each.path), undefined);
    assert.deepEqual(without(withoutRejected(twice, each.path)), without(rejected));
  }));
});

Deno.test("whatever is decided to be written can be read again, and forgets nothing unknown", () => {
  fc.assert(
    fc.property(concretes, questions, limits, (concrete, question, limits) => {
      const { effects, otherwise = [] } = decisionOf(concrete, question, limits) ?? { effects: [] };
      const { trial: former } = concrete.state;
      for (const effect of [...effects, ...otherwise]) {
        if (effect.kind === "write-golden") assert(isValid(parseGolden, effect.golden));
        if (effect.kind === "write-rejected") assert(isValid(parseRejected, effect.rejected));
        if (effect.kind !== "write-trial") continue;
        assert(isValid(parseTrial, effect.trial));
        const isSame = former?.target === effect.trial.target && question.kind !== "mark";
        if (isSame) assert.deepEqual(without(effect.trial), without(former));
      }
    }),
    { numRuns: 500 },
  );
});

function isValid(parse: Kind["parse"], state: object): boolean {
  return parse(serializeState(state)).kind === "valid";
}
