import { environment, narratesToTerminal } from "../host/environment.ts";
import { monotonic } from "../host/clock.ts";
import { aroundStop, atEnd, every, terminalSize } from "../host/terminal.ts";
import { LiveArea } from "./live_area.ts";
import {
  endInWords,
  isWhole,
  lastLines,
  liveLines,
  looksOf,
  type Phase,
  type PhaseState,
} from "./phase_lines.ts";
import type { Report } from "../cli/report.ts";

/** How a phase ended, for whoever watches. */
export interface PhaseEnd {
  readonly outcome: "done" | "skipped" | "warned" | "failed" | "planned";
  /** What was done, or why it was skipped or failed: one line. */
  readonly detail: string;
  readonly seconds: number;
}

/** What a person sees of a run that has phases and takes minutes. */
export interface PhaseList {
  /** What else is said while phases are under way: above the live list, or as plain lines. */
  readonly report: Report;
  /** A phase is under way from now on. */
  begin(name: string): void;
  /**
   * What a program that is under way just said: its last line is shown below the phase, on a live
   * terminal only.
   */
  hear(line: string): void;
  /** A phase ended; it need not have begun. */
  end(name: string, end: PhaseEnd): void;
  /**
   * Takes the live part off the terminal, so that a person can be asked something there; the next
   * begin, end or hear draws it again.
   */
  rest(): void;
  /**
   * Draws the list a last time and leaves the terminal as it was found; a phase that is still under
   * way was interrupted. Whatever comes afterwards is said in plain lines. Idempotent; safe from a
   * signal handler, and done by itself when the process ends.
   */
  close(): void;
}

/** Milliseconds from one turn of the spinner to the next: how often is drawn at most. */
const turn = 100;

/** How many turns after which all is drawn again, whatever others wrote over it. */
const refresh = 20;

/** Milliseconds after which, without a live list, a phase is worth a line before its end. */
const patience = 1000;

/** The least that a live list is of use on. */
const least = { columns: 20, rows: 4 } as const;

/**
 * Shows the phases of a run on standard error: as a list that is drawn again and again where that is
 * a terminal, else as a line for each event. The names are those that are to come, in their order.
 */
export function phaseList(
  title: string,
  names: readonly string[],
  report: Report,
  mayBeLive = true,
): PhaseList {
  return mayBeLive && isLive() ? liveList(title, names, report) : plainList(title, report);
}

/** Whether this is a terminal that can be drawn on. */
function isLive(): boolean {
  const size = terminalSize();
  return narratesToTerminal() && environment("JOURNAL_STREAM") === undefined &&
    !["dumb", undefined].includes(environment("TERM")) &&
    size !== undefined && size.columns >= least.columns && size.rows >= least.rows;
}

/** A report that does something before and after whatever is said. */
function around(report: Report, before: () => void, after: () => void): Report {
  const each = (say: (text: string) => void) => (text: string): void => {
    before();
    say(text);
    after();
  };
  return {
    answer: each((text) => report.answer(text)),
    info: each((text) => report.info(text)),
    warn: each((text) => report.warn(text)),
    error: each((text) => report.error(text)),
    hint: each((text) => report.hint(text)),
  };
}

/** Says how a phase ended. That it failed is no error of its own: the run ends with one. */
function tell(report: Report, name: string, end: PhaseEnd): void {
  const words = endInWords(name, end);
  if (end.outcome === "warned") report.warn(words);
  else report.info(words);
}

function interrupted(seconds: number): PhaseEnd {
  return { outcome: "failed", detail: "interrupted", seconds };
}

function plainList(title: string, report: Report): PhaseList {
  let running: { readonly name: string; readonly since: number; told: boolean } | undefined;
  let stopWaiting = (): void => {};
  if (title !== "") report.info(title);
  const announce = (): void => {
    stopWaiting();
    if (running === undefined || running.told) return;
    running.told = true;
    report.info(`${running.name} ...`);
  };
  const end = (name: string, how: PhaseEnd): void => {
    stopWaiting();
    running = undefined;
    tell(report, name, how);
  };
  const close = (): void => {
    callOffEnd();
    if (running !== undefined) {
      end(running.name, interrupted((monotonic() - running.since) / 1000));
    }
  };
  const callOffEnd = atEnd(close);
  return {
    report: around(report, announce, () => {}),
    begin(name): void {
      stopWaiting();
      running = { name, since: monotonic(), told: false };
      stopWaiting = every(patience, announce);
    },
    hear(): void {},
    end,
    rest: announce,
    close,
  };
}

