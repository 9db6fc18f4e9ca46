/** A kind of secret that is known by its form. */
export interface Format {
  /** The rule's name, in kebab-case: it stands in reports and allow lists. */
  readonly rule: string;
  /**
   * What every match holds, and is searched for: a plain search runs at gigabytes a second, an
   * expression at a tenth of that. It is the faster the rarer its first letter is, slow from seven
   * letters on, and often the middle of what a person knows; formats that share one share the search.
   */
  readonly literal: string;
  /**
   * Tried where the literal begins. Its group `value`, or all of it, is the secret. Every repetition
   * is bounded, so that no text makes it slow.
   */
  readonly pattern: RegExp;
}

/** Where in a text a rule is broken. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly rule: string;
  /** The secret itself. */
  readonly value: string;
}

const armor = "[\\s\"'`+,|>#*;\\\\]";
const base64 = "[A-Za-z0-9+/]";
const crypt = "[./A-Za-z0-9]";
/** A dollar sign of a crypt hash, doubled where a compose file would take it for a variable. */
const dollar = "\\${1,2}";

/** The formats: rule, literal, and the expression that begins there. */
const table: readonly (readonly [rule: string, literal: string, pattern: string])[] = [
  [
    "private-key",
    "BEGIN ",
    "(?<=-----)BEGIN (?:[A-Z0-9]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)?-----" + `${armor}{1,200}` +
    `(?:[A-Za-z-]{4,16}: [^\\n\\\\]{0,120}[\\n\\\\]${armor}{0,40}){0,4}` +
    `(?=${base64}{32})(?<value>[A-Za-z0-9+/=\\s"'\`,|>#*;\\\\]{40,8192})`,
  ],
  [
    "private-key",
    "Lines:",
    "(?<=Private-)Lines: \\d{1,3}\\s{1,4}(?<value>[\\w+/=\\s]{40,8192})",
  ],
  [
    "age-secret-key",
    "AGE-SE",
    "AGE-SECRET-KEY-(?:PQ-)?1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58,128}",
  ],
  ["github-token", "gh", "(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,255}"],
  ["github-token", "_pat_", "(?<=(?<![A-Za-z0-9])github)_pat_\\w{40,255}"],
  ["docker-token", "_pat_", "(?<=(?<![A-Za-z0-9])dckr)_pat_[\\w-]{27,64}"],
  ["docker-token", "SWM", "SWMTKN-1-[a-z0-9]{40,64}-[a-z0-9]{20,32}"],
  ["docker-token", "SWM", `SWMKEY-1-${base64}{40,64}`],
  [
    "gitlab-token",
    "gl",
    "(?<!\\w)gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[\\w-]{20,64}",
  ],
  ["grafana-token", "gl", "(?<!\\w)gl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_[\\w+/=-]{60,300})"],
  ["aws-access-key", "IA", "(?<=(?<![A-Za-z0-9])A[KS])IA[A-Z2-7]{16}(?![A-Za-z0-9])"],
  ["google-api-key", "AIza", "(?<![\\w-])AIza[\\w-]{35}(?![\\w-])"],
  ["google-oauth-secret", "GOCS", "GOCSPX-[\\w-]{28}(?![\\w-])"],
  [
    "azure-client-secret",
    "Q~",
    "(?<=(?<![\\w~.-])[A-Za-z0-9_~.]{3}\\d)Q~[A-Za-z0-9_~.-]{31,34}(?![\\w~.-])",
  ],
  [
    "slack-token",
    "xox",
    "(?<!\\w)xox(?:[abops]-\\d{6,14}-[0-9A-Za-z-]{12,255}|[ar]-[0-9A-Za-z-]{20,255}|" +
    "e(?:\\.xox[bp])?-\\d-[A-Za-z0-9]{100,255})",
  ],
  ["slack-token", "xa", "(?<!\\w)xapp-\\d-[A-Z0-9]{5,20}-\\d{5,20}-[0-9a-z]{20,128}"],
  [
    "slack-webhook",
    "://",
    "(?<=https)://hooks\\.slack\\.com/(?:services|workflows|triggers)/(?<value>[\\w+/]{30,100})",
  ],
  [
    "discord-webhook",
    "://",
    "(?<=https)://(?:\\w{1,10}\\.)?discord(?:app)?\\.com/api/(?:v\\d{1,2}/)?webhooks/\\d{16,20}/" +
    "(?<value>[\\w-]{60,80})",
  ],
  [
    "url-password",
    "://",
    "(?<=[a-z][a-z0-9+.-]{1,24})://(?<user>[^\\s/:@\"'`<>{}()$\\\\]{0,100}):" +
    "(?<value>[^\\s/@\"'`<>{}()$\\\\]{3,200})@[\\w[]",
  ],
  ["stripe-key", "_live_", "(?<=(?<![A-Za-z0-9])[rs]k)_live_[0-9A-Za-z]{16,247}"],
  ["openai-key", "T3Blbk", "(?<=sk-[\\w-]{16,100})T3BlbkFJ[\\w-]{16,100}"],
  ["anthropic-key", "-ant-", "(?<=(?<![A-Za-z0-9])sk)-ant-[a-z0-9]{3,12}-[\\w-]{40,128}"],
  ["xai-key", "xa", "(?<![A-Za-z0-9])xai-[A-Za-z0-9]{70,100}"],
  ["huggingface-token", "hf_", "(?<![A-Za-z0-9_])hf_[A-Za-z0-9]{34,40}(?!\\w)"],
  ["npm-token", "pm_", "(?<=(?<![A-Za-z0-9_])n)pm_[A-Za-z0-9]{36}(?!\\w)"],
  ["pypi-token", "AgE", "(?<=pypi-)AgEIcHlwaS5vcmc[\\w-]{50,255}"],
  ["pypi-token", "AgE", "(?<=pypi-)AgENdGVzdC5weXBpLm9yZ[\\w-]{50,255}"],
  ["telegram-token", "AA", "(?<=(?<!\\w)\\d{8,10}:)AA[\\w-]{33}(?![\\w-])"],
  [
    "tailscale-key",
    "key-",
    "(?<=(?<![A-Za-z0-9])[th]s)key-(?:api|auth|client|oauth|scim|webhook)-" +
    "[A-Za-z0-9]{8,64}(?:-[A-Za-z0-9]{8,64})?",
  ],
  ["cloudflare-token", "1.0-", "(?<=(?<![\\w.])v)1\\.0-[0-9a-f]{24}-[0-9a-f]{146}"],
  ["cloudflare-token", "JhIjoi", "(?<=(?<![\\w+/])ey)JhIjoi[\\w+/=-]{100,400}"],
  ["digitalocean-token", "1_", "(?<=(?<![A-Za-z0-9])do[opr]_v)1_[0-9a-f]{64}"],
  ["vault-token", "hv", "(?<![\\w.])hv[sbr]\\.[\\w-]{24,300}"],
  ["sendgrid-key", "SG.", "(?<![\\w.])SG\\.[\\w-]{22}\\.[\\w-]{43}(?![\\w-])"],
  ["1password-key", "A3-", "(?<![\\w-])A3-[A-Z0-9]{6}-[A-Z0-9]{6}-?[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3}"],
  ["1password-key", "yJ", "(?<=(?<![\\w-])ops_e)yJ[\\w+/=-]{200,2000}"],
  ["jwt", "yJ", "(?<=(?<![\\w-])eyJ[\\w-]{10,600}\\.e)yJ[\\w-]{8,2000}\\.[\\w-]{20,800}"],
  ["nix-signing-key", "-1:", "(?<=[\\w.]{3,60})-1:[A-Za-z0-9+/]{86}==(?![\\w+/=])"],
  [
    "password-hash",
    "$6$",
    `\\$6${dollar}(?:rounds=\\d{1,9}${dollar})?${crypt}{0,16}${dollar}${crypt}{86}`,
  ],
  [
    "password-hash",
    "$5$",
    `\\$5${dollar}(?:rounds=\\d{1,9}${dollar})?${crypt}{0,16}${dollar}${crypt}{43}`,
  ],
  ["password-hash", "$1$", `\\$1${dollar}${crypt}{1,8}${dollar}${crypt}{22}`],
  ["password-hash", "$apr1$", `\\$apr1${dollar}${crypt}{1,8}${dollar}${crypt}{22}`],
  ...["y", "gy", "7"].map((kind) =>
    [
      "password-hash",
      `$${kind}$`,
      `\\$${kind}${dollar}(?:${crypt}{1,40}${dollar}){1,2}${crypt}{43}`,
    ] as const
  ),
  ["password-hash", "$2", `\\$2[abxy]?${dollar}\\d\\d${dollar}${crypt}{53}`],
  [
    "password-hash",
    "$argon",
    `\\$argon2(?:id?|d)${dollar}(?:v=\\d+${dollar})?[a-z0-9=,]{5,60}${dollar}` +
    `[A-Za-z0-9+/]{8,128}${dollar}[A-Za-z0-9+/]{20,128}`,
  ],
];

/** The secrets that are known by their form alone, whatever stands around them. */
export const formats: readonly Format[] = table.map(([rule, literal, pattern]) => ({
  rule,
  literal,
  pattern: new RegExp(pattern, "y"),
}));

/** The rules for what is known by the name it is given, or by the file it is in. */
export const otherRules = [
  "discord-token",
  "docker-auth",
  "high-entropy-assignment",
  "netrc-password",
  "unencrypted-sops-file",
  "wireguard-key",
] as const;

/** The names of all rules, sorted; gitleaks has its own. */
export const ruleNames: readonly string[] = [
  ...new Set([...formats.map(({ rule }) => rule), ...otherRules]),
].sort();
