import { assignments } from "./assignments.ts";
import { isPlaceholder } from "./randomness.ts";
import { formats, type Span } from "./rules.ts";
import { isUnencrypted } from "./sops.ts";

/** A secret in a text. */
export interface Hit {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly rule: string;
  /** The secret itself, to be compared and never to be shown or kept. */
  readonly value: string;
}

/** A line with one of these is allowed to hold a secret. */
const marks = ["holdfast:allow-secret", "gitleaks:allow", "betterleaks:allow"] as const;

/** What a search takes besides the text. */
export interface ScanOptions {
  /** The files that have to be encrypted, by what the repository says. */
  readonly sopsRules?: readonly RegExp[];
  /** Whether a line may say that what is in it is no secret; true when absent. */
  readonly heedMarks?: boolean;
}

const byLiteral = [...Map.groupBy(formats, ({ literal }) => literal)];

/**
 * The secrets in a text, from top to bottom, each once. Takes time in proportion to the text, however
 * long its lines are. In what is no text (a NUL near the beginning, as git has it) only what is known
 * by its form is looked for.
 *
 * @param path where it lies in the repository: names and kinds of files tell much
 */
export function scan(text: string, path: string, given: ScanOptions = {}): readonly Hit[] {
  const { sopsRules = [], heedMarks = true } = given;
  const mayBeAllowed = heedMarks && marks.some((mark) => text.includes(mark));
  const formal = withoutOverlap(formalSpans(text));
  if (text.slice(0, 8000).includes("\0")) return hitsOf(text, formal, mayBeAllowed);
  const named = withoutOverlap(assignments(text, path));
  const spans = [...formal, ...named.filter((span) => !overlaps(span, formal))].sort(byStart);
  if (isUnencrypted(path, text, sopsRules)) {
    spans.unshift({ start: 0, end: 0, rule: "unencrypted-sops-file", value: text });
  }
  return hitsOf(text, spans, mayBeAllowed);
}

/** What is known by its form alone. */
function formalSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  for (const [literal, group] of byLiteral) {
    for (let at = text.indexOf(literal); at >= 0;) {
      let next = at + 1;
      for (const { rule, pattern } of group) {
        pattern.lastIndex = at;
        const found = pattern.exec(text);
        const { value = found?.[0], user } = found?.groups ?? {};
        if (found === null || value === undefined || value === user) continue;
        if (isPlaceholder(value)) continue;
        const end = at + found[0].length;
        spans.push({ start: at, end, rule, value });
        next = Math.max(next, end);
      }
      at = text.indexOf(literal, next);
    }
  }
  return spans;
}

/** The spans in order, without those that begin in an earlier one. */
function withoutOverlap(spans: readonly Span[]): readonly Span[] {
  let end = 0;
  return spans.toSorted(byStart).filter((span) => {
    if (span.start < end) return false;
    end = span.end;
    return true;
  });
}

/** Whether a span shares a character with one of others that are in order and apart. */
function overlaps({ start, end }: Span, others: readonly Span[]): boolean {
  let [low, high] = [0, others.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((others[middle]?.end ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return (others[low]?.start ?? Infinity) < end;
}

function byStart(a: Span, b: Span): number {
  return a.start - b.start;
}

/** The hits with their lines, but for those on a line that is marked. Each line is read once. */
function hitsOf(text: string, spans: readonly Span[], mayBeAllowed: boolean): readonly Hit[] {
  const hits: Hit[] = [];
  let [line, counted, lineEnd] = [1, 0, -1];
  let isAllowed = false;
  for (const { start, rule, value } of spans) {
    if (start > lineEnd) {
      line += text.slice(counted, start).split("\n").length - 1;
      counted = start;
      const next = text.indexOf("\n", start);
      lineEnd = next < 0 ? text.length : next;
      const lineStart = text.lastIndexOf("\n", start - 1) + 1;
      isAllowed = mayBeAllowed && isMarked(text.slice(lineStart, lineEnd));
    }
    if (!isAllowed) hits.push({ line, rule, value });
  }
  return hits;
}

/** Whether a line says that what is in it is no secret. */
export function isMarked(line: string): boolean {
  return marks.some((mark) => line.includes(mark));
}
