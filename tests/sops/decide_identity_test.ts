import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeIdentities } from "../../src/sops/decide_identity.ts";
import { programs } from "../support/programs.ts";
import { bech32, bech32Words } from "./bech32.ts";

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
const x25519 = (): string => bech32("AGE-SECRET-KEY-", random(32));

/** A key file by the real age-keygen. */
async function generated(): Promise<string> {
  const { directory } = await programs();
  const PATH = [directory, Deno.env.get("PATH") ?? ""].filter(Boolean).join(":");
  const { stdout, success } = await new Deno.Command("sh", {
    args: ["-c", "exec age-keygen 2>/dev/null"],
    env: { PATH },
  }).output();
  assert.ok(success);
  return new TextDecoder().decode(stdout);
}

Deno.test("what age-keygen makes is well-formed", async () => {
  for (let run = 0; run < 5; run++) {
    const [one, two] = [await generated(), await generated()];
    assert.deepEqual(judgeIdentities(one), { kind: "well-formed", count: 1 });
    assert.deepEqual(judgeIdentities(one + two), { kind: "well-formed", count: 2 });
    assert.deepEqual(judgeIdentities(one.replaceAll("\n", "\r\n")), {
      kind: "well-formed",
      count: 1,
    });
  }
});

Deno.test("any one character of a key being another is noticed, and the line is named", async () => {
  const [key = ""] = /AGE-SECRET-KEY-1\S+/.exec(await generated()) ?? [];
  fc.assert(fc.property(
    fc.integer({ min: 0, max: key.length - 1 }),
    fc.constantFrom(..."QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LBIO1 -a"),
    (at, letter) => {
      fc.pre(key[at] !== letter);
      const changed = key.slice(0, at) + letter + key.slice(at + 1);
      assert.deepEqual(judgeIdentities(`# a\n\n${changed}\n`), { kind: "malformed", line: 3 });
    },
  ));
});

const well: readonly (readonly [string, () => string])[] = [
  ["of X25519", x25519],
  ["of the post-quantum hybrid", () => bech32("AGE-SECRET-KEY-PQ-", random(32))],
  ["of a plugin", () => bech32("AGE-PLUGIN-YUBIKEY-", random(17))],
  ["of a plugin without data", () => bech32("AGE-PLUGIN-TPM-", random(0))],
];
for (const [what, make] of well) {
  Deno.test(`an identity ${what} is well-formed`, () => {
    assert.deepEqual(judgeIdentities(make()), { kind: "well-formed", count: 1 });
  });
}

const bad: readonly (readonly [string, () => string])[] = [
  ["too short", () => bech32("AGE-SECRET-KEY-", random(31))],
  ["too long", () => bech32("AGE-SECRET-KEY-", random(33))],
  ["padded with something", () => bech32Words("AGE-SECRET-KEY-", Array(52).fill(1))],
  ["in small letters", () => x25519().toLowerCase()],
  ["of another kind", () => bech32("AGE-SECRET-CAT-", random(32))],
  [
    "with a hybrid's prefix, summed for the other",
    () => x25519().replace("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1"),
  ],
  [
    "of a plugin, with a wrong sum",
    () =>
      bech32("AGE-PLUGIN-YUBIKEY-", random(17)).replace(/.$/, (last) => last === "Q" ? "P" : "Q"),
  ],
  ["with a space before it", () => ` ${x25519()}`],
  ["with a space behind it", () => `${x25519()} `],
  ["a recipient", () => bech32("age", random(32)).toLowerCase()],
  ["an ssh key", () => "-----BEGIN OPENSSH PRIVATE KEY-----"],
  ["two in a line", () => x25519() + x25519()],
];
for (const [what, make] of bad) {
  Deno.test(`an identity that is malformed is found: ${what}`, () => {
    assert.deepEqual(judgeIdentities(`${x25519()}\n${make()}\n`), { kind: "malformed", line: 2 });
  });
}

Deno.test("a file without identities has none", () => {
  for (const text of ["", "\n\n", "# public key: age1\n"]) {
    assert.deepEqual(judgeIdentities(text), { kind: "none" });
  }
});