function liveList(title: string, names: readonly string[], report: Report): PhaseList {
  const looks = looksOf({
    LC_ALL: environment("LC_ALL"),
    LC_CTYPE: environment("LC_CTYPE"),
    LANG: environment("LANG"),
    TERM: environment("TERM"),
    NO_COLOR: environment("NO_COLOR"),
  });
  const phases: Phase[] = names.map((name) => ({ name }));
  /** Ends of which all was said above the list. */
  const told = new Set<PhaseEnd>();
  const area = new LiveArea();
  let running: { readonly name: string; readonly since: number; heard: string } | undefined;
  let isResting = true;
  let drawnFor = "";
  let turns = 0;
  /** Takes the place of this list once it is closed, or the terminal is gone. */
  let after: PhaseList | undefined;

  const state = (): PhaseState => ({
    title,
    phases,
    running: running &&
      { ...running, seconds: (monotonic() - running.since) / 1000, turn: turns },
  });
  /** A terminal whose size is unknown from now on shows nothing; the last column is for its cursor. */
  const room = (): { readonly columns: number; readonly rows: number } => {
    const { columns, rows } = terminalSize() ?? { columns: 1, rows: 1 };
    return { columns: columns - 1, rows: rows - 1 };
  };
  const draw = (anew = false): void => {
    isResting = false;
    const size = room();
    const resized = drawnFor !== `${size.columns}x${size.rows}`;
    drawnFor = `${size.columns}x${size.rows}`;
    if (area.draw(liveLines(state(), looks, size), anew || resized)) return;
    rest();
    leave();
  };
  const stopTurning = every(turn, () => {
    if (isResting) return;
    turns++;
    draw(turns % refresh === 0);
  });
  const rest = (): void => {
    isResting = true;
    area.clear();
  };
  /** For what is said above the list, which is on the terminal afterwards if it was before. */
  let wasResting = true;
  const above = around(report, () => {
    wasResting = isResting;
    rest();
  }, () => {
    if (!wasResting) draw(true);
  });
  const settle = (name: string, end?: PhaseEnd): void => {
    const at = phases.findIndex((phase) => phase.name === name);
    phases.splice(at < 0 ? phases.length : at, 1, { name, end });
  };
  /** No list is drawn from now on: the rest is said in plain lines. */
  const leave = (): void => {
    isResting = true;
    stopTurning();
    callOffEnd();
    callOffStop();
    after ??= plainList("", report);
  };
  const close = (): void => {
    if (after !== undefined) return after.close();
    const shown = !isResting || phases.some((phase) => phase.end !== undefined);
    rest();
    leave();
    if (running !== undefined) {
      settle(running.name, interrupted((monotonic() - running.since) / 1000));
      running = undefined;
    }
    if (!shown) return;
    const { columns } = room();
    for (const phase of phases) {
      if (phase.end === undefined || told.has(phase.end)) continue;
      if (!isWhole(state(), phase, looks, columns)) tell(report, phase.name, phase.end);
    }
    area.finish(lastLines(state(), looks, columns));
  };
  const callOffEnd = atEnd(close);
  const callOffStop = aroundStop(() => area.clear(), () => {
    if (!isResting) draw(true);
  });

  return {
    report: {
      answer: (text) => (after?.report ?? above).answer(text),
      info: (text) => (after?.report ?? above).info(text),
      warn: (text) => (after?.report ?? above).warn(text),
      error: (text) => (after?.report ?? above).error(text),
      hint: (text) => (after?.report ?? above).hint(text),
    },
    begin(name): void {
      if (after !== undefined) return after.begin(name);
      running = { name, since: monotonic(), heard: "" };
      settle(name);
      draw();
    },
    hear(line): void {
      if (after !== undefined) return;
      if (running !== undefined && line.trim() !== "") running.heard = line;
      // The next turn shows it: a build says thousands of lines a second.
      isResting = false;
    },
    end(name, end): void {
      if (after !== undefined) return after.end(name, end);
      if (running?.name === name) running = undefined;
      settle(name, end);
      if (!isWhole(state(), { name, end }, looks, room().columns)) {
        told.add(end);
        tell(above, name, end);
      }
      draw();
    },
    rest: () => after === undefined ? rest() : after.rest(),
    close,
  };
}
