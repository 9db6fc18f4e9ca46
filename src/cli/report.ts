import { printable } from "./printable.ts";
import { answersToTerminal, environment, narratesToTerminal } from "../host/environment.ts";

/**
 * What a program says. stdout is the answer, stderr the narration: a script reads the one, a person
 * or the journal the other.
 */
export interface Report {
  /** The answer, on stdout; words that lines begin with get a colour, where a person reads it. */
  answer(text: string, colours?: Colours): void;
  /** Progress worth a line. */
  info(text: string): void;
  /** Something that went wrong without failing the run. */
  warn(text: string): void;
  /** Why the run failed. */
  error(text: string): void;
  /** What to do about the line before. */
  hint(text: string): void;
}

/** The colour of a word, as the number of a terminal's. */
export type Colours = Readonly<Record<string, string>>;

/** syslog(3) priorities, the `<n>` that systemd-journald reads at the start of a line. */
const priority = { error: 3, warn: 4, info: 6 } as const;

/** Narration that cannot be written, as to a full disk, must not end what it tells of. */
function narrate(line: string): void {
  try {
    console.error(line);
  } catch { /* there is nowhere left to say so */ }
}

/** The report of a program that runs in this terminal, pipe or unit. */
export function terminalReport(): Report {
  const toJournal = environment("JOURNAL_STREAM") !== undefined;
  const coloured = !toJournal && environment("NO_COLOR") === undefined &&
    narratesToTerminal();
  const say = (level: keyof typeof priority, mark: string, colour: string, text: string): void => {
    for (const [at, line] of printable(text).split("\n").entries()) {
      const marked = at === 0 ? mark + line : line;
      narrate(
        toJournal
          ? `<${priority[level]}>${marked}`
          : coloured && at === 0 && mark !== ""
          ? `\x1b[${colour}m${mark}\x1b[0m${line}`
          : marked,
      );
    }
  };
  return {
    answer: (text, colours = {}) => {
      const shown = printable(text);
      if (!answersToTerminal() || environment("NO_COLOR") !== undefined) return console.log(shown);
      console.log(
        shown.replace(
          /^\S+/gm,
          (word) => Object.hasOwn(colours, word) ? `\x1b[${colours[word]}m${word}\x1b[0m` : word,
        ),
      );
    },
    info: (text) => say("info", "", "", text),
    warn: (text) => say("warn", "warning: ", "33", text),
    error: (text) => say("error", "error: ", "31", text),
    hint: (text) => say("info", "hint: ", "36", text),
  };
}
