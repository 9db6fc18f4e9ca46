/** HTML that is made of our own text and of escaped values only. */
export class Markup {
  constructor(readonly html: string) {}
}

/** What may stand in a template. */
export type Value = string | number | Markup | readonly Markup[];

/**
 * HTML with values in it: each is escaped but for {@linkcode Markup}. Values may stand between tags and
 * in attributes with double quotes.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(strings.map((text, at) => text + htmlOf(values[at])).join(""));
}

function htmlOf(value: Value | undefined): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return value.html;
  if (typeof value === "object") return value.map(({ html }) => html).join("");
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * A text as a page may show it. What would not be seen, or turn what follows around, is spelt out:
 * control characters, and those that set the direction of writing.
 */
export function escaped(text: string): string {
  return text.toWellFormed()
    .replaceAll(/[&<>"'`]/g, (character) => entities[character] ?? "")
    .replaceAll(/[\t\n]/g, " ")
    .replaceAll(
      /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu,
      (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
    );
}
