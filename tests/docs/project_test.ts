/** CONTRIBUTING.md and CHANGELOG.md speak of this repository as it is. */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { commands } from "../../src/build/commands.ts";
import { readGraph } from "../support/module_graph.ts";
import { scenarios } from "../vm/scenarios.ts";

const root = new URL("../../", import.meta.url);
const [contributing, changelog] = await Promise.all(
  ["CONTRIBUTING.md", "CHANGELOG.md"].map((path) => Deno.readTextFile(new URL(path, root))),
) as [string, string];

Deno.test("CHANGELOG.md has this version, and a line for each program and for no other", () => {
  assert(changelog.includes(`\n## [Unreleased] ${manifest.version}\n`));
  const added = /\n### Added\n([^]*?)\n### /.exec(changelog)?.[1] ?? "";
  const items = added.split(/^- /m).slice(1);
  const named = items.flatMap((item) => [...item.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)])
    .map(([, name]) => name);
  assert.deepEqual(named.sort(), commands.map(({ name }) => name).sort());
});

Deno.test("CONTRIBUTING.md names files, tests, scenarios and functions that are there", async () => {
  const code = [...contributing.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
  const paths = code.flatMap((text) => text.match(/\b(?:tests|src)\/[\w/]+(?:\.ts)?/g) ?? []);
  assert(paths.length > 8);
  for (const path of paths) await Deno.stat(new URL(path, root));
  const areas = ["golden", "config", "upgrade", "rebuild"].map((area) => `tests/${area}`);
  for (const area of areas) {
    assert(paths.includes(area));
    await Deno.stat(new URL(`${area}/flaws_test.ts`, root));
    await Deno.stat(new URL(`${area}/kill_test.ts`, root));
  }
  const [, scenario = ""] = /test:vm ([a-z-]+)/.exec(contributing) ?? [];
  assert(Object.hasOwn(scenarios, scenario), scenario);
  const { texts } = await readGraph();
  assert(texts.get("src/host/files.ts")?.includes("function writeDurably("));
});

Deno.test("CONTRIBUTING.md: a test that is named is there, and what keeps hosts does", async () => {
  const [, file = "", filter = ""] =
    /deno task test (\S+)`; one test of it: `--filter "([^"]+)"/.exec(contributing) ?? [];
  assert((await Deno.readTextFile(new URL(file, root))).includes(`Deno.test("${filter}`));
  const sandbox = await Deno.readTextFile(new URL("tests/support/sandbox.ts", root));
  assert(contributing.includes("`HOLDFAST_KEEP=1`") && sandbox.includes('"HOLDFAST_KEEP"'));
  const [, version] = /npx -y deno@([\d.]+) task ok/.exec(contributing) ?? [];
  const readme = await Deno.readTextFile(new URL("README.md", root));
  assert(readme.includes(`npx -y deno@${version} task test`));
});
