import { type Level, levels } from "./report_state.ts";

/** The worst of some levels; nothing at all is unused. */
export function worstOf(some: Iterable<Level>): Level {
  const found = new Set(some);
  return levels.find((level) => found.has(level)) ?? "unused";
}

/** Sorts by level, the worst first. */
export function worstFirst(a: Level, b: Level): number {
  return levels.indexOf(a) - levels.indexOf(b);
}

/** A level in words, for a whole host. */
export const inWords: Readonly<Record<Level, string>> = {
  bad: "a person is needed",
  warning: "not all is well",
  unknown: "not all may be looked at",
  ok: "all is well",
  unused: "nothing is in use",
};
