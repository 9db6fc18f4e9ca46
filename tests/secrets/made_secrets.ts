/**
 * Secrets that open nothing, put together when the tests run: as literals they would be found by
 * every scanner that looks at this repository, ours first of all.
 */

const digits = "0123456789";
const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();
/** The alphabets that formats use. */
export const alphabets = {
  alphanumeric: digits + lower + upper,
  base64: digits + lower + upper + "+/",
  bech32: "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
  crypt: "./" + digits + upper + lower,
  digits,
  hex: digits + "abcdef",
  upperCase: "234567" + upper,
  url: digits + lower + upper + "-_",
} as const;

/** Characters drawn from an alphabet, the same ones in each run. */
export function drawn(
  length: number,
  alphabet: keyof typeof alphabets = "alphanumeric",
  seed = 1,
): string {
  let state = seed * 2654435761 % 2147483647;
  return Array.from({ length }, () => {
    state = state * 48271 % 2147483647;
    return alphabets[alphabet].charAt(state % alphabets[alphabet].length);
  }).join("");
}

/** A private key with the armor of a kind, as `OPENSSH PRIVATE KEY`. */
export function armored(kind: string, headers: readonly string[] = [], size = 200): string {
  const body = drawn(size, "base64").replace(/.{64}/g, "$&\n");
  const [begin, end] = ["BEGIN", "END"].map((word) => `-----${word} ${kind}-----`);
  return [begin, ...headers, ...(headers.length > 0 ? [""] : []), body, end, ""].join("\n");
}

