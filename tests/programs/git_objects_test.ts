import assert from "node:assert/strict";
import { parseIntroduced, readObjects } from "../../src/programs/git_objects.ts";
import { Repository } from "../secrets/repository.ts";

const [none, one, two, three] = ["0", "1", "2", "3"].map((digit) => digit.repeat(40));
const commit = "c".repeat(40);

/** What git prints of a commit, and the files it brings: path, blob, and the blobs before. */
const rows: Readonly<Record<string, readonly [records: readonly string[], expected: unknown[]]>> = {
  "a new file": [[`:000000 100644 ${none} ${one} A`, "a"], [["a", one, []]]],
  "a changed file": [[`:100644 100755 ${one} ${two} M`, "a"], [["a", two, [one]]]],
  "a removed file brings nothing": [[`:100644 000000 ${one} ${none} D`, "a"], []],
  "a file that may have been moved": [
    [`:000000 100644 ${none} ${two} A`, "a", `:100644 000000 ${one} ${none} D`, "b"],
    [["a", two, [one]]],
  ],
  "a submodule is left out": [[`:000000 160000 ${none} ${one} A`, "a"], []],
  "a submodule that becomes a file has no blob before": [
    [`:160000 100644 ${one} ${two} T`, "a"],
    [["a", two, []]],
  ],
  "a merge that changed what both had": [
    [`::100644 100644 100644 ${one} ${two} ${three} MM`, "a"],
    [["a", three, [one, two]]],
  ],
  "a merge that has what neither had": [
    [`::000000 000000 100644 ${none} ${none} ${one} AA`, "a"],
    [["a", one, []]],
  ],
  "a path that looks like a record": [
    [`:000000 100644 ${none} ${one} A`, ":100644 100644"],
    [[":100644 100644", one, []]],
  ],
};

for (const [what, [records, expected]] of Object.entries(rows)) {
  Deno.test(`what a commit brings is read: ${what}`, () => {
    const files = parseIntroduced([commit, ...records, ""].join("\0"));
    assert.deepEqual(files.map(({ path, blob, before }) => [path, blob, [...before]]), expected);
    assert.ok(files.every((file) => file.commit === commit));
  });
}

Deno.test("a path and blob is named once, with the first commit", () => {
  const listed = [
    commit,
    `:000000 100644 ${none} ${one} A`,
    "a",
    two,
    `:000000 100644 ${none} ${one} A`,
    "a",
    "",
  ];
  assert.deepEqual(parseIntroduced(listed.join("\0")).map((file) => file.commit), [commit]);
});

Deno.test("objects are read in batches, byte for byte, in order", async () => {
  await using it = await Repository.create();
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const texts = ["", "\n", "a\nb", "x".repeat(100), new TextDecoder("latin1").decode(bytes)];
  await it.commit(Object.fromEntries(texts.map((text, at) => [`file-${at}`, text])));
  const ids = (await it.git.plumbing(["ls-tree", "-r", "HEAD", "--format=%(objectname)"])).trim()
    .split("\n");
  const missing = "f".repeat(40);
  for (const batch of [1, 50, 1_000_000]) {
    const read = await Array.fromAsync(readObjects(it.git, [...ids, missing], 150, batch));
    const told = new Map(
      read.map((
        { id, content },
      ) => [id, typeof content === "string" ? content : new TextDecoder().decode(content)]),
    );
    const expected = [...texts.slice(0, 4), "too-large", "missing"];
    assert.deepEqual([...ids, missing].map((id) => told.get(id)), expected);
  }
  assert.deepEqual(await Array.fromAsync(readObjects(it.git, [], 1)), []);
});
