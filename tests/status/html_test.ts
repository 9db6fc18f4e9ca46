import assert from "node:assert/strict";
import { decideFleet } from "../../src/status/decide_fleet.ts";
import { fleetPage, hostPage } from "../../src/status/html_page.ts";
import { escaped, markup } from "../../src/status/markup.ts";
import { dark, light, type Palette } from "../../src/status/page_style.ts";
import { areas, type HostReport, levels } from "../../src/status/report_state.ts";
import { ago, limits, valid } from "./decide_scene.ts";

/** What a host, a file name or a message of another host could try. */
const hostile = [
  `<script>alert(1)</script>`,
  `"><img src=https://example.org/x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</style><link rel=stylesheet href=//example.org>`,
  `</title><iframe src=javascript:alert(1)>`,
  `<!-- --><base href="https://example.org/">`,
  "&lt;b&gt; &amp; &#x3c;script&#x3e;",
  "a\u202egnp.exe\u2066",
  "nul\0 escape\x1b[31m\x9b bell\x07",
  "\ud800 lone",
  "`${alert(1)}`",
];

const reports: readonly HostReport[] = hostile.map((text) => ({
  schema: 1,
  host: text,
  time: ago(1),
  level: "bad",
  lines: areas.map((area) => ({
    ...{ area, level: "bad", says: text, hint: text, at: ago(2), running: text, place: text },
  })),
}));

const pages: readonly (readonly [string, string])[] = [
  ...reports.map((report, at) =>
    [`of a host called ${JSON.stringify(hostile[at])}`, hostPage(report)] as const
  ),
  [
    "of a fleet",
    fleetPage(decideFleet([
      ...reports.map((report, at) => [`${hostile[at]}.json`, valid(report)] as const),
      ...hostile.map((text) => [`${text}.json`, { kind: "corrupt", reason: text }] as const),
    ], limits)),
  ],
];

/** Every tag and attribute that our pages are made of. */
const ownTags = "html head meta title style body main header h1 h2 h3 p ul li div span time bdi " +
  "details summary";
const ownAttributes = "lang charset name content http-equiv class datetime aria-hidden open";

for (const [name, page] of pages) {
  Deno.test(`the page ${name} has no tag, attribute or reference but our own`, () => {
    const [, style = ""] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
    assert.doesNotMatch(style, /url|@import|expression|</i);
    const tags = [...page.replace(style, "").matchAll(/<[^]*?>/g)].map(([tag]) => tag).slice(1);
    assert.match(page, /^<!doctype html>\n<html lang="en">/);
    for (const tag of tags) {
      const [, , element = "", rest = ""] = /^<(\/?)([a-z][a-z0-9]*)([^]*)>$/.exec(tag) ?? [];
      assert(ownTags.split(" ").includes(element), tag);
      // What is left when each attribute with its quoted value is taken out.
      const names = [...rest.matchAll(/ ([a-z-]+)(="[^"<>]*")?/g)].map(([, given = ""]) => given);
      assert.equal(rest.replaceAll(/ [a-z-]+(="[^"<>]*")?/g, ""), "", tag);
      for (const each of names) assert(ownAttributes.split(" ").includes(each), tag);
    }
    assert.doesNotMatch(
      page.replaceAll(/>[^<]*</g, "><"),
      /https?:|javascript:|\s(src|href|style|on\w+)=/,
    );
    assert.doesNotMatch(page.replaceAll("\n", ""), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    assert(page.isWellFormed());
  });

  Deno.test(`the tags of the page ${name} are closed in order`, () => {
    const open: string[] = [];
    for (const [, end, element = ""] of page.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (element === "meta") continue;
      if (end === "/") assert.equal(open.pop(), element);
      else open.push(element);
    }
    assert.deepEqual(open, []);
  });
}

Deno.test("a page shows what is hostile as the text that it is", () => {
  const page = hostPage(reports[0] as HostReport);
  assert(page.includes("<h1><bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi></h1>"));
  assert(page.includes("<title>&lt;script&gt;"));
});

Deno.test("a page may load nothing, and is told so", () => {
  assert.match(
    hostPage(reports[0] as HostReport),
    /Content-Security-Policy" content="default-src 'none'/,
  );
});

const escapes: readonly (readonly [string, string])[] = [
  [`<a href="x" title='y'>&\``, "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&#96;"],
  ["two\nlines\tone", "two lines one"],
  ["\x1b[31m\0", "\\u{1b}[31m\\u{0}"],
  ["a\u202eb\u200fc\ufeff", "a\\u{202e}b\\u{200f}c\\u{feff}"],
  ["\ud800", "\ufffd"],
  ["Grüße \u{1f600} 日本", "Grüße \u{1f600} 日本"],
];
for (const [text, expected] of escapes) {
  Deno.test(`${JSON.stringify(text)} is escaped`, () => assert.equal(escaped(text), expected));
}

Deno.test("what is markup already is not escaped twice", () => {
  const inner = [markup`<b>${"<"}</b>`, markup`<i>${2}</i>`];
  assert.equal(
    markup`<p title="${'"'}">${inner}</p>`.html,
    '<p title="&quot;"><b>&lt;</b><i>2</i></p>',
  );
});

Deno.test("each level has a word and a sign beside its colour", () => {
  for (const level of levels) {
    const line = { ...(reports[0] as HostReport).lines[0] as HostReport["lines"][0], level };
    const page = hostPage({ ...(reports[0] as HostReport), level, lines: [line] });
    const word = level === "unused" ? "not used" : level;
    assert.match(page, new RegExp(`badge ${level}"><span aria-hidden="true">.</span> ${word}<`));
  }
});

/** WCAG 2's contrast of two colours. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [more = 0, less = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (more + 0.05) / (less + 0.05);
}

const palettes: readonly (readonly [string, Palette])[] = [["light", light], ["dark", dark]];
for (const [name, palette] of palettes) {
  Deno.test(`the ${name} colours can be told apart from what is behind them`, () => {
    const { page, card, quiet, levels } = palette;
    const pairs = [page, card, [quiet, page[1]], [quiet, card[1]], ...Object.values(levels)];
    for (const [text = "", behind = ""] of pairs) {
      assert(contrast(text, behind) >= 4.5, `${text} on ${behind}: ${contrast(text, behind)}`);
    }
    // The edge of a card has its level's colour.
    for (const [edge] of Object.values(levels)) assert(contrast(edge, card[1]) >= 3, edge);
  });
}
