import { deepEqual, equal } from "node:assert/strict";
import { formats, ruleNames } from "../../src/secrets/rules.ts";
import { scan } from "../../src/secrets/scan.ts";
import { armored, drawn, made } from "./made_secrets.ts";

for (const [rule, secrets] of Object.entries(made)) {
  for (const [what, secret] of secrets) {
    Deno.test(`${what} is found by ${rule}, in its line, whatever stands around it`, () => {
      for (
        const [before, after] of [["", ""], ["one\ntwo\n", "\nfour\n"], ["'", "',"], [" ", " "]]
      ) {
        const hits = scan(before + secret + after, "notes.txt");
        const line = `${before}`.split("\n").length;
        deepEqual(hits.map((hit) => [hit.rule, hit.line - line]), [[rule, first(secret, rule)]]);
        equal(secret.replace(/\\n/g, "").includes("\0"), false);
      }
    });
    Deno.test(`${what} is found in what is no text`, () => {
      deepEqual(scan(`\0\x01${secret}\0`, "database").map((hit) => hit.rule), [rule]);
    });
  }
}

/** On which of a secret's lines it is known: a PuTTY key's private part is not its first line. */
function first(secret: string, rule: string): number {
  return rule === "private-key" && secret.startsWith("PuTTY") ? 1 : 0;
}

Deno.test("every format has a secret that is found by it", () => {
  const tried = new Set(Object.keys(made));
  deepEqual(formats.map(({ rule }) => rule).filter((rule) => !tried.has(rule)), []);
});

Deno.test("rules are named in kebab-case", () => {
  deepEqual(ruleNames.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)), []);
});

/** What looks like one of the formats and is none. */
const innocent: Readonly<Record<string, string>> = {
  "a public key of PEM": armored("PUBLIC KEY"),
  "a certificate": armored("CERTIFICATE"),
  "a file encrypted by age": armored("AGE ENCRYPTED FILE"),
  "a PGP message": armored("PGP MESSAGE", ["Version: GnuPG v2"]),
  "a PGP public key": armored("PGP PUBLIC KEY BLOCK"),
  "an SSH signature": armored("SSH SIGNATURE"),
  "a public key of OpenSSH": `ssh-ed25519 ${drawn(68, "base64")} person@host`,
  "a recipient of age": `age1${drawn(58, "bech32").toLowerCase()}`,
  "a program that looks for private keys": 'grep -q "-----BEGIN OPENSSH PRIVATE KEY-----" "$1"',
  "a private key left out": "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n",
  "a token of x": `gh${"p"}_${"x".repeat(36)}`,
  "an AWS key for examples": `AK${"IA"}IOSFODNN7EXAMPLE`,
  "a word that ends like a format": `sigh${"p"}_${drawn(36)}`,
  "a store path": `/nix/store/${drawn(32, "hex")}-glpat-wrapper`,
  "a URL with a user": "ssh://git@example.org:22/repo.git",
  "a URL with a port": "https://example.org:8443/@user",
  "a URL in which a variable is the password": "https://user:$TOKEN@example.org",
  "a URL with a template": "https://user:{{ .password }}@example.org",
  "a URL that shows where a password goes": "postgres://user:password@localhost/db",
  "a URL whose password is the user": "postgres://app:app@localhost/db",
  "a public key of a binary cache": `cache.example.org-1:${drawn(43, "base64")}=`,
  "a digest": `sha512-${drawn(86, "base64")}==`,
  "a variable of a shell": 'echo "$6$7" $y $argon',
};

for (const [what, text] of Object.entries(innocent)) {
  Deno.test(`${what} is no secret`, () => {
    deepEqual(scan(text, "notes.txt"), []);
  });
}
