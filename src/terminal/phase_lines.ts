import { cutTo, displayWidth, padTo } from "./display_width.ts";
import type { PhaseEnd } from "./phase_list.ts";
import { printable } from "../cli/printable.ts";

/** A phase as it stands. */
export interface Phase {
  readonly name: string;
  /** How it ended; `undefined` before. */
  readonly end?: PhaseEnd | undefined;
}

/** The phase that is under way. */
export interface Running {
  readonly name: string;
  readonly seconds: number;
  /** What its program said last, as it came. */
  readonly heard: string;
  /** Counts up with each turn of the spinner. */
  readonly turn: number;
}

/** All that the list shows. */
export interface PhaseState {
  readonly title: string;
  readonly phases: readonly Phase[];
  readonly running?: Running | undefined;
}

/** What a terminal can show. */
export interface Looks {
  readonly coloured: boolean;
  /** Characters beyond ASCII. */
  readonly unicode: boolean;
}

/** Columns for the mark, the gaps and the beginning of a detail. */
const leastForDetails = 18;

type Mark = PhaseEnd["outcome"] | "pending";

const marks: Readonly<Record<"unicode" | "ascii", Readonly<Record<Mark, string>>>> = {
  unicode: { done: "✓", skipped: "–", warned: "!", failed: "✗", planned: "→", pending: "·" },
  ascii: {
    done: "[ok]",
    skipped: "[--]",
    warned: "[!!]",
    failed: "[XX]",
    planned: "[->]",
    pending: "[  ]",
  },
};

const spinner = {
  unicode: [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"],
  ascii: [..."-\\|/"].map((line) => `[${line} ]`),
} as const;

/** SGR parameters. */
const colours: Readonly<Record<Mark | "running", string>> = {
  done: "32",
  skipped: "2",
  warned: "33",
  failed: "31",
  planned: "36",
  pending: "2",
  running: "36",
};

/** What a terminal can show, by the variables that say so. */
export function looksOf(
  environment: Readonly<
    Partial<Record<"LC_ALL" | "LC_CTYPE" | "LANG" | "TERM" | "NO_COLOR", string | undefined>>
  >,
): Looks {
  const { LC_ALL, LC_CTYPE, LANG, TERM = "", NO_COLOR } = environment;
  return {
    coloured: NO_COLOR === undefined,
    // The kernel's console knows UTF-8, but its font has none of the marks.
    unicode: /utf-?8/i.test(LC_ALL ?? LC_CTYPE ?? LANG ?? "") &&
      !/^(linux|vt\d|ansi|cons)/.test(TERM),
  };
}

/**
 * The list as it stands while phases are under way: no more lines than given, each of them cut to the
 * columns. When there is not room for all, it is what is around the phase under way.
 */
export function liveLines(
  state: PhaseState,
  looks: Looks,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): readonly string[] {
  if (columns <= 0 || rows <= 0) return [];
  const { lines, at } = allLines(state, looks, columns);
  if (lines.length <= rows) return lines;
  // What is under way has two lines; above it as much is shown as below it.
  const before = Math.max(0, Math.floor((rows - 2) / 2));
  const first = Math.max(0, Math.min(at - before, lines.length - rows));
  return lines.slice(first, first + rows);
}

/** The list as it stays on the terminal: a line for each phase, however many. */
export function lastLines(state: PhaseState, looks: Looks, columns: number): readonly string[] {
  return columns <= 0 ? [] : allLines(state, looks, columns).lines;
}

/** Whether the list has room for all that is to say of how a phase ended. */
export function isWhole(
  state: PhaseState,
  phase: Phase,
  looks: Looks,
  columns: number,
): boolean {
  const detail = phase.end?.detail ?? "";
  const { head, tail } = endedLine(phase, columnsOf(state, columns), looks);
  return !detail.trimEnd().includes("\n") && displayWidth(head + tail) <= columns;
}

/** A phase's end in words, whole: for those who do not see the list, or not all of it. */
export function endInWords(name: string, { outcome, detail, seconds }: PhaseEnd): string {
  const words = {
    done: "ok",
    skipped: "skipped",
    warned: "",
    failed: "failed",
    planned: "planned",
  };
  const took = outcome === "skipped" || outcome === "planned"
    ? ""
    : ` (${seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds)})`;
  const said = detail === "" ? "" : `: ${detail}`;
  return `${words[outcome] === "" ? "" : `[${words[outcome]}] `}${name}${took}${said}`;
}

/** A time as a person says it: `4 s`, `2 min 05 s`, `1 h 00 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (number: number): string => String(number).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** The last thing that a program said and that can be seen, without colours. */
export function lastWords(said: string): string {
  // deno-lint-ignore no-control-regex
  const plain = said.replace(/\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)/g, "");
  // A carriage return begins the line anew, as progress does.
  const lines = plain.split(/[\r\n]/).map((line) => line.replaceAll("\t", " ").trim());
  return printable(lines.findLast((line) => line !== "") ?? "");
}

