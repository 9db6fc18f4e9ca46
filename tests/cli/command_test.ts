import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { Lifeline } from "../support/lifeline.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";
import { spawn, transcript } from "./fixtures/fixture.ts";

const greeted = {
  greeting: "hello",
  mood: "calm",
  timeout: 30,
  offline: false,
  autoPush: true,
  dryRun: false,
  ending: "shown",
  operands: [] as string[],
};

Deno.test("--help tells of usage, options, exit status and configuration", async () => {
  assert.equal(
    await transcript("plain", { args: ["--help"] }),
    `Does nothing.

Usage: plain [OPTION...]

Options:
  --config FILE  read this configuration file
  --help         show this text
  --version      show the version

Exit status:
  0  always

As every program: 70 for a bug in it; 129, 130, 143 when hang-up, Ctrl-C or SIGTERM ends it.

Configuration: /nowhere/plain.json (JSON; the keys are the options in camelCase, flags win)
= 0
`,
  );
});

Deno.test("--help shows operands, values, defaults and what else there is to know", async () => {
  const help = await transcript("greet", { args: ["--help"] });
  for (
    const line of [
      "Usage: greet [OPTION...] [NAME...]",
      "  NAME is whom to greet",
      "  --greeting WORD    say this [hello]",
      "  --state-dir DIR    keep state here [worked out]",
      "  --mood calm|glad   how to say it [calm]",
      "  --timeout SECONDS  give up after this time [30]",
      "  --offline          do not use the network",
      "  --no-push          do not push",
      "It greets nobody twice.",
      "  3  nobody to greet",
    ]
  ) {
    assert(help.split("\n").includes(line), `${line}\nis not in\n${help}`);
  }
});

Deno.test("an option too long for its column has its help on the next line", async () => {
  const help = await transcript("greet", { args: ["--help"] });
  assert.match(help, /\n {2}--ending shown\|\S+\n {21}how this run ends \[shown\]\n/);
});

Deno.test("--help and --version work with a broken configuration", async () => {
  await inTemporaryDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/greet.json`, "{");
    const env = { GREET_CONFIG: `${directory}/greet.json` };
    const version = await transcript("greet", { args: ["--version"], env });
    assert.equal(version, `greet ${manifest.version}\n= 0\n`);
    assert.match(await transcript("greet", { args: ["--help"], env }), /= 0\n$/);
  });
});

const misuses: readonly (readonly [string, readonly string[], string])[] = [
  [
    "an unknown option comes with the nearest known one",
    ["--gretting", "hi"],
    '! error: unknown option "--gretting"\n! hint: did you mean --greeting?\n',
  ],
  [
    "an unknown option that is like no other comes without a guess",
    ["--quantum-flux"],
    '! error: unknown option "--quantum-flux"\n',
  ],
  [
    "a missing value is named with its meaning",
    ["--greeting"],
    "! error: option --greeting needs a value: --greeting WORD\n",
  ],
  [
    "a wrong value is quoted beside what it should be",
    ["--timeout=soon"],
    '! error: option --timeout: "soon" should be a number of seconds above 0 and up to 86400\n',
  ],
  [
    "a switch takes no value",
    ["--offline=yes"],
    '! error: option --offline takes no value: got "yes"\n',
  ],
  [
    "a key of the configuration is not a flag by another name",
    ["--auto-push"],
    '! error: unknown option "--auto-push"\n! hint: did you mean --no-push?\n',
  ],
];
for (const [sentence, args, says] of misuses) {
  Deno.test(sentence, async () => {
    const expected = `${says}! hint: greet --help\n= 2\n`;
    assert.equal(await transcript("greet", { args }), expected);
  });
}

Deno.test("an operand of a program that takes none is refused", async () => {
  assert.equal(
    await transcript("plain", { args: ["extra"] }),
    '! error: unexpected argument "extra"\n! hint: plain --help\n= 2\n',
  );
});

Deno.test("options and operands mix, and what follows -- is an operand", async () => {
  const args = ["ann", "--offline", "-", "--greeting=--ho=", "--", "--offline", "--"];
  assert.equal(
    await transcript("greet", { args }),
    shown({ offline: true, greeting: "--ho=", operands: ["ann", "-", "--offline", "--"] }),
  );
});

Deno.test("flags win over the configuration, which wins over the defaults", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = `${directory}/greet.json`;
    const config = { greeting: "hey", mood: "glad", timeout: 2.5, autoPush: false, stateDir: null };
    await Deno.writeTextFile(path, JSON.stringify(config));
    const expected = shown({ greeting: "ho", mood: "glad", timeout: 2.5, autoPush: false });
    const args = ["--greeting", "ho"];
    assert.equal(await transcript("greet", { args, env: { GREET_CONFIG: path } }), expected);
    assert.equal(await transcript("greet", { args: [...args, "--config", path] }), expected);
  });
});

Deno.test("--config is read instead of the default file", async () => {
  await inTemporaryDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/default.json`, '{"greeting":"default"}');
    await Deno.writeTextFile(`${directory}/other.json`, '{"mood":"glad"}');
    const env = { GREET_CONFIG: `${directory}/default.json` };
    const args = ["--config", `${directory}/other.json`];
    assert.equal(await transcript("greet", { args, env }), shown({ mood: "glad" }));
  });
});

