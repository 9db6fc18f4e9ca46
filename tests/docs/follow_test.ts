/** A document that is wrong has to fail. */
import assert from "node:assert/strict";
import { decoded, output } from "../support/processes.ts";
import { type Follow, followed, type Reader } from "./follow.ts";
import { parsePage, type Section } from "./page.ts";

const reader: Reader = {
  run: async (argv) =>
    decoded(await output(argv, { cwd: "/", env: { PATH: Deno.env.get("PATH") ?? "" } })),
};

function section(...blocks: readonly string[]): Section {
  return parsePage(`# One\n\n${blocks.join("\n\n")}\n`)[1] as Section;
}

const sh = (text: string): string => "```sh\n" + text + "\n```";
const prints = (text: string): string => "```console\n" + text + "\n```";
const once = async (follow: Follow): Promise<void> => void await follow(reader);

const right: Record<string, Section> = {
  "commands that succeed": section(sh("true\necho a \\\n  b"), prints("a b")),
  "a status that is said": section(sh("(exit 3)   # exit 3")),
  "lines in between, and any text": section(sh("seq 4; echo took 5 s"), prints("2\n4\ntook … s")),
  "a text that is no command": section("```json\n{}\n```", sh("true")),
};

const wrong: Record<string, readonly [Section, RegExp]> = {
  "a command that fails": [section(sh("false\necho on")), /One:4: exit 1/],
  "a command that fails in a pipe": [section(sh("false | cat")), /exit 1/],
  "a variable that is not set": [section(sh('echo "$NOWHERE_SET"')), /NOWHERE_SET/],
  "another status": [section(sh("(exit 4) # exit 3")), /exit 4, and not 3/],
  "success where a failure is said": [section(sh("true # exit 3")), /exit 0, and not 3/],
  "a line that is not printed": [section(sh("echo a"), prints("b")), /'b' is not printed/],
  "another order": [section(sh("echo a; echo b"), prints("b\na")), /'a' is not printed/],
  "part of a line": [section(sh("echo ab"), prints("a")), /'a' is not printed/],
  "a block that is left out": [section(sh("true"), sh("true")), /One:8: never followed/],
};

for (const [name, it] of Object.entries(right)) {
  Deno.test(`followed: ${name}`, () => followed("One", it, once));
}

for (const [name, [it, message]] of Object.entries(wrong)) {
  Deno.test(`found: ${name}`, () => assert.rejects(() => followed("One", it, once), message));
}

Deno.test("words stand for what the scene says, and have to be there", async () => {
  const page = section(sh("echo UNIT"), prints("UNIT"));
  await followed("One", page, async (follow) => {
    assert.equal(await follow(reader, { UNIT: "sshd.service" }), "sshd.service\n");
  });
  const missing = followed("One", page, async (follow) => void await follow(reader, { HOST: "a" }));
  await assert.rejects(missing, /'HOST' is not in/);
});

Deno.test("headings are sections, in code they are not", () => {
  const page = parsePage("before\n# A `b`, c\n```sh\n# no heading\n```\n## A b c\n");
  assert.deepEqual(page.map(({ title, anchor }) => [title, anchor]), [
    ["", ""],
    ["A `b`, c", "a-b-c"],
    ["A b c", "a-b-c-1"],
  ]);
  const book = parsePage("# A\n## B\n### C\n## D\n# E\n### F\n");
  assert.deepEqual(book.map(({ chapter }) => chapter), ["", "", "B", "B", "D", "", ""]);
  assert.throws(() => parsePage("```sh\n"), /never closed/);
});