/** Every line, and which of them is the phase under way. */
function allLines(
  { title, phases, running }: PhaseState,
  looks: Looks,
  columns: number,
): { readonly lines: readonly string[]; readonly at: number } {
  const widths = columnsOf({ title, phases, running }, columns);
  const mark = cutMark(looks);
  const lines = title === ""
    ? []
    : [painted(cutTo(firstLine(title, mark), columns, mark), "1", looks)];
  let at = lines.length;
  for (const phase of phases) {
    const under = phase.end === undefined && phase.name === running?.name;
    if (under) at = lines.length;
    const { head, tail, colour } = under
      ? runningLine(running, widths, looks)
      : endedLine(phase, widths, looks);
    const cut = cutTo(head + tail, columns, mark);
    // Only the mark has a colour, but for what is dim as a whole.
    const edge = colour === "2" ? cut.length : head.trimEnd().length;
    lines.push(painted(cut.slice(0, edge), colour, looks) + cut.slice(edge));
    if (!under) continue;
    const heard = lastWords(running.heard);
    const indent = " ".repeat(displayWidth(spinner[looks.unicode ? "unicode" : "ascii"][0]!) + 1);
    if (heard !== "") lines.push(painted(cutTo(indent + heard, columns, mark), "2", looks));
  }
  return { lines, at };
}

interface Widths {
  readonly name: number;
  readonly time: number;
}

interface Line {
  /** The mark and the space after it. */
  readonly head: string;
  readonly tail: string;
  readonly colour: string;
}

/** How wide the names and times are made, so that details begin in one column if there is room. */
function columnsOf({ phases, running }: PhaseState, columns: number): Widths {
  const times = phases.map(({ end }) => timeOf(end));
  if (running !== undefined) times.push(duration(running.seconds));
  const name = Math.max(0, ...phases.map(({ name }) => displayWidth(name)));
  const time = Math.max(0, ...times.map((time) => time.length));
  return columns - name - time < leastForDetails ? { name: 0, time: 0 } : { name, time };
}

function runningLine({ name, seconds, turn }: Running, widths: Widths, looks: Looks): Line {
  const frames = spinner[looks.unicode ? "unicode" : "ascii"];
  const time = duration(seconds).padStart(widths.time);
  return {
    head: `${frames[turn % frames.length]} `,
    tail: `${padTo(name, widths.name)}  ${time}`,
    colour: colours.running,
  };
}

function endedLine({ name, end }: Phase, widths: Widths, looks: Looks): Line {
  const mark = end?.outcome ?? "pending";
  const time = timeOf(end).padStart(widths.time);
  const detail = firstLine(end?.detail ?? "", cutMark(looks));
  return {
    head: `${marks[looks.unicode ? "unicode" : "ascii"][mark]} `,
    tail: [padTo(name, widths.name), time, detail].filter(Boolean).join("  ").trimEnd(),
    colour: colours[mark],
  };
}

/** What is not done takes no time worth telling. */
function timeOf(end: PhaseEnd | undefined): string {
  return end === undefined || end.outcome === "skipped" || end.outcome === "planned"
    ? ""
    : duration(end.seconds);
}

/** What of a text goes on one line of a terminal, with a mark when there is more. */
function firstLine(text: string, mark: string): string {
  const [first = "", ...more] = text.trimEnd().split("\n");
  return printable(first).replaceAll("\t", " ") + (more.length === 0 ? "" : ` ${mark}`);
}

/** What stands for all that is cut off. */
function cutMark({ unicode }: Looks): string {
  return unicode ? "…" : "...";
}

function painted(text: string, colour: string, { coloured }: Looks): string {
  return coloured && text !== "" ? `\x1b[${colour}m${text}\x1b[0m` : text;
}
