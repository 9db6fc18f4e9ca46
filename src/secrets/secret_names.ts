/** What the name of a value promises about it. */
export type Promised = "password" | "token" | "wireguard" | "docker-auth";

/** Words that end a name of something about a secret that is none itself: `passwordFile`. */
const about = new Set(
  ("file files filename path paths dir directory folder url uri urls endpoint host name names id ids " +
    "identifier type types kind command cmd env var vars variable store storage manager helper " +
    "length len size count limit limits max min ttl expiry expires expiration lifetime age hint " +
    "prompt policy regex pattern patterns field fields label labels column header headers prefix " +
    "suffix provider format algorithm alg method mode cipher encoding encryption hash hashes hashed " +
    "digest fingerprint salt pbkdf2 version source src ref refs reference selector class icon color location " +
    "map mapping binding bindings user username owner group required enabled enable disabled " +
    "timeout interval rotation scope scopes issuer audience usage budget window public pub sha256 " +
    "md5 protection authentication generator validator handler callback service socket title " +
    "description message error server servers mtime time date updated changed created").split(" "),
);

/** Words before the last that make a name one of something public, counted or already encrypted. */
const harmless = new Set(
  ("public pub max min num total hashed encrypted sealed next prev page gpg pgp known trusted " +
    "checksum digest hash sha256").split(" "),
);

/** Words that make a key a secret one. */
const secretKeys = new Set(
  ("api access private priv secret auth encryption encrypt crypt decrypt decryption master license " +
    "licence account service app application client session deploy storage shared preshared signing " +
    "age wg wireguard cookie jwt hmac webhook admin root write read consumer project registration " +
    "join enrollment bot server").split(" "),
);

const password =
  /(?:password|passwd|passphrase|passcode|pwd|psk)s?\d{0,3}$|^(?:\w{0,8}[^ym])?pass\d{0,2}$/;
const token = /(?:token|secret)s?\d{0,3}$|^cred(?:s|entials?)?$/;
const gluedKey =
  /(?:api|access|private|secret|auth|encryption|master|license|account|shared)keys?\d{0,2}$/;

/** The words a name is made of, in lower case: `dbPassword_file` gives db, password, file. */
export function wordsOf(name: string): readonly string[] {
  return name.split(/[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])/).filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

/** What a name promises; `undefined` when nothing secret. */
export function promisedBy(name: string): Promised | undefined {
  const words = wordsOf(name);
  const glued = words.join("");
  if (/(?:private|preshared)key$/.test(glued)) return "wireguard";
  const kinds = words.map((word, at) => kindOf(word, words[at - 1], words.length - 1 === at, name));
  const last = kinds.findLastIndex((kind) => kind !== undefined);
  if (last < 0) return undefined;
  if (words.slice(last + 1).some((word) => about.has(word))) return undefined;
  if (words.slice(0, last).some((word) => harmless.has(word))) return undefined;
  return kinds[last];
}

function kindOf(
  word: string,
  before: string | undefined,
  isLast: boolean,
  name: string,
): Promised | undefined {
  if (password.test(word)) return "password";
  if (token.test(word) || gluedKey.test(word)) return "token";
  if (/^keys?$/.test(word)) {
    const isSecret = before !== undefined && secretKeys.has(before);
    return isSecret || /^[A-Z0-9]+(?:_[A-Z0-9]+)*_KEY$/.test(name) ? "token" : undefined;
  }
  if (word === "auth" && isLast) return before === undefined ? "docker-auth" : "token";
  return word === "authorization" && isLast ? "token" : undefined;
}
