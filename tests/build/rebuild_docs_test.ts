/** docs/rebuild-smart.md names what the program has: its phases, keys, flags and recipes. */
import assert from "node:assert/strict";
import { commonOptions } from "../../src/cli/command.ts";
import { flagOf, parseConfig } from "../../src/cli/options.ts";
import { phasesOf } from "../../src/rebuild/phases.ts";
import { rebuildSmart } from "../../src/rebuild/rebuild.ts";

const page = await Deno.readTextFile(new URL("../../docs/rebuild-smart.md", import.meta.url));
const recipes = await Deno.readTextFile(
  new URL("../../nix/rebuild-smart.just", import.meta.url),
);
const { options, config } = rebuildSmart;

Deno.test("the phases are the program's, and those that end a run are", () => {
  const table = page.split("## ").find((section) => section.startsWith("The phases")) ?? "";
  const rows = table.split("\n").filter((line) => line.startsWith("| ")).slice(2)
    .map((line) => line.split("|").map((cell) => cell.trim()));
  assert.deepEqual(
    rows.map(([, name, , failing = ""]) => [name, failing.startsWith("**ends the run**")]),
    phasesOf({ interactive: false }).map(({ name, isFatal }) => [name, isFatal === true]),
  );
});

Deno.test("the example of a configuration is one", () => {
  const example = /^ {4}\{\n(?: {6}.*\n)+ {4}\}$/m.exec(page)?.[0] ?? "";
  const given = parseConfig(example, "the example", config.options);
  assert.equal(Object.keys(given).length, 10);
});

Deno.test("every flag that is named exists", () => {
  const flags = Object.entries({ ...options, ...commonOptions })
    .map(([key, option]) => flagOf(key, option));
  const others = ["--rebase"];
  const named = page.match(/(?<=[ `])--[a-z][a-z-]*/g) ?? [];
  assert(named.length > 10);
  assert.deepEqual(named.filter((flag) => ![...flags, ...others].includes(flag)), []);
});

Deno.test("every recipe is named", () => {
  const names = [...recipes.matchAll(/^(rebuild-smart\S*) \*/gm)].map(([, name]) => name);
  const named = [...page.matchAll(/^ {4}just (rebuild-smart\S*)/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), names.sort());
});
