/** What programs say of how they end, held against the sources that they are made of. */
import assert from "node:assert/strict";
import { commands } from "../../src/build/commands.ts";
import { ExitCode } from "../../src/cli/exit_code.ts";
import { modulesOf, readGraph } from "../support/module_graph.ts";

const root = new URL("../../", import.meta.url);

/** What the modules that a program loads could end with, and why this program never does. */
const never: Readonly<Record<string, Partial<Record<keyof typeof ExitCode, string>>>> = {
  "chezmoi-status": { needsPerson: "it merges nothing, and clones nothing" },
  "golden-boot-check": { needsPerson: "only a mark is refused" },
  "golden-boot-validate": { needsPerson: "only a mark is refused" },
  "golden-mark-pending": {
    rolledBack: "only a boot is rolled back",
    rollbackFailed: "the same",
  },
  "pin-golden": {
    needsPerson: "only a mark is refused",
    rolledBack: "only a boot is rolled back",
    rollbackFailed: "the same",
  },
};

/** Failures that have no hint: their message as the source has it, the document and words that tell of it. */
const toldInDocuments: readonly (readonly [string, string, string])[] = [
  ["`the build failed: ", "docs/rebuild-smart.md", "| `the build failed`"],
  ['"the build was stopped"', "docs/rebuild-smart.md", "| Ctrl-C"],
  ['`stopped before the step "', "docs/rebuild-smart.md", "| Ctrl-C"],
  ["failed)", "docs/config-repo.md", "| `rolled-back: …`"],
  ["`it cannot go live: ", "docs/config-repo.md", "| `rolled-back: …`"],
  ["`it cannot be booted: ", "docs/config-repo.md", "| `rolled-back: …`"],
  ["error.message, { cause: error }", "docs/config-repo.md", "| `rolled-back: …`"],
  ["`it was refused by ", "docs/golden.md", "| `refused: … it was rejected`"],
  ["`units are not well since: ", "docs/rebuild-smart.md", "| `units are not well since: …`"],
  ["`${repo} stays as it is: ", "docs/rebuild-smart.md", "goes on with the secrets that are here"],
  ['"it was declined: nothing went live"', "docs/rebuild-smart.md", "No to Preparation or NixOS"],
  ["`${phase.name} was declined; ", "docs/rebuild-smart.md", "No to Preparation or NixOS"],
];

/** Errors that are told without being thrown and without a hint: as above. */
const errorsInDocuments: readonly (readonly [string, string, string])[] = [
  ["`cannot ${inWords(failure.failed)}: ", "docs/golden.md", "| `cannot …: …`, exit 1 or 6"],
  ["`cannot ${inWords(second.failed)} either`", "docs/golden.md", "| `cannot …: …`, exit 1 or 6"],
  ["`${path} is corrupt (${reason})", "docs/golden.md", "| `… is corrupt: kept as"],
  [
    "`${path} is corrupt (${parsed.reason})",
    "docs/config-repo.md",
    "| `… is corrupt (…): not acted",
  ],
  ["`it is kept as ", "docs/config-repo.md", "| `… is corrupt (…): not acted"],
  ["`it stays: ", "docs/config-repo.md", "| `… is corrupt (…): not acted"],
  // The table that it sums up has what to do.
  ["summaryOf(found)", "docs/sops.md", "do: sudo /run/current-system/activate"],
  ["`${plan.refused.length} of the secrets cannot", "docs/audit.md", "## When it is refused"],
];

const graph = await readGraph();

/** The modules of a program with their texts; how those of the frame end is what the others make of it. */
function sourcesOf(program: string): readonly string[] {
  const frame = ["command", "exit_code", "failure"].map((it) => `src/cli/${it}.ts`);
  return [...modulesOf(graph, program)].filter(([path]) => !frame.includes(path))
    .map(([, text]) => text);
}

for (const { name, exits } of commands) {
  Deno.test(`${name} tells of each exit code that it can end with, and of no other`, () => {
    const told = exits.map(([code]) => code);
    const found = new Set(sourcesOf(name).flatMap(codesIn));
    const excused = Object.keys(never[name] ?? {}) as (keyof typeof ExitCode)[];
    assert.deepEqual(excused.filter((key) => !found.has(key)), [], "nothing to excuse");
    // A wrong option, and a program that is missing or fails, end any of them.
    const all = new Set<keyof typeof ExitCode>([...found, "done", "usage", "failed"]);
    for (const key of excused) all.delete(key);
    const codes = [...all].map((key) => ExitCode[key]);
    const bySignal = (code: number): boolean => code > 128;
    assert.deepEqual(
      told.filter((code) => !bySignal(code)),
      codes.filter((code) => !bySignal(code)).sort((a, b) => a - b),
    );
    for (const code of told.filter(bySignal)) assert(codes.includes(code), `${code}`);
  });
}

