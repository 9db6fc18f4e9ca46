import assert from "node:assert/strict";
import { CheckoutCopy } from "./checkout_copy.ts";

Deno.test("flaw: ten tests that succeed passed for none", async () => {
  await using copy = await CheckoutCopy.create();
  const test = "tests/made_test.ts";
  const many = "for (let at = 0; at < 10; at++) Deno.test(`made ${at}`, () => {});\n";
  await Deno.writeTextFile(`${copy.root}/${test}`, many);
  assert.equal(await copy.succeeds(test), true);
  await assert.rejects(copy.succeeds(test, "no such name"));
});
