/**
 * Documents whose commands are run as they stand. Of a section each block of `sh` is run by bash, in
 * its order, on a host where the test has made what the section is about. A block of `console` after
 * it is what that prints: its lines in their order, others may come between, `…` is any text. A
 * command that does not succeed says so in the document: `# exit 3` at its end.
 */
import assert from "node:assert/strict";
import type { Ended, RunOptions } from "../support/processes.ts";
import { type Block, readPage, type Section } from "./page.ts";

/** Where somebody who reads the document sits. */
export interface Reader {
  run(argv: readonly string[], options?: RunOptions): Promise<Ended>;
}

/**
 * Runs the section's next block, with words of the document that stand for something (`UNIT`)
 * replaced by what they stand for here; returns all that was printed.
 */
export type Follow = (
  reader: Reader,
  words?: Readonly<Record<string, string>>,
) => Promise<string>;

/** Makes what a section is about, follows it to its end, and looks at what has come of it. */
export type Scene = (follow: Follow) => Promise<void>;

/** A test for each section with commands of a document, or of one chapter; one without a scene fails. */
export async function everySection(
  path: string,
  scenes: Readonly<Record<string, Scene>>,
  chapter?: string,
): Promise<void> {
  const sections = (await readPage(path)).filter((it) =>
    it.blocks.some(isRun) && (chapter === undefined || it.chapter === chapter)
  );
  const part = chapter === undefined ? "" : ` of "${chapter}"`;
  Deno.test(`${path}: each section${part} with commands is followed here`, () => {
    assert.deepEqual(Object.keys(scenes).sort(), sections.map(({ title }) => title).sort());
  });
  for (const section of sections) {
    const scene = scenes[section.title];
    if (scene !== undefined) {
      Deno.test(`${path}: ${section.title}`, () => followed(path, section, scene));
    }
  }
}

/** Fails when a block does not do as the document says, or was left out. */
export async function followed(path: string, section: Section, scene: Scene): Promise<void> {
  const left = section.blocks.map((block, at): [Block, Block | undefined] => {
    const next = section.blocks[at + 1];
    return [block, next?.language === "console" ? next : undefined];
  }).filter(([block]) => isRun(block));
  await scene(async (reader, words = {}) => {
    const [block, expected] = left.shift() ?? assert.fail("the section has no more commands");
    const where = `${path}:${block.line}`;
    for (const word of Object.keys(words)) {
      assert(block.text.includes(word), `${where}: '${word}' is not in:\n${block.text}`);
    }
    const script = scriptOf(replaced(block.text, words));
    const { status, stdout } = await reader.run(["bash", "-c", script, where]);
    assert.equal(status, 0, `${where}: exit ${status}\n${stdout}`);
    if (expected !== undefined) {
      const { text, line } = expected;
      assertPrints(`${path}:${line}`, replaced(text, words), stdout);
    }
    return stdout;
  });
  assert.equal(left.length, 0, `${path}:${left[0]?.[0].line}: never followed`);
}

/** Whether tests run it. */
export function isRun({ language }: Block): boolean {
  return language === "sh";
}

function replaced(text: string, words: Readonly<Record<string, string>>): string {
  for (const [word, meaning] of Object.entries(words)) {
    text = text.replaceAll(word, () => meaning);
  }
  return text;
}

/** The block as a script that ends with the first command which does not end as the document says. */
export function scriptOf(text: string): string {
  const commands = text.replaceAll("\\\n", " ").split("\n").map((line) => {
    const says = /^(.*\S)\s+# exit (\d+)\b.*$/.exec(line);
    if (says === null) return line;
    const [, command, code] = says;
    const otherwise = `{ echo "exit $ended, and not ${code}" >&2; exit 1; }`;
    return `ended=0; ${command} || ended=$?; [ "$ended" = ${code} ] || ${otherwise}`;
  });
  // As on a terminal: what is said stands where it was said.
  return ["set -euo pipefail", "exec </dev/null 2>&1", ...commands].join("\n");
}

/** Fails unless the lines are among what was printed, in this order. */
export function assertPrints(where: string, expected: string, printed: string): void {
  const lines = printed.split("\n").map((line) => line.trimEnd());
  let from = 0;
  for (const line of expected.split("\n").map((it) => it.trimEnd())) {
    if (line === "" || line === "…") continue;
    const parts = line.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    const pattern = new RegExp(`^${parts.join(".*")}$`);
    const found = lines.findIndex((it, at) => at >= from && pattern.test(it));
    assert(found >= 0, `${where}: '${line}' is not printed, or not in this order:\n${printed}`);
    from = found + 1;
  }
}