Deno.test("a failure that a person may meet has a hint, or a document tells of it", async () => {
  await assertTold(
    toldInDocuments,
    (text) => failuresIn(text).filter((given) => !/\bhint\b/.test(given)),
  );
});

Deno.test("an error that is told without a failure has a hint, or a document tells of it", async () => {
  await assertTold(errorsInDocuments, (text) =>
    [...text.matchAll(/\breport\.error\(/g)]
      .map(({ 0: { length }, index }) => text.slice(index + length))
      .filter((rest) => !/\bhint\(/.test(rest.split(/\n +(?:return|case|throw)\b/)[0] ?? "")));
});

/** Fails when what is found in the sources is not in a table, or the table or its documents are old. */
async function assertTold(
  table: readonly (readonly [string, string, string])[],
  found: (text: string) => readonly string[],
): Promise<void> {
  const silent: string[] = [];
  const used = new Set<string>();
  for (const [path, text] of graph.texts) {
    // These pass on what others say.
    const isFrame = /^src\/(cli\/(command|failure|multicall|report)\.ts|terminal\/)/.test(path);
    if (!path.startsWith("src/") || isFrame) continue;
    for (const given of found(text)) {
      const row = table.find(([message]) => given.startsWith(message));
      if (row === undefined) silent.push(`${path}: ${given.slice(0, 100)}`);
      else used.add(row[0]);
    }
  }
  assert.deepEqual(silent, []);
  assert.deepEqual(table.map(([message]) => message).filter((it) => !used.has(it)), []);
  for (const [, path, words] of table) {
    const page = await Deno.readTextFile(new URL(path, root));
    assert(page.includes(words), `${path} has no '${words}'`);
  }
}

Deno.test("what ends a program is seen in its sources, and what only tells of it is not", () => {
  const text = `exits: [
    [ExitCode.degraded, "x"],
  ],
  // ExitCode.busy
  throw refusal("x", "y"); return ExitCode.rolledBack; new Failure("a (b", { hint: f(")") }) `;
  assert.deepEqual(codesIn(text).sort(), ["failed", "needsPerson", "rolledBack"]);
  assert.deepEqual(failuresIn(text), ['"a (b", { hint: f(")") })']);
  assert.deepEqual(codesIn("heldFailure(x) + usageFailure(y)"), ["busy", "usage"]);
});

/** The exit codes that a module names or that its failures have. */
function codesIn(text: string): (keyof typeof ExitCode)[] {
  const code = text
    .replace(/^ *exits: \[\n.*?\n {2}\],$/ms, "")
    .replaceAll(/\/\*[^]*?\*\//g, "")
    .replaceAll(/(^|\s)\/\/.*/gm, "");
  const named = [...code.matchAll(/\bExitCode\.(\w+)/g)].map(([, key]) =>
    key as keyof typeof ExitCode
  );
  return [
    ...named,
    ...(/\b(busy|held)Failure\(/.test(code) ? ["busy" as const] : []),
    ...(/\busageFailure\(/.test(code) ? ["usage" as const] : []),
    ...(/\brefusal\(/.test(code) ? ["needsPerson" as const] : []),
    ...(/\bnew Failure\(/.test(code) ? ["failed" as const] : []),
  ];
}

/** What each `new Failure(` of a module is given, up to its closing parenthesis. */
function failuresIn(text: string): readonly string[] {
  return [...text.matchAll(/\bnew Failure\(\s*/g)].map(({ 0: { length }, index }) => {
    const given = text.slice(index + length);
    // Of texts only the parentheses outside of `${}` could mislead.
    const blank = given.replaceAll(/"[^"\n]*"/g, (quoted) => " ".repeat(quoted.length));
    let open = 1;
    for (let at = 0; at < blank.length; at++) {
      if (blank[at] === "(") open++;
      if (blank[at] === ")" && --open === 0) return given.slice(0, at + 1);
    }
    assert.fail(`never closed: ${given.slice(0, 80)}`);
  });
}
