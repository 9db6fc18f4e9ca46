import assert from "node:assert/strict";
import fc from "fast-check";
import { Failure } from "../../src/cli/failure.ts";
import {
  choice,
  disable,
  enable,
  flagOf,
  type Options,
  parseCommandLine,
  parseConfig,
  seconds,
  settle,
  text,
  textOr,
} from "../../src/cli/options.ts";

const options = {
  name: text("NAME", "a name"),
  sourceDir: textOr("/src", "DIR", "a directory"),
  mood: choice(["calm", "glad"], "calm", "a word"),
  timeout: seconds(30, "a time"),
  offline: enable("a switch"),
  autoPush: disable("--no-push", "a switch that is on"),
  dryRun: enable("a flag", { flagOnly: true }),
} satisfies Options;

/** A text an option takes: one line, not empty. */
const line = fc.string({ unit: "grapheme", minLength: 1 }).filter((s) => !/[\0\n]/.test(s));
/** Any of the options' values, or none. */
const given = fc.record({
  name: line,
  sourceDir: line,
  mood: fc.constantFrom("calm" as const, "glad" as const),
  timeout: fc.double({ min: 0.001, max: 86_400, noNaN: true }),
  offline: fc.constant(true),
  autoPush: fc.constant(false),
}, { requiredKeys: [], noNullPrototype: true });
const defaults = settle(options, {}, {});

Deno.test("what is written as flags is read back, in either spelling, amid any operands", () => {
  const operand = fc.string({ unit: "grapheme" }).filter((s) => !s.startsWith("-"));
  fc.assert(
    fc.property(given, fc.boolean(), operand, fc.array(fc.string()), (values, joined, ...rest) => {
      const [first, last] = rest;
      const flags = Object.entries(values).flatMap(([key, value]) => {
        const flag = flagOf(key, options[key as keyof typeof options]);
        return typeof value === "boolean"
          ? [flag]
          : joined
          ? [`${flag}=${value}`]
          : [flag, `${value}`];
      });
      const read = parseCommandLine([first, ...flags, "--", ...last], options);
      assert.deepEqual(read, { flags: values, operands: [first, ...last] });
    }),
  );
});

Deno.test("what is written as configuration is read back", () => {
  fc.assert(fc.property(given, (values) => {
    assert.deepEqual(parseConfig(JSON.stringify(values), "file", options), values);
  }));
});

Deno.test("flags win over the configuration, which wins over the defaults, key by key", () => {
  fc.assert(fc.property(given, given, (config, flags) => {
    assert.deepEqual(settle(options, config, flags), { ...defaults, ...config, ...flags });
  }));
});

Deno.test("any command line is read or refused with exit code 2, never a crash", () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("--name", "--timeout", "--mood=", "--", "-", "--__proto__", "--toString"),
  );
  fc.assert(fc.property(fc.array(word), (args) => {
    readsOrRefuses(() => parseCommandLine(args, options));
  }));
});

Deno.test("any configuration is read or refused with exit code 2, never a crash", () => {
  const content = fc.oneof(
    fc.string(),
    fc.json(),
    fc.dictionary(fc.string(), fc.jsonValue()).map(
      (value) => JSON.stringify(value),
    ),
  );
  fc.assert(fc.property(content, (text) => {
    readsOrRefuses(() => parseConfig(text, "file", options));
  }));
});

Deno.test("a key that every object inherits is no value of an option", () => {
  // `in` once found Object.prototype.constructor in a configuration that was empty.
  const { constructor } = settle({ constructor: textOr("mine", "X", "x") }, {}, {});
  assert.equal(constructor, "mine");
});

Deno.test("of a flag given twice the last counts", () => {
  assert.deepEqual(parseCommandLine(["--name=a", "--name=b"], options).flags, { name: "b" });
});

Deno.test("null in a configuration means not set", () => {
  assert.deepEqual(parseConfig('{"name":null,"offline":null}', "file", options), {});
});

Deno.test("a flag that stands for no key is unknown to the configuration", () => {
  refuses(() => parseConfig('{"dryRun":true}', "file", options), /unknown key "dryRun"/);
});

Deno.test("an unknown key comes with the nearest one, or else with all", () => {
  const hintOf = (content: string): string | undefined =>
    refuses(() => parseConfig(content, "file", options), /unknown key/).hint;
  assert.equal(hintOf('{"offlin":true}'), "did you mean offline?");
  assert.equal(
    hintOf('{"completelyOther":1}'),
    "known keys: name, sourceDir, mood, timeout, offline, autoPush",
  );
});

for (const [key, flag] of [["name", "--name"], ["sourceDir", "--source-dir"]] as const) {
  Deno.test(`the flag of ${key} is ${flag}`, () => {
    assert.equal(flagOf(key, options[key]), flag);
  });
}

for (const wrong of ["0", "-1", "86401", "soon", "", " ", "NaN", "Infinity"]) {
  Deno.test(`${JSON.stringify(wrong)} is no number of seconds`, () => {
    refuses(() => parseCommandLine(["--timeout", wrong], options), /should be a number of seconds/);
  });
}

for (const wrong of ["", "two\nlines", "a\0b"]) {
  Deno.test(`${JSON.stringify(wrong)} is no text of an option`, () => {
    refuses(() => parseCommandLine(["--name", wrong], options), /should be a text of one line/);
  });
}

function readsOrRefuses(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    assert(error instanceof Failure, String(error));
    assert.equal(error.code, 2);
  }
}

function refuses(read: () => unknown, message: RegExp): Failure {
  try {
    read();
  } catch (error) {
    assert(error instanceof Failure, String(error));
    assert.equal(error.code, 2);
    assert.match(error.message, message);
    return error;
  }
  assert.fail("was read");
}
