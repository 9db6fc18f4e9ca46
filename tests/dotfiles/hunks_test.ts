import assert from "node:assert/strict";
import fc from "fast-check";
import { type Hunk, splitHunks } from "../../src/dotfiles/hunks.ts";

const lines = fc.array(fc.stringMatching(/^[a-z<>=| ]{0,12}$/), { minLength: 1, maxLength: 4 })
  .map((all) => all.join("\n") + "\n");
const plain = { noNullPrototype: true };
const hunks: fc.Arbitrary<readonly Hunk[]> = fc.array(
  fc.tuple(
    fc.record({ kind: fc.constant("agreed" as const), text: lines }, plain),
    fc.record(
      { kind: fc.constant("collision" as const), ours: lines, base: lines, theirs: lines },
      plain,
    ),
  ),
).map((pairs) => pairs.flat());

function withMarkers(all: readonly Hunk[], size: number): string {
  const mark = (sign: string): string => `${sign.repeat(size)} label\n`;
  return all.map((hunk) =>
    hunk.kind === "agreed" ? hunk.text : mark("<") + hunk.ours + mark("|") + hunk.base +
      `${"=".repeat(size)}\n` + hunk.theirs + mark(">")
  ).join("");
}

Deno.test("a text with markers splits into the hunks it was made of", () => {
  fc.assert(fc.property(hunks, (all) => {
    assert.deepEqual(splitHunks(withMarkers(all, 40), 40), all);
  }));
});

Deno.test("shorter markers are text: a dotfile may be about conflicts", () => {
  const text = "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n";
  assert.deepEqual(splitHunks(text, 40), [{ kind: "agreed", text }]);
});
