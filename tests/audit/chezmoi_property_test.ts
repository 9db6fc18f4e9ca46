/**
 * What the reader says is read is what chezmoi reads: templates are made up in which every branch is
 * taken, and rendered by chezmoi itself with one variable less. That fails when, and only when, the
 * reader named it.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { readTemplates, templateOf } from "../../src/audit/read_templates.ts";
import { sourceFile } from "../../src/audit/source_files.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";

const leaves = ["a", "b", "m.p", "m.q", "m.n.r", "l.*.x", "l.*.y"] as const;
type Leaf = typeof leaves[number];

/** chezmoi's data, without one of the variables. */
function dataWithout(leaf?: Leaf): string {
  const keep = (name: Leaf): Record<string, string> =>
    name === leaf ? {} : { [name.slice(name.lastIndexOf(".") + 1)]: `v-${name}` };
  return JSON.stringify({
    ...{ ...keep("a"), ...keep("b") },
    m: { ...keep("m.p"), ...keep("m.q"), z: "z", n: { ...keep("m.n.r"), z: "z" } },
    l: [{ ...keep("l.*.x"), ...keep("l.*.y"), z: "z" }],
  });
}

/** A piece of a template; its delimiters are put in later. */
const { piece } = fc.letrec<{ piece: string; body: string; m: string; item: string }>((tie) => {
  const action = (text: string): fc.Arbitrary<string> =>
    fc.constantFrom(`<${text}>`, `< ${text} >`, `<- ${text} ->`, `<\n\t${text}\n>`);
  const wrapped = (field: string): fc.Arbitrary<string> =>
    fc.oneof(
      action(field),
      action(`${field} | quote`),
      action(`printf "%s-%s" "no .zz" ${field}`),
      action(`(print (${field}))`),
      action(`eq ${field} "x"`),
      action(`$w := ${field} >< $w`),
    );
  const among = (...fields: string[]): fc.Arbitrary<string> =>
    fc.constantFrom(...fields).chain(wrapped);
  const rooted = among("$.a", "$.b", "$.m.p", "$.m.n.r", "$.m.q");
  const noise = fc.constantFrom(
    " text }",
    "</* .a <.b> */>",
    "<`.a $.b`>",
    '<"\\".a <.b>">',
    "'.a'",
    "<1.5e3>",
    "\n",
  );
  return {
    piece: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      among(".a", ".b", ".m.p", ".m.q", ".m.n.r", '(index . "m").q', "(.m).n.r"),
      rooted,
      noise,
      fc.tuple(fc.constantFrom(".a", "$.b", "true"), tie("body")).map(([head, body]) =>
        `<if ${head}>${body}<else>< .never ><end>`
      ).map((text) => text.replace("< .never >", "")),
      tie("m").map((body) => `<with .m>${body}<end>`),
      tie("m").map((body) => `<with $v := .m>${body}<$v.z><end>`),
      tie("item").map((body) => `<range .l>${body}<end>`),
      tie("item").map((body) => `<range $i, $e := .l>${body}<$e.y><end>`),
      fc.constantFrom('<template "root" .>', '<template "inner" .m>', '<template "root" $>'),
      fc.constantFrom("<$x := .m><$x.p><$x = .m.n><$x.z>", "<range .l><with .><.x><end><end>"),
    ),
    body: fc.array(tie("piece"), { maxLength: 2 }).map((all) => all.join("")),
    m: fc.array(fc.oneof(among(".p", ".q", ".n.r"), rooted, noise), { maxLength: 3 })
      .map((all) => all.join("")),
    item: fc.array(fc.oneof(among(".x", ".y"), rooted, noise), { maxLength: 3 })
      .map((all) => all.join("")),
  };
});

const template = fc.tuple(
  fc.array(piece, { minLength: 1, maxLength: 5 }).map((all) => all.join("")),
  fc.constantFrom(["{{", "}}"], ["[[", "]]"], ["<%", "%>"]),
).map(([text, [left = "", right = ""]]) => {
  const whole = text + '<define "root"><.a><end><define "inner"><.q><$.z><end>';
  const delimited = whole.replace(/[<>]/g, (sign) => sign === "<" ? left : right);
  return left === "{{"
    ? delimited
    : `# chezmoi:template:left-delimiter=${left} right-delimiter=${right}\n${delimited}`;
});

function reported(content: string): ReadonlySet<string> {
  const parsed = templateOf(sourceFile("x.tmpl", ""), content);
  assert.ok(parsed !== undefined && "tree" in parsed, JSON.stringify(parsed));
  // A template that is defined and never called is read as if it were: here each is left out.
  const called = new Set([...content.matchAll(/template "(\w+)"/g)].map(([, name]) => name));
  for (const name of [...parsed.tree.defined.keys()]) {
    if (!called.has(name)) (parsed.tree.defined as Map<string, unknown>).delete(name);
  }
  const { uses } = readTemplates([parsed], [], "");
  return new Set(uses.map(({ path }) => path.join(".")));
}

async function renders(host: Host, content: string, without?: Leaf): Promise<string> {
  const args = ["--no-tty", "--override-data", dataWithout(without), "execute-template", content];
  const { status, stderr } = await host.run(["chezmoi", ...args]);
  return status === 0 ? "" : stderr;
}

Deno.test("chezmoi fails without a variable when, and only when, the reader named it", async () => {
  await using sandbox = await Sandbox.create();
  const host = await sandbox.host("h");
  await fc.assert(
    fc.asyncProperty(template, async (content) => {
      const named = reported(content);
      assert.equal(await renders(host, content), "", "the template as it is");
      const missing = await Promise.all(leaves.map((leaf) => renders(host, content, leaf)));
      const needed = leaves.filter((_, at) => missing[at] !== "");
      assert.deepEqual(leaves.filter((leaf) => named.has(leaf)), needed, content);
    }),
    { numRuns: Number(Deno.env.get("RUNS") ?? 10), seed: Number(Deno.env.get("SEED") ?? 7) },
  );
});
