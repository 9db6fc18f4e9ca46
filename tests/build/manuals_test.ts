import assert from "node:assert/strict";
import { commands } from "../../src/build/commands.ts";
import { manuals } from "../../src/build/manuals.ts";
import { commonOptions } from "../../src/cli/command.ts";
import { flagOf } from "../../src/cli/options.ts";
import { decoded, output } from "../support/processes.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";

const files = manuals();

function file(path: string): string {
  const text = files.get(path);
  assert.ok(text !== undefined, path);
  return text;
}

Deno.test("every program of bin/ but the one of all names has a manual page and completions", () => {
  const programs = [...Deno.readDirSync(new URL("../../bin", import.meta.url))]
    .map(({ name }) => name.replace(/\.ts$/, "")).filter((name) => name !== "holdfast");
  const paths = programs.flatMap((name) => [
    `man/man1/${name}.1`,
    `bash-completion/completions/${name}`,
    `zsh/site-functions/_${name}`,
    `fish/vendor_completions.d/${name}.fish`,
  ]);
  assert.deepEqual([...files.keys()].sort(), paths.sort());
});

Deno.test("a manual page has all sections, and every line is a known macro or text", () => {
  for (const { name } of commands) {
    const lines = file(`man/man1/${name}.1`).trimEnd().split("\n");
    assert.match(lines[0] ?? "", /^\.TH [A-Z\\-]+ 1 \d{4}-\d\d-\d\d "holdfast [\d.]+"$/);
    const sections = lines.filter((line) => line.startsWith(".SH")).map((line) => line.slice(4));
    const expected = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "FILES"];
    assert.deepEqual(sections.slice(0, 6), expected, name);
    for (const line of lines) {
      assert.doesNotMatch(line, /[^\x20-\x7e]|^'|^$/, `${name}: ${line}`);
      if (line.startsWith(".")) assert.match(line, /^\.(TH|SH|TP|PP|RS|RE|BR)\b/, line);
      // A bare hyphen is set as a dash in print; one that is typed has to stay what it is.
      assert.doesNotMatch(line.replace(/^\.TH.*/, ""), /(?<!\\)-/, `${name}: ${line}`);
    }
  }
});

Deno.test("page and completions know every flag of a program, and no other", () => {
  for (const { name, options } of commands) {
    const flags = Object.entries({ ...options, ...commonOptions })
      .filter(([, option]) => option.configOnly !== true).map(([key, option]) =>
        flagOf(key, option)
      );
    const told = [...file(`man/man1/${name}.1`).matchAll(/^\\fB(\\-\\-[a-z\\-]+?)\\fR/gm)]
      .map((match) => match[1]?.replaceAll("\\", ""));
    assert.deepEqual(told, flags, name);
    const inFish = [...file(`fish/vendor_completions.d/${name}.fish`).matchAll(/ -l ([a-z-]+)/g)]
      .map((match) => `--${match[1]}`);
    assert.deepEqual(inFish, flags, name);
    const inZsh = [...file(`zsh/site-functions/_${name}`).matchAll(/^ {2}'(--[a-z-]+)/gm)]
      .map((match) => match[1]);
    assert.deepEqual(inZsh, flags, name);
  }
});

/** What bash itself completes a command line to, whose last word is unfinished. */
async function completed(...words: string[]): Promise<string[]> {
  let said = "";
  await inTemporaryDirectory(async (directory) => {
    const name = words[0] ?? "";
    await Deno.mkdir(`${directory}/a directory`);
    await Deno.writeTextFile(`${directory}/a file`, "");
    await Deno.writeTextFile(
      `${directory}/completion`,
      file(`bash-completion/completions/${name}`),
    );
    const script = `source ./completion
compopt() { :; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
$(complete -p "$1" | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
(($\{#COMPREPLY[@]} == 0)) || printf '%s\\n' "$\{COMPREPLY[@]}"`;
    const argv = ["bash", "--norc", "-c", script, "bash", ...words];
    const { status, stdout, stderr } = decoded(await output(argv, { cwd: directory }));
    assert.equal(`${status} ${stderr}`, "0 ");
    said = stdout;
  });
  return said.split("\n").filter((line) => line !== "");
}

const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["a flag", ["chezmoi-sync", "--on"], ["--on-conflict"]],
  ["one word of a few", ["chezmoi-sync", "--on-conflict", "prefer-r"], ["prefer-remote"]],
  ["a value after an equals sign", ["chezmoi-sync", "--on-conflict", "=", "pa"], ["park"]],
  ["all values right after one", ["auto-upgrade", "--action", "="], ["switch", "boot", "test"]],
  ["directories only", ["chezmoi-sync", "--source", "a"], ["a directory"]],
  ["files", ["chezmoi-sync", "--config", "a "], ["a directory", "a file"]],
  ["files as operands", ["chezmoi-resolve", "a f"], ["a file"]],
  ["no operand where there is none", ["chezmoi-sync", "a"], []],
  ["nothing for a name only a person knows", ["chezmoi-sync", "--host", "a"], []],
  ["words but no name for a choice with one", ["chezmoi-resolve", "--take", ""], [
    "local",
    "remote",
    "union",
  ]],
];

for (const [what, words, expected] of cases) {
  Deno.test(`bash completes ${what}`, async () => {
    assert.deepEqual((await completed(...words)).sort(), [...expected].sort());
  });
}

Deno.test("bash reads every completion", async () => {
  for (const { name } of commands) {
    const argv = ["bash", "-n"];
    const stdin = file(`bash-completion/completions/${name}`);
    const { status, stderr } = decoded(await output(argv, { cwd: "/", stdin }));
    assert.equal(`${status} ${stderr}`, "0 ", name);
  }
});
