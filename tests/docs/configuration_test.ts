/** docs/configuration.md names what the programs read, and its examples are read by them. */
import assert from "node:assert/strict";
import { commands } from "../../src/build/commands.ts";
import { ExitCode } from "../../src/cli/exit_code.ts";
import { parseConfig } from "../../src/cli/options.ts";
import { modulesOf, readGraph } from "../support/module_graph.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";
import { everySection } from "./follow.ts";
import { readPage } from "./page.ts";
import { atUpgrades } from "./readers.ts";

const path = "docs/configuration.md";
const text = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
const files = Map.groupBy(commands, ({ config }) => config.path);

/** The cells of the table below a row of headings. */
function table(...heads: readonly string[]): readonly (readonly string[])[] {
  const lines = text.split("\n").map((line) => line.split("|").slice(1, -1).map((it) => it.trim()));
  const start = lines.findIndex((cells) => heads.every((head, at) => cells[at] === head));
  assert(start >= 0, `a table of ${heads.join(", ")}`);
  const end = lines.findIndex((cells, at) => at > start && cells.length === 0);
  return lines.slice(start + 2, end);
}

/** The words of a cell that are code. */
function named(cell = ""): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

await everySection("docs/configuration.md", {
  "What is checked when": async (follow) => {
    await using b = await UpgradeHost.create();
    const reader = await atUpgrades(b);
    for (let block = 0; block < 3; block++) await follow(reader);
    assert.deepEqual(await b.told("calls"), []);
  },
});

Deno.test(`${path}: every file has its row, with exactly the programs that read it`, () => {
  const rows = table("file", "read by").map(([file = "", programs]) => [
    `/etc/holdfast/${/^\[([^\]]+)\]/.exec(file)?.[1]}`,
    [...named(programs)].sort(),
  ]);
  const read = [...files].map(([path, its]) => [path, its.map(({ name }) => name).sort()]);
  assert.deepEqual(rows.sort(), read.sort());
});

Deno.test(`${path}: options of NixOS that are named exist, and those of a file have its name`, async () => {
  const options = await Deno.readTextFile(
    new URL("../../docs/reference/nixos-options.md", import.meta.url),
  );
  const modules = table("file", "read by").flatMap(([, , cell]) => named(cell));
  assert.equal(modules.length, 5);
  for (const module of modules) assert(options.includes(`\n## myModules.${module}\n`), module);
});

for (const [config, readers] of files) {
  const file = config.slice(config.lastIndexOf("/") + 1);
  Deno.test(`${path}: ${file}: its example is read by each program that reads the file`, async () => {
    const section = (await readPage(path)).find(({ title }) => title === file);
    const examples = section?.blocks.filter(({ language }) => language === "json") ?? [];
    assert.equal(examples.length, 1, "one example");
    for (const { text } of examples) {
      for (const { name, config } of readers) {
        const given = parseConfig(text, name, config.options);
        assert.deepEqual(Object.keys(given), Object.keys(JSON.parse(text)), name);
      }
    }
  });
}

Deno.test(`${path}: the variables are those that the sources of each program read`, async () => {
  const rows = table("variable", "counts for").flatMap(([variables, programs = ""]) =>
    named(variables).map((name) => [name, programs] as const)
  );
  const graph = await readGraph();
  const read = new Map<string, string[]>();
  for (const { name } of commands) {
    const sources = [...modulesOf(graph, name).values()].join("\n");
    // Of whose name commits are, the variable is an argument.
    const pattern = /\benvironment\(\s*"(\w+)"|"(JJ_\w+)"/g;
    for (const [, plain, given] of sources.matchAll(pattern)) {
      const variable = plain ?? given ?? "";
      read.set(variable, [...new Set([...read.get(variable) ?? [], name])]);
    }
  }
  assert.deepEqual(rows.map(([name]) => name).sort(), [...read.keys()].sort());
  for (const [variable, programs] of rows) {
    const all = commands.map(({ name }) => name);
    const isAll = programs === "all";
    const meant = named(programs).flatMap((word) =>
      all.filter((name) => word.endsWith("*") ? name.startsWith(word.slice(0, -1)) : name === word)
    );
    // What our programs run is found on PATH whether or not we read it.
    if (variable === "PATH") assert(isAll);
    else assert.deepEqual(isAll ? all : meant, read.get(variable), variable);
  }
});

Deno.test(`${path}: what commands of the configuration are told is set, and nothing else`, async () => {
  const graph = await readGraph();
  const set = [...graph.texts.values()].flatMap((source) =>
    [...source.matchAll(/^ +(?:env: \{ )?(HOLDFAST_\w+):/gm)].map(([, name]) => name)
  );
  const told = [...new Set(text.match(/HOLDFAST_\w+/g))];
  assert.deepEqual([...told].sort(), set.sort());
});

Deno.test(`${path}: the exit codes are all there are, and each program has its own`, () => {
  const codes = table("exit", "meaning").map(([code]) => Number(code));
  assert.deepEqual(codes, Object.values(ExitCode));
  const shared: readonly number[] = [
    ...[ExitCode.done, ExitCode.failed, ExitCode.usage],
    ...[ExitCode.interrupted, ExitCode.terminated],
  ];
  const rows = table("program", "exits").flatMap(([programs, exits = ""]) =>
    named(programs).map((name) => [name, exits])
  );
  const own = commands.map(({ name, exits }) => [
    name,
    exits.map(([code]) => code).filter((code) => !shared.includes(code)).join(", "),
  ]).filter(([, exits]) => exits !== "");
  assert.deepEqual(rows.sort(), own.sort());
});
