import { TemplateError, type TemplateText } from "./template_text.ts";

/** What a token is; `space` counts, since it ends a chain of fields. */
export type TokenKind =
  | "text"
  | "left"
  | "right"
  | "space"
  | "string"
  | "number"
  | "character"
  | "word"
  | "field"
  | "variable"
  | "dot"
  | "pipe"
  | "open"
  | "close"
  | "comma"
  | "declare"
  | "assign"
  | "end";

/** A token of Go's text/template; offsets are those of the text without directives. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** The name of a field or a variable, a word, or what a string says. */
  readonly value: string;
}

const alphanumeric = /[\p{L}\p{Nd}_]/u;
const blank = /[ \t\r\n]/;
/** A number in any of Go's forms; what it is worth is of no interest here. */
const number =
  /[+-]?(?:0[xX][\da-fA-F_]*(?:\.?[\da-fA-F_]*[pP][+-]?[\d_]+)?|0[bBoO][\d_]+|[\d_]*\.?[\d_]*(?:[eE][+-]?[\d_]+)?)i?/y;

/**
 * Cuts a template into tokens as Go's text/template/parse/lex.go does.
 *
 * @throws {TemplateError} where Go would find no token
 */
export function tokensOf({ text, left, right }: TemplateText): readonly Token[] {
  const tokens: Token[] = [];
  const add = (kind: TokenKind, start: number, end: number, value = ""): void => {
    tokens.push({ kind, start, end, value });
  };
  /** How long the right delimiter is here, its trim marker included; 0 where there is none. */
  const closing = (at: number): number => {
    if (text.startsWith(right, at)) return right.length;
    const isTrimmed = blank.test(text.charAt(at)) && text.charAt(at + 1) === "-" &&
      text.startsWith(right, at + 2);
    return isTrimmed ? right.length + 2 : 0;
  };
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf(left, at);
    if (open !== at) add("text", at, open < 0 ? text.length : open);
    if (open < 0) break;
    at = open + left.length;
    if (text.charAt(at) === "-" && blank.test(text.charAt(at + 1))) at += 2;
    if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2);
      if (end < 0) throw new TemplateError("a comment does not end", open);
      const length = closing(end + 2);
      if (length === 0) throw new TemplateError("a comment ends before its action does", open);
      at = end + 2 + length;
      continue;
    }
    add("left", open, at);
    at = action(at, open);
  }
  add("end", text.length, text.length);
  return tokens;

  function action(from: number, open: number): number {
    let [at, depth] = [from, 0];
    for (;;) {
      const length = closing(at);
      if (length > 0) {
        if (depth > 0) throw new TemplateError("a parenthesis is not closed", at);
        add("right", at, at + length);
        return at + length;
      }
      if (at >= text.length) throw new TemplateError("an action is not closed", open);
      const start = at;
      const character = text.charAt(at);
      if (blank.test(character)) {
        while (at < text.length && blank.test(text.charAt(at)) && closing(at) === 0) at++;
        add("space", start, at);
      } else if (character === '"' || character === "'") {
        at = quoted(start, character);
      } else if (character === "`") {
        const end = text.indexOf("`", at + 1);
        if (end < 0) throw new TemplateError("a raw string is not closed", start);
        at = end + 1;
        add("string", start, at, text.slice(start + 1, end).replaceAll("\r", ""));
      } else if (text.startsWith(":=", at)) {
        add("declare", at, at += 2);
      } else if (character in single) {
        const kind = single[character] as TokenKind;
        depth += kind === "open" ? 1 : kind === "close" ? -1 : 0;
        if (depth < 0) throw new TemplateError("a parenthesis is closed that was not opened", at);
        add(kind, at, ++at);
      } else if (character === "$" || character === "." && !isDigit(text.charAt(at + 1))) {
        at = nameEnd(at + 1);
        const kind = character === "$" ? "variable" : at === start + 1 ? "dot" : "field";
        const value = kind === "variable" ? text.slice(start, at) : text.slice(start + 1, at);
        if (kind !== "dot") checkEnd(at);
        add(kind, start, at, value);
      } else if (/[+\-.\d]/.test(character)) {
        number.lastIndex = at;
        at += number.exec(text)?.[0].length ?? 0;
        const isNumber = at > start && isDigit(text.slice(start, at).replace(/\D/g, "").charAt(0));
        if (!isNumber || alphanumeric.test(pointAt(at))) {
          throw new TemplateError("a number is not well-formed", start);
        }
        add("number", start, at);
      } else if (alphanumeric.test(pointAt(at))) {
        at = nameEnd(at);
        checkEnd(at);
        add("word", start, at, text.slice(start, at));
      } else {
        throw new TemplateError("a character that does not belong into an action", start);
      }
    }
  }

  function quoted(start: number, quote: string): number {
    let at = start + 1;
    for (; text.charAt(at) !== quote; at++) {
      if (text.charAt(at) === "\\") at++;
      if (at >= text.length || text.charAt(at) === "\n") {
        throw new TemplateError("a string is not closed", start);
      }
    }
    add(quote === '"' ? "string" : "character", start, at + 1, meaning(text.slice(start + 1, at)));
    return at + 1;
  }

  function pointAt(at: number): string {
    return String.fromCodePoint(text.codePointAt(at) ?? 0);
  }

  function nameEnd(from: number): number {
    let at = from;
    while (at < text.length && alphanumeric.test(pointAt(at))) at += pointAt(at).length;
    return at;
  }

  function checkEnd(at: number): void {
    if (at >= text.length || /[\s.,|:)(]/.test(text.charAt(at)) || closing(at) > 0) return;
    throw new TemplateError("a name is followed by what cannot follow one", at);
  }
}

const single: Readonly<Record<string, TokenKind>> = {
  "=": "assign",
  "|": "pipe",
  "(": "open",
  ")": "close",
  ",": "comma",
};

function isDigit(character: string): boolean {
  return /^\d/.test(character);
}

/** What a string of Go's says. */
function meaning(escaped: string): string {
  const plain: Readonly<Record<string, string>> = {
    ...{ a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" },
  };
  return escaped.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/g,
    (_, two, four, eight, octal, other) => {
      const hexadecimal = two ?? four ?? eight;
      if (hexadecimal !== undefined) {
        return String.fromCodePoint(parseInt(hexadecimal, 16) % 0x110000);
      }
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
      return plain[other] ?? other;
    },
  );
}
