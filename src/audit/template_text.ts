/** A template as Go's parser gets it: chezmoi takes its directives out of it first. */
export interface TemplateText {
  /** The text without the lines that hold directives. */
  readonly text: string;
  readonly left: string;
  readonly right: string;
  /** Where a place of this text is in the file. */
  originalOf(offset: number): number;
}

/** What is wrong with a template, and where; never a word of the template itself. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";

  constructor(message: string, readonly offset: number) {
    super(message);
  }
}

/** The expressions are those of chezmoi's internal/chezmoi/sourcestate.go. */
const directive = /^[^\n]*?chezmoi:template:([^\n]*)(?:\n|$)/gm;
const pair = /\s*(\S+)=("(?:[^"]|\\")*"|\S+)/g;
/** A `modify_` file that says so is a template and no script. */
const modifies = /^[^\n]*chezmoi:modify-template[^\n]*(?:\n|$)/gm;

/** Whether a `modify_` file is a template. */
export function isModifyTemplate(content: string): boolean {
  return content.search(modifies) >= 0;
}

/** Takes chezmoi's directives out of a template, and heeds those that change how it is read. */
export function withoutDirectives(content: string, modify = false): TemplateText {
  let [left, right] = ["{{", "}}"];
  const cuts: { readonly start: number; readonly end: number }[] = [];
  for (const found of content.matchAll(directive)) {
    for (const [, key, value = ""] of (found[1] ?? "").replace(/\r$/, "").matchAll(pair)) {
      // An empty delimiter is the usual one.
      if (key === "left-delimiter") left = unquoted(value) || "{{";
      if (key === "right-delimiter") right = unquoted(value) || "}}";
    }
    cuts.push({ start: found.index, end: found.index + found[0].length });
  }
  if (modify) {
    for (const { index, 0: line } of content.matchAll(modifies)) {
      if (!cuts.some(({ start, end }) => index >= start && index < end)) {
        cuts.push({ start: index, end: index + line.length });
      }
    }
    cuts.sort((a, b) => a.start - b.start);
  }
  let [text, at] = ["", 0];
  for (const { start, end } of cuts) {
    text += content.slice(at, start);
    at = end;
  }
  const originalOf = (offset: number): number => {
    let moved = offset;
    for (const { start, end } of cuts) if (start <= moved) moved += end - start;
    return moved;
  };
  return { text: text + content.slice(at), left, right, originalOf };
}

function unquoted(value: string): string {
  if (!/^".*"$/s.test(value)) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}

/** Tells the line and the column, both from 1, of places in a text. */
export function placesIn(text: string): (offset: number) => readonly [number, number] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - (starts[low] ?? 0) + 1];
  };
}
