import assert from "node:assert/strict";
import { referencePages } from "../../src/build/reference.ts";

for (const [name, page] of referencePages()) {
  Deno.test(`docs/reference/${name} is what the program's own records say`, async () => {
    const path = new URL(`../../docs/reference/${name}`, import.meta.url);
    assert.equal(await Deno.readTextFile(path), page, "run `deno task docs`");
  });
}
