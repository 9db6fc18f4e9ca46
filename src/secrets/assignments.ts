import { isPlaceholder, looksChosen, looksRandom } from "./randomness.ts";
import { isReference } from "./references.ts";
import type { Span } from "./rules.ts";
import { type Promised, promisedBy } from "./secret_names.ts";

/**
 * What a name of a secret holds, in lower case, and the part of it that is searched for: one that
 * begins with a rarer letter is found several times as fast.
 */
const roots = [
  ["pass", "pass"],
  ["pwd", "wd"],
  ["psk", "psk"],
  ["secret", "cret"],
  ["token", "ken"],
  ["key", "key"],
  ["cred", "cred"],
  ["auth", "uth"],
] as const;

/** From the root of a name on: the rest of the name, what assigns, and the beginning of the value. */
const assigned = new RegExp(
  // Once taken, the rest of the name and the space after it are not tried shorter.
  "(?=(?<tail>[\\w.-]{0,40})(?<gap>[\"'`\\])]{0,3}[ \\t]{0,12}))\\k<tail>\\k<gap>" +
    // The last but one is a type between name and value, the last a call or a command.
    "(?:=>|:=|\\?=|==?|:[ \\t]?[&'\\w<> ]{2,24}=|:|>|" +
    "(?<loose>[,(]|(?<=[ \\t]))(?=[ \\t]{0,4}(?:[\"'`]|[\\w+/=.-]{0,60}\\d)))[ \\t]{0,12}" +
    "(?:(?<scheme>[Bb]earer|[Bb]asic|[Tt]oken)[ \\t]{1,4})?" +
    "(?:\"(?<double>[^\"\\n]{6,200})|''(?<indented>[^'\\n]{6,200})|'(?<single>[^'\\n]{6,200})|" +
    "`(?<back>[^`\\n]{6,200})|(?<bare>[^\\s\"'`,;(){}[\\]<>|&\\\\]{6,200}))",
  "y",
);

/** Before the root of a name: its beginning, and a command of a shell that sets variables. */
const begun =
  /(?<=(?<set>\bset(?:env)?[ \t]{1,4}(?:-\w{1,8}[ \t]{1,4}){0,2})?(?<head>[\w./-]{0,40}))/y;

/** A password in a `.netrc` or `.authinfo`, where spaces assign. */
const netrc = new RegExp(
  "(?<=\\bmachine\\s{1,4}\\S{1,100}\\s{1,12}" +
    "(?:(?:login|user|account|port)\\s{1,4}\\S{1,100}\\s{1,12}){0,3})" +
    "pass(?:word|wd)?\\s{1,4}(?<value>\\S{3,200})",
  "y",
);

/** Languages in which what is not quoted is a name or an expression. */
const code = new RegExp(
  "\\.(?:nix|[cm]?[jt]sx?|py|go|rs|lua|c|cc|cpp|h|hpp|java|kt|rb|php|el|lisp|scm|vim|hs|swift|cs|pl|" +
    "css|scss|html|vue|zig|ml|ex|exs|nu)$",
);

/** The secrets in a text that are known by the names they are given. */
export function assignments(text: string, path: string): readonly Span[] {
  if (path.endsWith(".pub")) return [];
  // This letter alone is longer in lower case, and would move all that follows.
  const lower = text.replaceAll("\u0130", "I").toLowerCase();
  const isCode = code.test(path);
  const promises = new Map<string, Promised | undefined>();
  const spans: Span[] = [];
  for (const [root, part] of roots) {
    const skipped = root.length - part.length;
    for (let next = lower.indexOf(part); next >= 0; next = lower.indexOf(part, next + 1)) {
      const at = next - skipped;
      if (skipped > 0 && !lower.startsWith(root, at)) continue;
      const span = netrcAt(text, at, root) ?? assignedAt(text, at, root, { isCode, promises });
      if (span !== undefined) spans.push(span);
    }
  }
  return spans;
}

function assignedAt(
  text: string,
  at: number,
  root: string,
  { isCode, promises }: {
    readonly isCode: boolean;
    /** What was promised by the names met so far: they are few, and come again and again. */
    readonly promises: Map<string, Promised | undefined>;
  },
): Span | undefined {
  const found = matchAt(assigned, text, at + root.length);
  if (found?.groups === undefined) return undefined;
  const { tail = "", loose, scheme, double, indented, single, back, bare } = found.groups;
  const value = double ?? indented ?? single ?? back ?? bare ?? "";
  const end = at + root.length + found[0].length;
  const { head = "", set } = matchAt(begun, text, at)?.groups ?? {};
  const name = head + text.slice(at, at + root.length) + tail;
  if (bare !== undefined) {
    const operator = found[0].slice(tail.length, -value.length);
    const isArgument = set !== undefined || head.startsWith("--");
    // In a language a literal is quoted, unless a command or an environment is within a text.
    if (isCode && !isArgument && !(operator === "=" && /^[A-Z0-9_]+$/.test(name))) return undefined;
    if (loose !== undefined && !isArgument) return undefined;
    // What is called is the name of something.
    if (/[([{]/.test(text.charAt(end))) return undefined;
  }
  if (!promises.has(name)) promises.set(name, promisedBy(name));
  const promised = promises.get(name);
  const rule = promised && ruleFor(promised, value, { isLoose: loose !== undefined, scheme });
  return rule === undefined ? undefined : { start: end - value.length, end, rule, value };
}

function netrcAt(text: string, at: number, root: string): Span | undefined {
  const found = root === "pass" ? matchAt(netrc, text, at) : null;
  const value = found?.groups?.value;
  if (found === null || value === undefined) return undefined;
  if (isReference(value) || isPlaceholder(value)) return undefined;
  const end = at + found[0].length;
  return { start: end - value.length, end, rule: "netrc-password", value };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** The rule that a value breaks under such a name; `undefined` when it is no secret. */
function ruleFor(
  promised: Promised,
  value: string,
  how: { readonly isLoose: boolean; readonly scheme: string | undefined },
): string | undefined {
  if (promised === "wireguard" && /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/.test(value)) {
    return "wireguard-key";
  }
  if (/\s/.test(value.trim()) || isReference(value) || isPlaceholder(value)) return undefined;
  if (/^[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}$/.test(value)) return "discord-token";
  if (promised === "docker-auth" || how.scheme?.toLowerCase() === "basic") {
    return isUserAndPassword(value) ? "docker-auth" : undefined;
  }
  const isSecret = looksRandom(value) ||
    promised === "password" && !how.isLoose && looksChosen(value);
  return isSecret ? "high-entropy-assignment" : undefined;
}

/** Whether a text is `user:password` in base64. */
function isUserAndPassword(value: string): boolean {
  if (!/^(?:[A-Za-z0-9+/]{4}){2,50}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)) {
    return false;
  }
  return /^[\x20-\x7e]{1,100}:[\x20-\x7e]{3,}$/.test(atob(value));
}
