import { deepEqual } from "node:assert/strict";
import { scan } from "../../src/secrets/scan.ts";
import { drawn } from "./made_secrets.ts";

const token = drawn(32);
const hex = drawn(40, "hex");
const chosen = `w1nter${drawn(3, "digits")}!`;
const key = drawn(42, "base64") + "M=";
const discord = `M${drawn(25)}.${drawn(6)}.${drawn(32)}`;

type Row = readonly [path: string, text: string, rule?: string];

/** What assigns a secret: where, how, and the rule unless it is the usual one. */
const found: Readonly<Record<string, Row>> = {
  "an attribute in Nix": ["configuration.nix", `  services.x.apiToken = "${token}";`],
  "a password in Nix that somebody made up": ["x.nix", `users.users.me.password = "${chosen}";`],
  "a passphrase of a wireless network in Nix": ["wifi.nix", `home.psk = "${chosen}";`],
  "a text of several lines in Nix": ["x.nix", `apiKey = ''${token}'';`],
  "a WireGuard key in Nix": ["wg.nix", `privateKey = "${key}";`, "wireguard-key"],
  "a WireGuard key in its own configuration": ["wg0.conf", `PrivateKey = ${key}`, "wireguard-key"],
  "a preshared key of WireGuard": ["wg0.conf", `PresharedKey=${key}`, "wireguard-key"],
  "a key in YAML": ["values.yaml", `  api_key: ${token}`],
  "a quoted key in YAML": ["values.yaml", `  "client-secret": '${token}'`],
  "a key in JSON": ["settings.json", `{ "accessToken": "${token}" }`],
  "a key in JSON in which a password has signs": ["settings.json", `{"password":"${chosen}"}`],
  "a key in TOML": ["config.toml", `auth_token = "${token}"`],
  "a line of an INI file": ["my.ini", `password=${chosen}`],
  "a line of an environment file": [".env", `DB_PASSWORD=${chosen}`],
  "a variable that a shell exports": ["dot_zshrc", `export OPENAI_API_KEY=${token}`],
  "a quoted variable of a shell": ["x.sh", `GITHUB_TOKEN="${token}"`],
  "a key named after who gave it": ["env.sh", `export WEATHER_KEY='${hex}'`],
  "a variable of fish": ["config.fish", `set -gx TOKEN ${token}`],
  "an argument of a command": ["run.sh", `curl --token ${token} https://example.org`],
  "an argument with an equals sign": ["run.sh", `x --api-key=${token}`],
  "an argument within a text in Nix": ["x.nix", `ExecStart = "x --api-token ${token} -v";`],
  "an environment within a text in Nix": ["x.nix", `Environment = [ "API_TOKEN=${token}" ];`],
  "a header": ["run.sh", `curl -H "Authorization: Bearer ${token}"`],
  "a header with a password": [
    "run.sh",
    `curl -H "Authorization: Basic ${btoa(`me:${chosen}`)}"`,
    "docker-auth",
  ],
  "what docker logs in with": [
    "dot_docker/config.json",
    `{"auths":{"ghcr.io":{"auth":"${btoa(`me:${token}`)}"}}}`,
    "docker-auth",
  ],
  "a bot of Discord": ["bot.toml", `token = "${discord}"`, "discord-token"],
  "a line of npm's configuration": ["dot_npmrc", `//registry.npmjs.org/:_authToken=${token}`],
  "a constant in TypeScript": ["x.ts", `const apiToken: string = "${token}";`],
  "a constant in Rust": ["x.rs", `const API_KEY: &str = "${token}";`],
  "a call": ["x.py", `os.environ.setdefault("API_KEY", "${token}")`],
  "a setting of Emacs": ["init.el", `(setq my-api-token "${token}")`],
  "an entry of a Lua table": ["x.lua", `["api_token"] = "${token}",`],
  "an element of XML": ["config.xml", `<apikey>${token}</apikey>`],
  "a parameter of a URL": ["x.sh", `curl 'https://example.org/?access_token=${hex}&x=1'`],
  "a machine of .netrc": [
    "dot_netrc",
    `machine example.org login me password ${chosen}`,
    "netrc-password",
  ],
  "a machine of .netrc, over several lines": [
    "private_dot_netrc",
    `machine example.org\n  login me\n  password ${chosen}`,
    "netrc-password",
  ],
  "a machine of .authinfo": [
    "dot_authinfo",
    `machine imap.example.org login me port 993 password ${chosen}`,
    "netrc-password",
  ],
  "a token in a line of a million characters": [
    "x.min.js",
    `${"a=1;".repeat(250_000)}token="${token}";${"b=2;".repeat(250_000)}`,
  ],
};

for (const [what, [path, text, rule = "high-entropy-assignment"]] of Object.entries(found)) {
  Deno.test(`${what} is found`, () => {
    const line = text.split("\n").length;
    deepEqual(scan(text, path).map((hit) => [hit.rule, hit.line]), [[rule, line]]);
    deepEqual(scan(`{\n${text}\n}`, path).map((hit) => hit.line), [line + 1]);
  });
}

