import assert from "node:assert/strict";
import { combine, type Finding, listed } from "../../src/sops/decide_check.ts";
import { expectedFiles, generationIn } from "../../src/sops/decide_place.ts";
import { parseManifest } from "../../src/sops/manifest_state.ts";

const links: readonly (readonly [string, boolean])[] = [
  ["/run/secrets.d/1", true],
  ["/run/secrets.d/120", true],
  ["/run/secrets.d/0", false],
  ["/run/secrets.d/01", false],
  ["/run/secrets.d/", false],
  ["/run/secrets.d", false],
  ["/run/secrets.d/1/", false],
  ["/run/secrets.d/1/../../etc", false],
  ["/run/secrets.d/gpg1", false],
  ["/run/secrets.d2/1", false],
  ["1", false],
];

for (const [text, is] of links) {
  Deno.test(`${text} is ${is ? "a" : "no"} generation`, () => {
    const found = generationIn(text, { secretsMountPoint: "/run/secrets.d" });
    assert.equal(found, is ? text : undefined);
  });
}

Deno.test("secrets and templates are where sops-install-secrets puts them", () => {
  const parsed = parseManifest(JSON.stringify({
    secrets: [
      { name: "a/b", path: "/run/secrets/a/b", mode: "0400" },
      { name: "c", path: "/etc/c", mode: "0400" },
    ],
    templates: [
      { name: "d", path: "/run/secrets/rendered/d", mode: "0400" },
      { name: "e", path: "/run/secrets/e", mode: "0400" },
    ],
    secretsMountPoint: "/run/secrets.d",
    symlinkPath: "/run/secrets",
  }));
  assert.ok(parsed.kind === "valid");
  assert.deepEqual(
    expectedFiles(parsed.state).map(({ below, linkedAt, linkText }) => [below, linkedAt, linkText]),
    [
      ["a/b", undefined, "/run/secrets/a/b"],
      ["c", "/etc/c", "/run/secrets/c"],
      ["rendered/d", undefined, "/run/secrets/rendered/d"],
      ["rendered/e", "/run/secrets/e", "/run/secrets/rendered/e"],
    ],
  );
});

const finding = (state: Finding["state"], remedy?: string): Finding => ({
  state,
  detail: `it is ${state}`,
  ...(remedy === undefined ? {} : { remedy }),
});
const mixtures: readonly (readonly [string, readonly Finding[], string])[] = [
  ["nothing", [], "skipped: nothing is there | undefined"],
  ["well", [finding("ok"), finding("ok")], "ok: it is ok | undefined"],
  ["a warning", [finding("ok"), finding("warning", "w")], "warning: it is warning | w"],
  [
    "a failure comes first, and hides no warning",
    [finding("warning", "w"), finding("ok"), finding("failed", "f")],
    "failed: it is failed; it is warning | f; w",
  ],
  [
    "the same remedy is told once",
    [finding("failed", "f"), { ...finding("failed", "f"), detail: "other" }],
    "failed: it is failed; other | f",
  ],
];
for (const [what, findings, expected] of mixtures) {
  Deno.test(`what a check found is combined: ${what}`, () => {
    const { state, detail, remedy } = combine("secrets", findings, "nothing is there");
    assert.equal(`${state}: ${detail} | ${remedy}`, expected);
  });
}

Deno.test("names that would break a line are quoted", () => {
  assert.equal(listed(["a", "b c", "d\ne"]), `a, "b c", "d\\ne"`);
});