const configurations: readonly (readonly [string, string | undefined, string])[] = [
  ["is missing", undefined, "cannot read configuration FILE: no such file"],
  ["is not JSON", "{ greeting", "configuration FILE is not JSON: "],
  ["is an array", "[1]", "configuration FILE is not a JSON object: [1]"],
  ["is null", "null", "configuration FILE is not a JSON object: null"],
  ["has an unknown key", '{"greting":"x"}', 'configuration FILE: unknown key "greting"'],
  ["has the key of a flag", '{"dryRun":true}', 'configuration FILE: unknown key "dryRun"'],
  ["has the key __proto__", '{"__proto__":{}}', 'configuration FILE: unknown key "__proto__"'],
  [
    "has a number for a text",
    '{"greeting":1}',
    'configuration FILE: key "greeting": 1 should be a text of one line that is not empty',
  ],
  [
    "has a text for a switch",
    '{"offline":"no"}',
    'configuration FILE: key "offline": "no" should be true or false',
  ],
  [
    "has another word than those of a choice",
    '{"mood":"grim"}',
    'configuration FILE: key "mood": "grim" should be one of calm, glad',
  ],
];
for (const [sentence, content, says] of configurations) {
  Deno.test(`a configuration that ${sentence} is refused by name`, async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = `${directory}/greet.json`;
      if (content !== undefined) await Deno.writeTextFile(path, content);
      const said = await transcript("greet", { args: ["--config", path] });
      const start = `! error: ${says.replace("FILE", path)}`;
      assert.equal(said.slice(0, start.length), start);
      assert.match(said, /= 2\n$/);
    });
  });
}

Deno.test("a default configuration that cannot be read is an error, not taken as absent", async () => {
  await inTemporaryDirectory(async (directory) => {
    const said = await transcript("greet", { env: { GREET_CONFIG: directory } });
    assert(said.startsWith(`! error: cannot read configuration ${directory}: `), said);
    assert.match(said, /= 2\n$/);
  });
});

const endings: readonly (readonly [string, string, RegExp])[] = [
  ["a failure ends with 1", "failed", /^! error: cannot greet\n= 1\n$/],
  [
    "a refusal ends with 3 and a hint",
    "refused",
    /^! error: nobody to greet\n! hint: name somebody\n= 3\n$/,
  ],
  [
    "a missing program is named with the remedy",
    "missing-program",
    /^! error: cannot run "no-such-program".*\n! hint: install no-such-program .*\n= 1\n$/,
  ],
  [
    "a failed program is told with its argv, status and words",
    "failing-program",
    /^! error: sh -c echo why >&2; exit 9: exit status 9: why\n= 1\n$/,
  ],
  [
    "a bug shows its stack and ends with 70",
    "bug",
    /^! error: this is a bug in greet [\d.]+\n! error: TypeError: a greeting .*\n! +at [^]+\n= 70\n$/,
  ],
  [
    "an error that nobody awaits is a bug, too",
    "stray",
    /^! error: this is a bug in greet [\d.]+\n! error: TypeError: nobody [^]+\n= 70\n$/,
  ],
  [
    "a command's own exit code is the program's",
    "degraded",
    /^! greeting\n! warning: first line\n! second line\n= 4\n$/,
  ],
];
for (const [sentence, ending, expected] of endings) {
  Deno.test(sentence, async () => {
    assert.match(await transcript("greet", { args: ["--ending", ending] }), expected);
  });
}

Deno.test("a run that fails leaves none of its programs behind", async () => {
  await inTemporaryDirectory(async (directory) => {
    const lifeline = await Lifeline.in(directory);
    const env = { LIFELINE: lifeline.path };
    const child = spawn("greet", { args: ["--ending", "half-failed"], env });
    await lifeline.ends();
    assert.equal((await child.output()).code, 1);
  });
});

for (const [signal, code] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const) {
  Deno.test(`${signal} ends the run with ${code}, and its programs with it`, async () => {
    await inTemporaryDirectory(async (directory) => {
      const lifeline = await Lifeline.in(directory);
      const env = { LIFELINE: lifeline.path };
      const child = spawn("greet", { args: ["--ending", "long-program"], env });
      assert.equal(await lifeline.hears(), "started\n");
      child.kill(signal);
      await lifeline.ends();
      assert.equal((await child.output()).code, code);
    });
  });
}

function shown(values: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ ...greeted, ...values })}\n= 0\n`;
}
