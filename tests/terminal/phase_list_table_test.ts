import assert from "node:assert/strict";
import { displayWidth } from "../../src/terminal/display_width.ts";
import { tableLines } from "../../src/terminal/summary_table.ts";

const store = `/nix/store/${"0123456789abcdfghijklmnpqrsvwxyz"}-nixos-system-host`;
const rows = [
  ["Result", "the system was built, activated and found well after two minutes"],
  ["Größe 世界", "12  MB"],
  ["System", `${store} is the one\nand only`],
  ["Nothing", ""],
] as const;

const tables: Readonly<Record<number, string>> = {
  0: `Result      the system was built, activated and found well after two minutes
Größe 世界  12  MB
System      ${store} is the one
            and only
Nothing`,
  20: `Result
  the system was
  built, activated
  and found well
  after two minutes
Größe 世界
  12  MB
System
  ${store}
  is the one
  and only
Nothing`,
  40: `Result      the system was built,
            activated and found well
            after two minutes
Größe 世界  12  MB
System      ${store}
            is the one
            and only
Nothing`,
};

for (const width of [0, 20, 40, 200]) {
  Deno.test(`a table of ${width} columns`, () => {
    const lines = tableLines(rows, width);
    assert.equal(lines.join("\n"), tables[width] ?? tables[0]);
    for (const line of lines) {
      assert(width === 0 || displayWidth(line) <= width || line.includes(store));
    }
  });
}

Deno.test("a table spells control characters out", () => {
  assert.deepEqual(tableLines([["a\nb", "\x1b[2Jc\td"]], 80), ["a b  \\x1b[2Jc d"]);
  assert.deepEqual(tableLines([], 80), []);
});
