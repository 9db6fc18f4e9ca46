/** What documents say of other documents and of our programs' options is so. */
import assert from "node:assert/strict";
import { commands } from "../../src/build/commands.ts";
import { commonOptions } from "../../src/cli/command.ts";
import { flagOf } from "../../src/cli/options.ts";
import manifest from "../../deno.json" with { type: "json" };
import { isRun } from "./follow.ts";
import { parsePage } from "./page.ts";

const root = new URL("../..", import.meta.url);

const flags = new Map(commands.map(({ name, options }) => [
  name,
  Object.entries({ ...options, ...commonOptions }).filter(([, it]) => it.configOnly !== true)
    .map(([key, option]) => flagOf(key, option)),
]));

/** What a link of a document leads to, or why it leads nowhere. */
async function deadLinks(path: string, text: string): Promise<readonly string[]> {
  const prose = text.replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`\n]*`/g, "");
  const dead: string[] = [];
  for (const [, target = ""] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [file = "", anchor] = target.split("#");
    const url = file === "" ? new URL(path, root) : new URL(file, new URL(path, root));
    const stat = await Deno.stat(url).catch(() => undefined);
    if (stat === undefined) dead.push(`${target}: no such file`);
    else if (anchor !== undefined) {
      const anchors = parsePage(await Deno.readTextFile(url)).map((it) => it.anchor);
      if (!anchors.includes(anchor)) dead.push(`${target}: no such heading`);
    }
  }
  return dead;
}

/** Flags that stand behind a program of ours, in code, and that it does not have. */
function unknownFlags(text: string): readonly string[] {
  const fenced = [...text.matchAll(/^```\w*\n(.*?)^```/gms)].map(([, code = ""]) => code);
  const prose = text.replaceAll(/^```.*?^```/gms, "");
  const indented = prose.match(/^ {4}.*$/gm) ?? [];
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
  const lines = [...fenced, ...indented, ...spans].flatMap((code) =>
    code.replaceAll("\\\n", " ").split("\n")
  );
  return lines.flatMap((line) => {
    const calls = line.replace(/(^|\s)#.*$/, "").split(/[|;&()]/);
    return calls.flatMap((call) => {
      const words = call.split(/\s+/).map((word) => word.replaceAll(/["']/g, ""));
      const at = words.findIndex((word) => flags.has(word.replace(/^.*\//, "")));
      const known = flags.get(words[at]?.replace(/^.*\//, "") ?? "") ?? [];
      return words.slice(at + 1).filter((word) =>
        at >= 0 && /^--[a-z]/.test(word) && !known.includes(word.replace(/[=,].*$/, ""))
      ).map((word) => `${words[at]} ${word}`);
    });
  });
}

/** Tasks that are named and do not exist. */
function unknownTasks(text: string): readonly string[] {
  const named = [...text.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z:-]+)/g)].map(([, name = ""]) =>
    name
  );
  return named.filter((name) => !Object.hasOwn(manifest.tasks, name));
}

/**
 * Tests of this folder, which name the documents and chapters they follow. One that does not wait
 * for its sections to be read registers no test.
 */
const tests = (await Promise.all(
  (await Array.fromAsync(Deno.readDir(new URL(".", import.meta.url))))
    .filter(({ name }) => name.endsWith("_test.ts"))
    .map(({ name }) => Deno.readTextFile(new URL(name, import.meta.url))),
)).join("\n");

/** Chapters with commands that no test follows: what is not awaited is not there in time to be run. */
function unfollowed(path: string, text: string): readonly string[] {
  if (tests.includes(`\nawait everySection("${path}", {`)) return [];
  const chapters = parsePage(text).filter((it) => it.blocks.some(isRun)).map((it) => it.chapter);
  const isFollowed = (chapter: string): boolean =>
    tests.includes(`\nawait everySection("${path}", scenes, "${chapter}")`);
  return [...new Set(chapters)].filter((chapter) => !isFollowed(chapter));
}

async function* documents(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(directory || ".", root))) {
    if (isDirectory && directory !== "") yield* documents(`${directory}${name}/`);
    else if (name.endsWith(".md")) yield `${directory}${name}`;
  }
}

const paths = [
  ...await Array.fromAsync(documents("")),
  ...await Array.fromAsync(documents("docs/")),
];

for (const path of paths.sort()) {
  Deno.test(`${path}: links lead somewhere, options and tasks exist, commands are tested`, async () => {
    const text = await Deno.readTextFile(new URL(path, root));
    assert.deepEqual(await deadLinks(path, text), []);
    assert.deepEqual(unknownFlags(text), []);
    assert.deepEqual(unknownTasks(text), []);
    assert.deepEqual(unfollowed(path, text), []);
  });
}

Deno.test("a link that leads nowhere is found", async () => {
  const text = "[a](docs/none.md) [b](README.md#none) [c](README.md) [d](#none) `[e](none.md)`";
  assert.deepEqual(await deadLinks("README.md", text), [
    "docs/none.md: no such file",
    "README.md#none: no such heading",
    "#none: no such heading",
  ]);
});

Deno.test("an option that does not exist is found", () => {
  const text = "`chezmoi-sync --no-such` and `dist/pin-golden --path X --nothing=1`\n\n" +
    "    sudo host-status --html F --hmtl  # --no\n\n" +
    "```sh\nchezmoi-status --json \\\n  --bad | jq --raw\n```\n";
  assert.deepEqual(unknownFlags(text), [
    "chezmoi-status --bad",
    "host-status --hmtl",
    "chezmoi-sync --no-such",
    "dist/pin-golden --nothing=1",
  ]);
});

Deno.test("a task that does not exist is found, and a chapter that is not followed", () => {
  const text = "`npx -y deno@2.9.6 task tset`, `deno task ok`\n## A\n```sh\ntrue\n```\n";
  assert.deepEqual(unknownTasks(text), ["tset"]);
  assert.deepEqual(unfollowed("docs/none.md", text), ["A"]);
});

Deno.test("docs/recovery-procedures.md: each procedure is in its index", async () => {
  const text = await Deno.readTextFile(new URL("docs/recovery-procedures.md", root));
  const [index = ""] = text.split("\n## ");
  const links = [...index.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  const sections = parsePage(text).filter(({ chapter }) => chapter !== "");
  assert.deepEqual(links, sections.map(({ anchor }) => anchor));
});
