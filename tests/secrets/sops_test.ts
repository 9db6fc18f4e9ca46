import { deepEqual, equal } from "node:assert/strict";
import { creationRules } from "../../src/secrets/sops.ts";
import { scan } from "../../src/secrets/scan.ts";
import { armored, drawn } from "./made_secrets.ts";

const sealed = (kind = "str"): string =>
  `ENC[AES256_GCM,data:${drawn(30, "base64")},iv:${drawn(43, "base64")}=,` +
  `tag:${drawn(22, "base64")}==,type:${kind}]`;

const config = [
  "keys:",
  "  - &host age1xyz",
  "creation_rules:",
  "  - path_regex: hosts/one/secrets.ya?ml$ # of one",
  "    key_groups: []",
  "  - path_regex: 'secrets/[^/]+\\.(yaml|json|env|ini)$'",
  '  - path_regex: "vault/.*\\\\.yaml"',
  "  - path_regex: (?i)TOKENS\\.env",
  "  - path_regex: hosts/one/keys.json",
  "  - path_regex: \\.yaml$",
  "  - path_regex: hosts/two/",
  "  - path_regex: (unbalanced",
  "  - path_regex: .*",
  "",
].join("\n");

const rules = creationRules(config);
const clear = "mail:\n  word: open\n";

/** What has to be encrypted and is not. */
const found: Readonly<Record<string, readonly [path: string, text: string]>> = {
  "a name that promises sops": ["home/mail.sops.yaml", clear],
  "a name that promises encryption": ["mail.enc.json", '{ "word": "open" }'],
  "an environment that promises sops": ["x.sops.env", "WORD=open\n"],
  "secrets below a folder named sops": ["hosts/sops/one/secrets.yaml", clear],
  "a file that a creation rule names": ["hosts/one/secrets.yaml", clear],
  "a file of a folder of secrets": ["secrets/mail.ini", "[mail]\nword = open\n"],
  "a quoted rule": ["vault/mail.yaml", clear],
  "a rule that takes capitals": ["hosts/tokens.env", "WORD=open\n"],
  "a rule that means one file": ["hosts/one/keys.json", '{ "word": "open" }'],
  "metadata without a code that seals them": ["x.sops.yaml", clear + "sops:\n  age: []\n"],
  "sops as a word": ["x.sops.yaml", clear + "note: see sops:\n"],
};

for (const [what, [path, text]] of Object.entries(found)) {
  Deno.test(`what is in clear is found: ${what}`, () => {
    deepEqual(
      scan(text, path, { sopsRules: rules }).map(({ rule, line }) => [rule, line]),
      [["unencrypted-sops-file", 1]],
    );
  });
}

const metadata = [
  "sops:",
  "    age:",
  "        - recipient: age1xyz",
  "          enc: |",
  armored("AGE ENCRYPTED FILE").replace(/^(?=.)/gm, "            ").trimEnd(),
  "    pgp:",
  "        - enc: |",
  armored("PGP MESSAGE").replace(/^(?=.)/gm, "            ").trimEnd(),
  `          fp: ${drawn(40, "hex").toUpperCase()}`,
  '    lastmodified: "2026-01-01T00:00:00Z"',
  `    mac: ${sealed()}`,
  "    unencrypted_suffix: _unencrypted",
  "    version: 3.9.4",
  "",
].join("\n");

const nested = { mac: sealed(), version: "3.9.4", age: [{ enc: armored("AGE ENCRYPTED FILE") }] };

/** What is as it should be. */
const fine: Readonly<Record<string, readonly [path: string, text: string]>> = {
  "an encrypted file in YAML": [
    "x.sops.yaml",
    `#${sealed("comment")}\ndb_password: ${sealed()}\napi_key: ${sealed()}\nport: 1\n${metadata}`,
  ],
  "an encrypted file in JSON": [
    "secrets/x.json",
    JSON.stringify({ password: sealed(), sops: nested }, null, 1),
  ],
  "an encrypted file of bytes": ["x.enc.json", JSON.stringify({ data: sealed(), sops: nested })],
  "an encrypted environment": [
    "x.sops.env",
    `DB_PASSWORD=${sealed()}\nsops_mac=${sealed()}\nsops_version=3.9.4\n`,
  ],
  "an encrypted INI file": [
    "secrets/x.ini",
    `[db]\npassword = ${sealed()}\n[sops]\nmac = ${sealed()}\n`,
  ],
  "the configuration of sops": [".sops.yaml", config],
  "a template of a file": ["secrets/x.example.yaml", clear],
  "an empty file": ["secrets/x.yaml", "# nothing yet\n---\n"],
  "empty brackets": ["secrets/x.json", "{}\n"],
  "a symbolic link": ["secrets/x.yaml", "other.yaml"],
  "a module beside the secrets": ["secrets/default.nix", "{ sops.defaultSopsFile = ./x.yaml; }"],
  "what age encrypted as a whole": ["secrets/x.yaml", armored("AGE ENCRYPTED FILE")],
  "a file that a rule for all files means": ["values.yaml", clear],
  "a file of a folder that only has keys of its own": ["hosts/two/x.yaml", clear],
};

for (const [what, [path, text]] of Object.entries(fine)) {
  Deno.test(`what is as it should be yields nothing: ${what}`, () => {
    deepEqual(scan(text, path, { sopsRules: rules }).map(({ rule }) => rule), []);
  });
}

Deno.test("of the creation rules those count that tell secrets from other files", () => {
  equal(rules.length, 5);
  deepEqual(creationRules("nothing: here\n"), []);
});

Deno.test("a mark in the first line allows a file in clear", () => {
  deepEqual(scan(`# holdfast:allow-secret\n${clear}`, "x.sops.yaml"), []);
});
