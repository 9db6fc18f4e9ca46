/** A copy of the checkout in which a document's changes to the sources are made, checked and run. */
import assert from "node:assert/strict";
import { decoded, type Ended, output } from "../support/processes.ts";
import type { Section } from "./page.ts";

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** What tests and programs need of a checkout. */
const parts = ["bin", "docs", "nix", "src", "tests", "deno.json", "deno.lock"];

/** A throwaway checkout. */
export class CheckoutCopy implements AsyncDisposable {
  private constructor(readonly root: string) {}

  /** Copies the checkout as it stands. */
  static async create(): Promise<CheckoutCopy> {
    const copy = await Deno.realPath(await Deno.makeTempDir({ prefix: "holdfast-copy-" }));
    const argv = ["cp", "--recursive", ...parts.map((part) => `${root}/${part}`), copy];
    const { status, stderr } = decoded(await output(argv, { cwd: root }));
    assert.equal(status, 0, stderr);
    return new CheckoutCopy(copy);
  }

  /** Makes the changes of a section: blocks that begin with a path are files, the others differences. */
  async change(section: Section): Promise<void> {
    for (const { language, text } of section.blocks) {
      if (language === "ts") await this.#write(text);
      if (language === "diff") {
        for (const file of text.split(/^(?=--- a\/)/m)) await this.#apply(file);
      }
    }
  }

  /** Runs deno here, with the packages that are there already. */
  async deno(...args: string[]): Promise<Ended> {
    const argv = [Deno.execPath(), ...args];
    return decoded(await output(argv, { cwd: this.root, env: Deno.env.toObject() }));
  }

  /** How a program of ours is started from here. */
  argv(program: string): readonly string[] {
    return [Deno.execPath(), "run", "-A", "--cached-only", `${this.root}/bin/${program}.ts`];
  }

  /** Fails unless what was changed has right types and is formatted and linted as all else. */
  async assertWell(): Promise<void> {
    const changed = ["bin", "src"];
    for (const args of [["check"], ["fmt", "--check"], ["lint"]]) {
      const { status, stdout, stderr } = await this.deno(...args, ...changed);
      assert.equal(status, 0, stdout + stderr);
    }
  }

  /** Whether a test file of this copy succeeds. */
  async succeeds(test: string, filter?: string): Promise<boolean> {
    const only = filter === undefined ? [] : ["--filter", filter];
    const { status, stdout, stderr } = await this.deno("test", "-A", "--no-check", ...only, test);
    assert.match(stdout, /(passed|failed)/, stdout + stderr);
    assert.doesNotMatch(stdout, /\| 0 passed .*\| 0 failed/);
    return status === 0;
  }

  async #write(text: string): Promise<void> {
    const [head = "", ...lines] = text.split("\n");
    const path = /^\/\/ ((?:src|bin)\/\S+\.ts)$/.exec(head)?.[1];
    assert(path !== undefined, `'${head}' names no file`);
    await Deno.writeTextFile(`${this.root}/${path}`, `${lines.join("\n")}\n`, { createNew: true });
  }

  /** Applies a difference whose hunks say no line numbers: what is replaced has to be there once. */
  async #apply(text: string): Promise<void> {
    const path = /^--- a\/(\S+)\n\+\+\+ b\/\1\n/.exec(text)?.[1];
    assert(path !== undefined, `no file is named by:\n${text}`);
    let content = await Deno.readTextFile(`${this.root}/${path}`);
    for (const hunk of text.trimEnd().split(/^@@\n/m).slice(1)) {
      const lines = hunk.trimEnd().split("\n");
      const side = (other: string): string =>
        lines.filter((line) => !line.startsWith(other)).map((line) => `${line.slice(1)}\n`).join(
          "",
        );
      const [before, ...more] = content.split(side("+"));
      assert.equal(more.length, 1, `${path} has this ${more.length} times:\n${side("+")}`);
      content = `${before}${side("-")}${more[0]}`;
    }
    await Deno.writeTextFile(`${this.root}/${path}`, content);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}
