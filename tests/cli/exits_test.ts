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
  const silent: string[] = [];
  const used = new Set<string>();
  for (const [path, text] of graph.texts) {
    if (!path.startsWith("src/") || path === "src/cli/failure.ts") continue;
    for (const given of failuresIn(text)) {
      if (/\bhint\b/.test(given)) continue;
      const row = toldInDocuments.find(([message]) => given.startsWith(message));
      if (row === undefined) silent.push(`${path}: ${given}`);
      else used.add(row[0]);
    }
  }
  assert.deepEqual(silent, []);
  assert.deepEqual(toldInDocuments.map(([message]) => message).filter((it) => !used.has(it)), []);
  for (const [, path, words] of toldInDocuments) {
    const page = await Deno.readTextFile(new URL(path, root));
    assert(page.includes(words), `${path} has no '${words}'`);
  }
});

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
