import assert from "node:assert/strict";
import { parseTemplate } from "../../src/audit/template_parser.ts";
import { placesIn, TemplateError, withoutDirectives } from "../../src/audit/template_text.ts";
import type { Expression, Pipeline, TreeNode } from "../../src/audit/template_tree.ts";

/** A tree in words. */
function told(content: string): string {
  const { nodes, defined } = parseTemplate(withoutDirectives(content));
  const bodies = [...defined].map(([name, body]) => `define ${name} [${list(body)}]`);
  return [list(nodes), ...bodies].filter((each) => each !== "").join("; ");
}

function list(nodes: readonly TreeNode[]): string {
  return nodes.map((node) => {
    if (node.kind === "action") return pipeline(node.pipeline);
    if (node.kind === "template") {
      return `template ${node.name}${node.pipeline ? ` ${pipeline(node.pipeline)}` : ""}`;
    }
    const otherwise = node.otherwise.length > 0 ? ` else [${list(node.otherwise)}]` : "";
    return `${node.kind} ${pipeline(node.pipeline)} [${list(node.body)}]${otherwise}`;
  }).join("; ");
}

function pipeline({ variables, isAssigned, stages }: Pipeline): string {
  const given = variables.length > 0 ? `${variables.join(",")}${isAssigned ? "=" : ":="}` : "";
  return given + stages.map(({ operands }) => operands.map(operand).join(" ")).join("|");
}

function operand(given: Expression): string {
  switch (given.kind) {
    case "dot":
      return ".";
    case "field":
      return `.${given.names.join(".")}`;
    case "variable":
      return [given.name, ...given.names].join(".");
    case "function":
      return given.name;
    case "string":
      return JSON.stringify(given.value);
    case "constant":
      return "#";
    case "parenthesis":
      return `(${pipeline(given.pipeline)})`;
    case "chain":
      return `${operand(given.base)}.${given.names.join(".")}`;
  }
}

const trees: readonly (readonly [content: string, tree: string])[] = [
  ["no action, {no} }} action", ""],
  ["{{ .a }}", ".a"],
  ["{{.a.b}}{{- .c -}} {{ $ }}", ".a.b; .c; $"],
  ["{{ $.x.y }}", "$.x.y"],
  ["{{/* {{ .a }} */}}{{- /* b */ -}}{{ .c }}", ".c"],
  ['{{ index . "a" "b" | quote }}', 'index . "a" "b"|quote'],
  ['{{ "}} {{ \\" \\x41\\u00e9\\n" }}', JSON.stringify('}} {{ " Aé\n')],
  ["{{ `raw }}\n{{` }}", JSON.stringify("raw }}\n{{")],
  ["{{ 'x' }}{{ 0x1F }}{{ -1.5e3 }}{{ 1i }}{{ true }}", "#; #; #; #; #"],
  ["{{ (.a).b.c }}", "(.a).b.c"],
  ['{{ (index .a 0).b | printf "%s" .c }}', '(index .a #).b|printf "%s" .c'],
  ["{{ $x := .a }}{{ $x.b }}{{ $x = 1 }}", "$x:=.a; $x.b; $x=#"],
  [
    '{{ if eq .a "b" }}{{ .c }}{{ else if .d }}{{ .e }}{{ else }}{{ .f }}{{ end }}',
    'if eq .a "b" [.c] else [if .d [.e] else [.f]]',
  ],
  [
    "{{ with $x := .a }}{{ . }}{{ else with .b }}{{ .c }}{{ end }}",
    "with $x:=.a [.] else [with .b [.c]]",
  ],
  [
    "{{ range $i, $e := .l }}{{ $e }}{{ break }}{{ else }}{{ .n }}{{ end }}",
    "range $i,$e:=.l [$e] else [.n]",
  ],
  ['{{ define "t" }}{{ .x }}{{ end }}{{ template "t" .y }}', "template t .y; define t [.x]"],
  ['{{ block "t" . }}{{ .x }}{{ end }}', "template t .; define t [.x]"],
  ['{{ template "t" }}', "template t"],
  ["{{\n  .a\n  | quote\n}}", ".a|quote"],
  ["{{ .a | }}", ".a"],
  ["{{ .été }}", ".été"],
  ["# chezmoi:template:left-delimiter=[[ right-delimiter=]]\n[[ .a ]] {{ .b }}\n", ".a"],
  ['# chezmoi:template:left-delimiter="# {{"\n# {{ .a }} {{ .b }}\n', ".a"],
  ["a\n// chezmoi:template: missing-key=default\n{{ .a }}", ".a"],
];

for (const [content, tree] of trees) {
  Deno.test(`the parser understands ${JSON.stringify(content)}`, () => {
    assert.equal(told(content), tree);
  });
}

/** What Go refuses, each at the place where it begins to be wrong. */
const wrong: readonly (readonly [content: string, offset: number])[] = [
  ["{{ .a", 0],
  ["x {{ if .a }}", 13],
  ["{{ end }}", 0],
  ['{{ "a }}', 3],
  ["{{ `a }}", 3],
  ["{{ (.a }}", 7],
  ["{{ .a) }}", 5],
  ["{{/* a }}", 0],
  ["{{ $x }}", 3],
  ["{{ 1.a }}", 3],
  ['{{ "a".b }}', 3],
  ["{{ .a ! }}", 6],
  ["{{ a-b }}", 4],
  ["{{ .a | 1 }}", 8],
  ["{{ }}", 3],
  ["{{ break }}", 3],
  ['{{ if .a }}{{ define "t" }}{{ end }}{{ end }}', 14],
  ["{{ if $x := 1 }}{{ end }}{{ $x }}", 28],
  ["{{ $a, $b := .c }}", 5],
  ['{{ "a""b" }}', 6],
];

for (const [content, offset] of wrong) {
  Deno.test(`the parser refuses ${JSON.stringify(content)}, and does not quote it`, () => {
    assert.throws(() => told(content), (error) => {
      assert.ok(error instanceof TemplateError);
      assert.equal(error.offset, offset);
      return true;
    });
  });
}

Deno.test("places are those of the file, directives counted", () => {
  const content = "one\n# chezmoi:template:left-delimiter=[[ right-delimiter=]]\ntwo [[ .a ]]\n";
  const text = withoutDirectives(content);
  const [node] = parseTemplate(text).nodes;
  assert.ok(node?.kind === "action");
  const start = text.originalOf(node.pipeline.start);
  assert.equal(content.slice(start, start + 2), ".a");
  assert.deepEqual(placesIn(content)(start), [3, 8]);
});

Deno.test("a text of a hundred thousand actions takes time in proportion", () => {
  const time = (count: number): number => {
    const text = withoutDirectives("{{ if .a }}x {{ .b.c | quote }}{{ end }}\n".repeat(count));
    const started = performance.now();
    parseTemplate(text);
    return performance.now() - started;
  };
  time(5_000);
  const [small, large] = [time(10_000), time(100_000)];
  assert.ok(large < 60 * small, `${small} ms, ${large} ms`);
});