/** What a JSON Web Token's parts are: JSON, in base64 for URLs. */
function part(json: unknown): string {
  return btoa(JSON.stringify(json)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

const segment = (length: number, seed = 1): string => drawn(length, "url", seed);
const account = drawn(10, "digits", 3);

/** Secrets by the rule that finds them, each named by what it is. */
export const made: Readonly<Record<string, readonly (readonly [what: string, text: string])[]>> = {
  "private-key": [
    ["a key of OpenSSH", armored("OPENSSH PRIVATE KEY")],
    ["an RSA key", armored("RSA PRIVATE KEY")],
    ["a PKCS 8 key", armored("PRIVATE KEY")],
    ["an elliptic key of 32 bytes", armored("EC PRIVATE KEY", [], 64)],
    ["an encrypted key", armored("ENCRYPTED PRIVATE KEY")],
    [
      "an encrypted key with headers",
      armored("RSA PRIVATE KEY", ["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00"]),
    ],
    ["a PGP key", armored("PGP PRIVATE KEY BLOCK", ["Version: GnuPG v2"])],
    ["a key in JSON, in one line", JSON.stringify({ key: armored("PRIVATE KEY") })],
    ["an indented key", armored("PRIVATE KEY").replace(/^/gm, "        ")],
    [
      "a PuTTY key",
      `PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-${"Lines"}: 1\n${drawn(48, "base64")}\n`,
    ],
  ],
  "age-secret-key": [
    ["a key of age", `AGE-SECRET-${"KEY"}-1${drawn(58, "bech32")}`],
    ["a post-quantum key of age", `AGE-SECRET-${"KEY"}-PQ-1${drawn(58, "bech32")}`],
  ],
  "github-token": [
    ...["p", "o", "u", "s", "r"].map((kind) =>
      [`a GitHub token, gh${kind}_`, `gh${kind}_${drawn(36)}`] as const
    ),
    ["a fine-grained GitHub token", `github_${"pat"}_${drawn(22)}_${drawn(59)}`],
  ],
  "gitlab-token": ["pat", "dt", "rt", "ptt", "cbt", "agent"].map((kind) =>
    [`a GitLab token, gl${kind}-`, `gl${kind}-${segment(20)}`] as const
  ),
  "grafana-token": [["a Grafana token", `gl${"sa"}_${drawn(32)}_${drawn(8, "hex")}`]],
  "docker-token": [
    ["a token of Docker Hub", `dckr_${"pat"}_${segment(27)}`],
    ["a token to join a swarm", `SWMTKN-${"1"}-${drawn(50, "hex")}-${drawn(25, "hex")}`],
  ],
  "aws-access-key": [
    ["an AWS key", `AK${"IA"}${drawn(16, "upperCase")}`],
    ["a temporary AWS key", `AS${"IA"}${drawn(16, "upperCase")}`],
  ],
  "google-api-key": [["a Google API key", `AI${"za"}${segment(35)}`]],
  "google-oauth-secret": [["an OAuth secret of Google", `GOC${"SPX"}-${segment(28)}`]],
  "azure-client-secret": [["a client secret of Azure", `${drawn(3)}8${"Q~"}${drawn(34)}`]],
  "slack-token": [
    ["a bot of Slack", `xox${"b"}-${account}-${account}-${drawn(24)}`],
    ["an app of Slack", `xa${"pp"}-1-A${drawn(9, "upperCase")}-${account}-${drawn(64, "hex")}`],
  ],
  "slack-webhook": [
    ["a webhook of Slack", `https://hooks.slack.com/${"services"}/T${drawn(43)}`],
  ],
  "discord-webhook": [
    [
      "a webhook of Discord",
      `https://discord.com/api/${"webhooks"}/${drawn(18, "digits")}/${segment(68)}`,
    ],
  ],
  "url-password": [
    ["a URL with a password", `https://user:${drawn(12)}@example.org/repo.git`],
    ["a URL with a password and no user", `redis://:${drawn(9)}@localhost:6379`],
    ["a database's URL", `postgres://app:${drawn(16)}@10.0.0.1/db`],
  ],
  "stripe-key": [["a live key of Stripe", `sk_${"live"}_${drawn(24)}`]],
  "openai-key": [["a key of OpenAI", `sk-proj-${segment(40)}T3Blbk${"FJ"}${segment(40)}`]],
  "anthropic-key": [["a key of Anthropic", `sk-${"ant"}-api03-${segment(93)}AA`]],
  "xai-key": [["a key of xAI", `xa${"i"}-${drawn(80)}`]],
  "huggingface-token": [["a token of Hugging Face", `h${"f"}_${drawn(34)}`]],
  "npm-token": [["a token of npm", `np${"m"}_${drawn(36)}`]],
  "pypi-token": [["a token of PyPI", `pypi-${"AgEIcHlwaS5vcmc"}${segment(70)}`]],
  "telegram-token": [["a bot of Telegram", `${account}:${"AA"}${segment(33)}`]],
  "tailscale-key": [
    ["a key of Tailscale", `ts${"key"}-auth-${drawn(12)}-${drawn(32)}`],
    ["an API key of Tailscale", `ts${"key"}-api-${drawn(12)}-${drawn(32)}`],
  ],
  "cloudflare-token": [
    ["an origin key of Cloudflare", `v1.${"0"}-${drawn(24, "hex")}-${drawn(146, "hex")}`],
    ["a tunnel of Cloudflare", `ey${"JhIjoi"}${drawn(150)}`],
  ],
  "digitalocean-token": [["a token of DigitalOcean", `dop_${"v1"}_${drawn(64, "hex")}`]],
  "vault-token": [["a token of Vault", `hv${"s"}.${segment(90)}`]],
  "sendgrid-key": [["a key of SendGrid", `S${"G"}.${segment(22)}.${segment(43)}`]],
  "1password-key": [
    [
      "a secret key of 1Password",
      ["A3", 6, 6, 5, 5, 5, 5].map((it) => typeof it === "string" ? it : drawn(it, "upperCase", it))
        .join("-"),
    ],
  ],
  jwt: [
    [
      "a JSON Web Token",
      [part({ alg: "HS256", typ: "JWT" }), part({ sub: "1", name: "n" }), segment(43)].join("."),
    ],
  ],
  "nix-signing-key": [
    ["a key that signs a binary cache", `cache.example.org-1:${drawn(86, "base64")}==`],
  ],
  "password-hash": [
    ["a hash by SHA-512", `$${"6"}$${drawn(16, "crypt")}$${drawn(86, "crypt")}`],
    ["a hash by SHA-256", `$${"5"}$rounds=5000$${drawn(16, "crypt")}$${drawn(43, "crypt")}`],
    ["a hash by yescrypt", `$${"y"}$j9T$${drawn(22, "crypt")}$${drawn(43, "crypt")}`],
    ["a hash by bcrypt", `$${"2b"}$12$${drawn(53, "crypt")}`],
    ["a hash with doubled dollars", `$$${"2y"}$$12$$${drawn(53, "crypt")}`],
    [
      "a hash by Argon2",
      `$${"argon2id"}$v=19$m=65536,t=3,p=4$${drawn(22, "base64")}$${drawn(43, "base64")}`,
    ],
    ["a hash of htpasswd", `$${"apr1"}$${drawn(8, "crypt")}$${drawn(22, "crypt")}`],
  ],
};
