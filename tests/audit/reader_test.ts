import assert from "node:assert/strict";
import { readTemplates, type Template, templateOf } from "../../src/audit/read_templates.ts";
import { sourceFile } from "../../src/audit/source_files.ts";

/** What the templates of some files read, sorted; `!` decides, `~` is from a dot that was set. */
function read(files: Readonly<Record<string, string>>): string {
  const templates = Object.entries(files).map(([path, text]) => {
    const template = templateOf(sourceFile(path, ""), text);
    assert.ok(template !== undefined && "tree" in template, path);
    return template as Template;
  });
  const { uses } = readTemplates(templates, [], "");
  const words = uses.map(({ path, decides, isRebound }) =>
    `${decides ? "!" : ""}${isRebound ? "~" : ""}${path.join(".") || "(all)"}`
  );
  return [...new Set(words)].sort().join(" ");
}

const cases: readonly (readonly [content: string, uses: string])[] = [
  ["{{ .a }} {{ $.b.c }}", "a b.c"],
  ["{{ if .a }}{{ .b }}{{ end }}", "!a b"],
  ['{{ if and .a (eq .b "x") }}{{ end }}', "!a !b"],
  ['{{ .a | default "x" }}', "!a"],
  ["{{ with .a }}{{ .b }}{{ $.c }}{{ end }}", "!a c ~a.b"],
  ["{{ with .a }}x{{ else }}{{ .b }}{{ end }}", "!a b"],
  ["{{ range .a }}{{ .b }}{{ end }}", "!a ~a.*.b"],
  ["{{ range $k, $v := .a }}{{ $k }}{{ $v.b }}{{ end }}", "!a ~a.*.b"],
  ["{{ $x := .a }}{{ $x.b }}{{ $x.c.d }}", "a ~a.b ~a.c.d"],
  ["{{ $x := .a }}{{ if .q }}{{ $x = .b }}{{ end }}{{ $x.c }}", "!q a b ~a.c ~b.c"],
  ['{{ index . "a" "b" }}', "a.b"],
  ['{{ (index .a "b").c }}', "a a.b a.b.c"],
  ["{{ (index .a 0).b }}", "a a.* a.*.b"],
  ["{{ index .a .b }}", "a a.* b"],
  ['{{ get .a "b" }}{{ dig "c" "d" "" .e }}', "a a.b e e.c.d"],
  ['{{ if hasKey . "a" }}{{ end }}', "!a"],
  ["{{ with or .a .b }}{{ .c }}{{ end }}", "!a !b ~a.c ~b.c"],
  ["{{ . | toJson }}", "(all)"],
  ["{{ range . }}{{ end }}", ""],
  ['{{ includeTemplate "x" . }}', ""],
  ['{{ define "t" }}{{ .b }}{{ end }}{{ template "t" .a }}', "a ~a.b"],
  ['{{ define "t" }}{{ .b }}{{ $.c }}{{ end }}{{ template "t" . }}', "b c"],
  [
    '{{ define "t" }}{{ .b }}{{ template "t" .n }}{{ end }}{{ with .a }}{{ template "t" . }}{{ end }}',
    "!a " + Array.from({ length: 8 }, (_, at) => `~a${".n".repeat(at)}.b`).sort().join(" ") + " " +
    Array.from({ length: 8 }, (_, at) => `~a${".n".repeat(at + 1)}`).sort().join(" "),
  ],
  ['{{ template "t" (dict "x" .a "y" "z") }}{{ define "t" }}{{ .x }}{{ end }}', "a"],
  ['{{ printf "%s" (.a | quote) }}', "a"],
  ["{{ first .a }}{{ (last .b).c }}", "a b b.*.c"],
  ['{{ promptStringOnce . "a.b" "?" }}', "a.b"],
  ["{{ range .l }}{{ range .m }}{{ $.r }}{{ .n }}{{ end }}{{ end }}", "!l !~l.*.m r ~l.*.m.*.n"],
  ['{{- /* .no */ -}}{{ "{{ .no }}" }}{{ `.no` }}', ""],
];

for (const [content, uses] of cases) {
  Deno.test(`what is read in ${content}`, () => {
    const found = read({ "x.tmpl": content });
    assert.deepEqual(found.split(" ").sort(), uses.split(" ").sort());
  });
}

Deno.test("shared templates are read with the dot that each caller gives", () => {
  assert.equal(
    read({
      ".chezmoitemplates/part": "{{ .t }}",
      "a.tmpl": '{{ template "part" .x }}',
      "b.tmpl": '{{ includeTemplate "part" .y }}',
    }),
    "x y ~x.t ~y.t",
  );
});

Deno.test("a shared template that nobody calls by name is read with all of the data", () => {
  assert.equal(read({ ".chezmoitemplates/part": "{{ .t }}", "a.tmpl": "" }), "t");
  assert.equal(
    read({ ".chezmoitemplates/part": "{{ .t }}", "a.tmpl": "{{ includeTemplate .which . }}" }),
    "t which",
  );
});

Deno.test("a template file of the source may be called as well", () => {
  assert.equal(
    read({ "lib.tmpl": "{{ .t }}", "a.tmpl": '{{ includeTemplate "lib.tmpl" .x }}' }),
    "t x ~x.t",
  );
});
