/** The file at the root of a repository that says what sops encrypts for whom. */
export const sopsConfig = ".sops.yaml";

/** The kinds of file in which sops keeps keys readable; of others it makes JSON. */
const structured = /\.(?:ya?ml|json|env|ini)$/;
/** Names that are promised to be encrypted by sops, as people agree on them. */
const promised = /\.(?:sops|enc)\.(?:ya?ml|json|env|ini)$|(?:^|\/)sops\/(?:[^/]+\/)*secrets\.\w+$/;
const exempt = /(?:^|\/)\.sops\.ya?ml$|example|sample|template/i;
/** Files that nobody encrypts: an expression that means one of them says whose key, not which file. */
const ordinary = ["README.md", "flake.nix", "a.yaml", "a/b.yml", "a/b/c.json", "a/.env", "x.ini"];

/**
 * The files that the creation rules of a `.sops.yaml` name. Many rules say only which key serves
 * which folder; an expression counts when it speaks of secrets or names one file, and when it does
 * not mean ordinary files as well. One that cannot be read is left to sops to complain about.
 */
export function creationRules(config: string): readonly RegExp[] {
  return [...config.matchAll(/^[ \t-]*path_regex:[ \t]*(\S.*?)[ \t\r]*$/gm)].flatMap(
    ([, given]) => {
      const pattern = asPattern(unquoted(given ?? ""));
      if (pattern === undefined || ordinary.some((path) => pattern.test(path))) return [];
      const isSpecific =
        /secret|sops|\benc\b|cred|private|passw|token|vault/i.test(pattern.source) ||
        !/[*+]/.test(pattern.source) && /(?:ya\??ml|json|env|ini)\$?$/.test(pattern.source);
      return isSpecific ? [pattern] : [];
    },
  );
}

/** Whether a file should be encrypted by sops and is in clear, although there is something in it. */
export function isUnencrypted(path: string, text: string, rules: readonly RegExp[]): boolean {
  if (exempt.test(path) || !structured.test(path)) return false;
  if (!promised.test(path) && !rules.some((rule) => rule.test(path))) return false;
  return hasContent(text) && !isEncrypted(text);
}

/** Whether there is what sops leaves in each kind of file; encrypted as a whole is fine as well. */
function isEncrypted(text: string): boolean {
  const isYaml = /^sops:\s*$/m.test(text) && /^[ \t]+mac: ["']?ENC\[/m.test(text);
  const isJson = /"sops"\s*:\s*\{/.test(text) && /"mac"\s*:\s*"ENC\[/.test(text);
  return isYaml || isJson || /^sops_mac=["']?ENC\[/m.test(text) || /^\[sops\]/m.test(text) ||
    /^-----BEGIN (?:AGE ENCRYPTED FILE|PGP MESSAGE)-----|^\$ANSIBLE_VAULT;/.test(text);
}

/** Whether anything is assigned outside of comments; what a symbolic link says is nothing. */
function hasContent(text: string): boolean {
  return /^[ \t]*[^\s#;][^\n]*[:=]/m.test(text);
}

/** The text of a YAML scalar of one line. */
function unquoted(given: string): string {
  const [, single] = /^'((?:[^']|'')*)'/.exec(given) ?? [];
  if (single !== undefined) return single.replaceAll("''", "'");
  const [, double] = /^"((?:[^"\\]|\\.)*)"/.exec(given) ?? [];
  return double?.replace(/\\(.)/g, "$1") ?? given.replace(/[ \t]+#.*$/, "");
}

/** An expression of Go's; `undefined` for one that only Go understands. */
function asPattern(expression: string): RegExp | undefined {
  const [, flag = "", rest = ""] = /^(?:\(\?(i)\))?(.*)$/.exec(expression) ?? [];
  try {
    return new RegExp(rest.replaceAll("(?P<", "(?<"), flag);
  } catch {
    return undefined;
  }
}
