import assert from "node:assert/strict";
import fc from "fast-check";
import { parseManifest } from "../../src/sops/manifest_state.ts";

const secret = { name: "a/b", path: "/run/secrets/a/b", mode: "0440", owner: null, uid: 0 };
const whole = {
  secrets: [secret],
  secretsMountPoint: "/run/secrets.d",
  symlinkPath: "/run/secrets",
};

function reasonOf(manifest: unknown): string {
  const parsed = parseManifest(typeof manifest === "string" ? manifest : JSON.stringify(manifest));
  return parsed.kind === "corrupt" ? parsed.reason : "";
}

Deno.test("what Nix writes as null, and what older versions lack, has Go's meaning", () => {
  const nulls = { gnupgHome: null, sshKeyPaths: null, ageKeyFile: "", templates: null };
  for (const manifest of [whole, { ...whole, ...nulls }]) {
    const parsed = parseManifest(JSON.stringify(manifest));
    assert.ok(parsed.kind === "valid");
    const { secrets, templates, ageKeyFile, sshKeyPaths, useTmpfs } = parsed.state;
    assert.deepEqual([templates, ageKeyFile, sshKeyPaths, useTmpfs], [[], undefined, [], false]);
    assert.deepEqual(JSON.parse(JSON.stringify(secrets)), [
      { name: "a/b", path: "/run/secrets/a/b", mode: 0o440, uid: 0, gid: 0 },
    ]);
  }
});

Deno.test("a field that newer versions add is no reason to refuse a manifest", () => {
  assert.equal(reasonOf({ ...whole, secrets: [{ ...secret, later: 1 }], later: {} }), "");
});

const refused: readonly (readonly [string, unknown, RegExp])[] = [
  ["no JSON", "{", /not JSON/],
  ["an empty file", "", /not JSON/],
  ["a list", [], /not what sops-nix writes/],
  ["null", null, /not what sops-nix writes/],
  ["no secrets", { ...whole, secrets: undefined }, /its secrets/],
  ["secrets as text", { ...whole, secrets: "x" }, /its secrets/],
  ["no mount point", { ...whole, secretsMountPoint: undefined }, /its secretsMountPoint/],
  ["a relative link", { ...whole, symlinkPath: "run/secrets" }, /its symlinkPath/],
  [
    "a name that leads out",
    { ...whole, secrets: [{ ...secret, name: "../x" }] },
    /secrets\.0\.name/,
  ],
  ["an absolute name", { ...whole, secrets: [{ ...secret, name: "/x" }] }, /secrets\.0\.name/],
  ["an empty name", { ...whole, secrets: [{ ...secret, name: "" }] }, /secrets\.0\.name/],
  ["a mode that is not octal", { ...whole, secrets: [{ ...secret, mode: "0888" }] }, /0\.mode/],
  ["a mode as a number", { ...whole, secrets: [{ ...secret, mode: 256 }] }, /0\.mode/],
  ["an owner that is an option", { ...whole, secrets: [{ ...secret, owner: "-s" }] }, /0\.owner/],
  ["a negative number", { ...whole, secrets: [{ ...secret, uid: -1 }] }, /0\.uid/],
  ["a user's own manifest", { ...whole, userMode: true }, /its userMode/],
];

for (const [what, manifest, reason] of refused) {
  Deno.test(`a manifest is refused: ${what}`, () => assert.match(reasonOf(manifest), reason));
}

Deno.test("no reason quotes anything of the file", () => {
  const hidden = "hidden-5f0c";
  fc.assert(fc.property(
    fc.oneof(
      fc.constant(hidden),
      fc.constant(`{"secrets": ${hidden}`),
      fc.constant(JSON.stringify({ ...whole, symlinkPath: hidden })),
      fc.constantFrom("name", "path", "mode", "owner", "uid").map((field) =>
        JSON.stringify({ ...whole, secrets: [{ ...secret, [field]: `${hidden} \n/` }] })
      ),
      fc.json().map((json) => `{"${hidden}": ${json}}`),
    ),
    (text) => !reasonOf(text).includes("hidden"),
  ));
});
