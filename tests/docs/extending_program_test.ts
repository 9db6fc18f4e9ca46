/** docs/extending.md: a whole new program, and each test that asks for it until all places know it. */
import assert from "node:assert/strict";
import { CheckoutCopy } from "./checkout_copy.ts";
import { readPage } from "./page.ts";

const path = "docs/extending.md";

Deno.test(`${path}: a program, and the tests that fail until each place knows it`, async () => {
  const section = (await readPage(path)).find(({ title }) => title === "A program");
  assert(section !== undefined);
  const { blocks } = section;
  await using copy = await CheckoutCopy.create();
  await copy.change({ ...section, blocks: blocks.filter(({ language }) => language === "ts") });
  const fail = async (...tests: string[]): Promise<void> => {
    for (const test of tests) assert.equal(await copy.succeeds(test), false, `${test} succeeds`);
  };
  await fail(
    "tests/cli/multicall_test.ts",
    "tests/build/permissions_test.ts",
    "tests/build/manuals_test.ts",
  );
  await copy.change({ ...section, blocks: blocks.filter(({ language }) => language === "diff") });
  await fail("tests/build/reference_test.ts");
  assert.equal(await copy.succeeds("tests/docs/configuration_test.ts", "its row"), false);
  assert.equal((await copy.deno("task", "docs")).status, 0);
  const tests = [
    ...["tests/cli/multicall_test.ts", "tests/cli/exits_test.ts", "tests/layers_test.ts"],
    ...["tests/build/permissions_test.ts", "tests/build/manuals_test.ts"],
    "tests/build/reference_test.ts",
  ];
  for (const test of tests) assert(await copy.succeeds(test), `${test} fails`);
  const argv = copy.argv("show-quarantine").slice(1);
  const shown = await copy.deno(...argv, "--state-dir", `${copy.root}/none`);
  assert.deepEqual([shown.status, shown.stdout], [0, "no commit is quarantined\n"]);
});

Deno.test(`${path}: every test that it names is there`, async () => {
  const text = await Deno.readTextFile(new URL(`../../${path}`, import.meta.url));
  const named = new Set(text.match(/tests\/[\w/]+\.ts/g));
  assert(named.size > 6);
  for (const test of named) await Deno.stat(new URL(`../../${test}`, import.meta.url));
});
