import assert from "node:assert/strict";
import { record, recording } from "./record.ts";

Deno.test("the recorded session is what the programs say today", async () => {
  const message = "run `deno task record`, and read what changed";
  assert.equal(await record(), await Deno.readTextFile(recording), message);
});
