import { deepEqual, equal, match } from "node:assert/strict";
import { describeFindings } from "../../src/secrets/report.ts";
import type { Finding } from "../../src/secrets/gate.ts";

const finding = (path: string, line = 1, rule = "jwt"): Finding => ({
  path,
  line,
  rule,
  commit: "0123456789abcdef".padEnd(40, "0"),
});

Deno.test("findings are told by path, line and rule, sorted", () => {
  deepEqual(
    describeFindings([finding("b", 2), finding("a", 10), finding("b", 1), finding("a", 9)]).lines,
    ["a:9", "a:10", "b:1", "b:2"].map((place) => `${place}: jwt (in 0123456789ab)`),
  );
});

Deno.test("of many findings the first are told of, and how many more there are", () => {
  const many = Array.from({ length: 23 }, (_, at) => finding("a", at + 1));
  const { lines } = describeFindings(many);
  equal(lines.length, 21);
  equal(lines.at(-1), "and 3 more");
  equal(describeFindings(many.slice(0, 20)).lines.length, 20);
});

Deno.test("a path that would break the line, or turn it around, is spelt out", () => {
  const paths = ["a\nb", "a\u202eb", "é🙂 b"];
  deepEqual(
    paths.map((path) => describeFindings([finding(path)]).lines[0]?.split(":")[0]),
    ['"a\\nb"', '"a\\u202eb"', "é🙂 b"],
  );
});

Deno.test("the hint says how to take it out and how to allow it", () => {
  match(
    describeFindings([finding("a b", 1, "npm-token")]).hint,
    /--amend.*rebase -i.*replace.*"a b npm-token" to \.holdfast-allow-secrets.*allow-secret/,
  );
});
