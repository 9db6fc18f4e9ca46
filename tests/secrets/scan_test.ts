import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { decode } from "../../src/secrets/decode.ts";
import { describeFindings } from "../../src/secrets/report.ts";
import { scan } from "../../src/secrets/scan.ts";
import { drawn, made } from "./made_secrets.ts";

const token = drawn(32);
const assigned = `api_token = "${token}"`;
const secrets = fc.constantFrom(
  ...Object.entries(made).flatMap(([rule, texts]) => texts.map(([, text]) => ({ rule, text }))),
  { rule: "high-entropy-assignment", text: assigned },
);
/** Lines of a text in which nothing is assigned. */
const prose = fc.array(fc.stringMatching(/^[ a-z.,äé—🙂]{0,60}$/u), { maxLength: 30 });

Deno.test("a secret that is planted in a text is found in its line", () => {
  fc.assert(
    fc.property(prose, prose, secrets, (before, after, { rule, text }) => {
      const lines = [...before, text, ...after];
      const first = before.length + 1;
      const last = first + text.split("\n").length - 1;
      const hits = scan(lines.join("\n"), "notes.txt");
      ok(hits.some((hit) => hit.rule === rule && hit.line >= first && hit.line <= last));
      ok(hits.every((hit) => hit.line >= first && hit.line <= last));
    }),
  );
});

Deno.test("any text at all can be searched, and what is found is in it", () => {
  const pieces = fc.constantFrom(
    "password",
    "=",
    '"',
    "'",
    " ",
    "\n",
    ":",
    "-----BEGIN ",
    "PRIVATE KEY-----",
    "$6$",
    "://",
    "@",
    "İ",
    token,
    "\0",
    "set -x ",
    "machine a login b password ",
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(pieces, fc.string({ unit: "binary" })), { maxLength: 40 }),
      (parts) => {
        const text = parts.join("");
        const lines = text.split("\n").length;
        for (const { line, value } of scan(text, "x.yaml")) {
          ok(line >= 1 && line <= lines);
          ok(text.includes(value));
        }
      },
    ),
  );
});

Deno.test("no secret is in the words of the report", () => {
  fc.assert(
    fc.property(fc.array(secrets, { maxLength: 30 }), (planted) => {
      const hits = scan(planted.map(({ text }) => text).join("\n\n"), "notes.txt");
      const { lines, hint } = describeFindings(
        hits.map(({ line, rule }) => ({ path: "notes.txt", line, rule, commit: "0".repeat(40) })),
      );
      const words = [...lines, hint].join("\n");
      deepEqual(hits.filter(({ value }) => words.includes(value)), []);
    }),
  );
});

Deno.test("each secret is found once, by the rule that knows it best", () => {
  const [[, github = ""] = []] = made["github-token"] ?? [];
  deepEqual(scan(`GITHUB_TOKEN="${github}"`, "x.sh").map(({ rule }) => rule), ["github-token"]);
  deepEqual(
    scan(`url = https://oauth2:${github}@github.com/x.git`, "x").map(({ rule }) => rule).length,
    1,
  );
  deepEqual(scan(`${assigned}\n${assigned}`, "x.toml").map(({ line }) => line), [1, 2]);
});

for (const mark of ["holdfast:allow-secret", "gitleaks:allow", "betterleaks:allow"]) {
  Deno.test(`the comment ${mark} allows what is in its line, and nothing else`, () => {
    const text = [assigned, `${assigned} # ${mark}`, assigned].join("\n");
    deepEqual(scan(text, "x.toml").map(({ line }) => line), [1, 3]);
    deepEqual(scan(text, "x.toml", { heedMarks: false }).map(({ line }) => line), [1, 2, 3]);
  });
}

Deno.test("a letter that becomes two in lower case moves nothing", () => {
  deepEqual(scan(`${"İ".repeat(99)} ${assigned}`, "x.toml").map(({ value }) => value), [token]);
});

Deno.test("in what is no text only what is known by its form is looked for", () => {
  deepEqual(scan(`\0${assigned}`, "x.toml"), []);
  deepEqual(scan(`${" ".repeat(8000)}\0${assigned}`, "x.toml").length, 1);
});

Deno.test("files of Windows are read as what they say they are", () => {
  const units = Uint16Array.from("\ufeff" + assigned, (letter) => letter.charCodeAt(0));
  const little = new Uint8Array(units.buffer);
  const big = Uint8Array.from(little, (_, at) => little[at ^ 1] ?? 0);
  for (const bytes of [little, big, new TextEncoder().encode("\ufeff" + assigned)]) {
    equal(scan(decode(bytes), "x.toml").length, 1);
  }
});