/** What only looks like it. */
const innocent: Readonly<Record<string, readonly [path: string, text: string]>> = {
  "a path of sops-nix": ["x.nix", "passwordFile = config.sops.secrets.mail-password1.path;"],
  "a path of agenix": ["x.nix", 'token = "/run/agenix/token1234567890ab";'],
  "a path of a secret": ["x.nix", 'secretKey = "/run/secrets/key-1234567890abcdef";'],
  "a path in the home": ["x.toml", 'api_key = "~/.config/key1234567890abcdef"'],
  "an interpolation of Nix": ["x.nix", 'apiKey = "${config.x.key1}${toString 1234567890}";'],
  "an expression of Nix": ["x.nix", "apiKey = builtins.hashString1234567890abcdef x;"],
  "a variable of a shell": ["x.sh", 'API_TOKEN="$OTHER_TOKEN1234567890"'],
  "what a command prints": ["x.sh", 'API_TOKEN="$(pass show api/token1234567890)"'],
  "a template of chezmoi": ["x.tmpl", 'token = "{{ (bitwarden "item" "x1y2z3").login.password }}"'],
  "a tag of Home Assistant": ["configuration.yaml", "password: !secret mqtt_password_2"],
  "what sops encrypted": ["x.yaml", `password: ENC[AES256_GCM,data:${token},iv:${token},type:str]`],
  "what Sealed Secrets encrypted": ["x.yaml", `password: AgB${drawn(600, "base64")}`],
  "a reference to 1Password": ["x.env", "API_TOKEN=op://vault/item1234567890/field"],
  "a reference of vals": ["x.yaml", "api_token: ref+vault://secret/x1234567890#key"],
  "a placeholder of wpa_supplicant": ["x.nix", 'pskRaw = "ext:psk_home_24";'],
  "a placeholder that is replaced": ["x.nix", 'password = "@admin_password_1@";'],
  "a password to be changed": ["x.nix", 'initialPassword = "changeme123";'],
  "a row of x": ["x.toml", 'token = "xxxxxxxxxxxxxxxx1xxxxxxxxxxxxxxx"'],
  "a hint in brackets": ["x.toml", 'token = "<your token, 40 characters>"'],
  "an example": ["x.env", "API_KEY=your-api-key-1234567890"],
  "a sentence": ["README.md", "The token: it has 32 characters, 0 to 9 and a to f."],
  "a public key": ["x.nix", `publicKey = "${key}";`],
  "a public key of a cache": ["x.nix", `trusted-public-keys = "x.org-1:${drawn(43, "base64")}=";`],
  "a file of a public key": ["signing_key.pub", `x:signing_key:${drawn(43, "base64")}=`],
  "a recipient of age": ["x.yaml", `age_key: age1${drawn(58, "hex")}`],
  "a key of SSH": ["x.nix", `signing.key = "ssh-ed25519 ${drawn(68, "base64")}";`],
  "a fingerprint of GnuPG": ["dot_gitconfig", `signingKey = ${hex.toUpperCase()}`],
  "a number of a key": ["x.yaml", `api_key_id: ${token}`],
  "a revision in a lock file": ["flake.lock", `"narHash": "sha256-${token}=", "rev": "${hex}"`],
  "a digest under the name of a secret": ["x.yaml", `checksum/secret: ${hex}`],
  "an SRI digest": ["x.nix", `tokenizer.hash = "sha256-${drawn(43, "base64")}=";`],
  "a universally unique number": [
    "x.nix",
    `hardware.key = "${drawn(8, "hex")}-0000-4000-8000-${drawn(12, "hex")}";`,
  ],
  "a binding of a key": ["keys.lua", 'key = "XF86AudioRaiseVolume2", mods = "CTRL|SHIFT"'],
  "an algorithm": ["postgresql.conf", 'password_encryption = "scram-sha-256-plus2"'],
  "a kind of token": ["x.json", '"token_type": "bearer-v2-1234567890abc"'],
  "a number of tokens": ["x.py", "max_tokens = 4096"],
  "a call for a token": ["x.ts", "const token = lexer.nextToken1234567890abc();"],
  "a call in what is no code": ["notes.txt", "token = next_token1234567890abc()"],
  "a member": ["x.ts", "token: response2.data.token1234567890"],
  "a prompt of a shell": ["x.zsh-theme", "local pwd='%{$fg[blue]%}%~%{$reset_color%}1'"],
  "an expression that is matched": ["x.nix", "tokens_4 = '(?:\\\\S+\\\\s+){0,4}a1b2c3d4e5f6g7';"],
  "an address": ["x.nix", 'IPv6Token = "::fd87:20d6:a932:6605";'],
  "a version of a package": ["package-lock.json", '"@aws-sdk/token-providers": "3.1048.0"'],
  "words": ["x.yaml", "secret: my-application-secret-name-2"],
  "a path in a store of passwords": ["x.toml", 'pass = "mail/example.org/me1"'],
  "an address of a page": ["mkdocs.yml", "- 1Password: user-guide/password-managers/1password.md"],
  "a key of GnuPG": ["x.env", `GPG_KEY=${hex.toUpperCase()}`],
  "a name of a domain": ["x.nix", 'monkey = "a1b2c3d4e5f6g7h8i9j0.example.org";'],
};

for (const [what, [path, text]] of Object.entries(innocent)) {
  Deno.test(`${what} is no secret`, () => {
    deepEqual(scan(text, path).map(({ rule, value }) => `${rule}: ${value}`), []);
  });
}
