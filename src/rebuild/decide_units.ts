/** What an activation says that it did to units. */
export interface UnitChanges {
  readonly started: readonly string[];
  readonly stopped: readonly string[];
  readonly restarted: readonly string[];
  readonly reloaded: readonly string[];
}

/** The words before the names, by what they tell; see switch-to-configuration-ng's main.rs. */
const sentences = {
  started: ["starting the following units", "the following new units were started"],
  stopped: ["stopping the following units"],
  restarted: ["restarting the following units"],
  reloaded: ["reloading the following units"],
} as const;

/** Reads what switch-to-configuration prints. */
export function parseUnits(output: string): UnitChanges {
  const named = (kind: keyof typeof sentences): readonly string[] => {
    const names = output.split("\n").flatMap((line) => {
      const sentence = sentences[kind].find((each) => line.startsWith(`${each}: `));
      return sentence === undefined ? [] : line.slice(sentence.length + 2).trim().split(/,\s*/);
    });
    return [...new Set(names.filter(Boolean))].sort();
  };
  const restarted = named("restarted");
  const [stopped, started] = [named("stopped"), named("started")];
  // What is stopped before and started after is what a person calls restarted.
  const both = stopped.filter((name) => started.includes(name));
  const single = (names: readonly string[]): readonly string[] =>
    names.filter((name) => !both.includes(name));
  return {
    started: single(started),
    stopped: single(stopped),
    restarted: [...new Set([...restarted, ...both])].sort(),
    reloaded: named("reloaded"),
  };
}

/** The changes in words; `undefined` when there are none. */
export function unitsInWords(changes: UnitChanges): string | undefined {
  const said = Object.entries(changes)
    .filter(([, names]) => names.length > 0)
    .map(([what, names]: [string, readonly string[]]) => {
      const more = names.length > 5 ? `, and ${names.length - 5} more` : "";
      return `${what} ${names.slice(0, 5).join(", ")}${more}`;
    });
  return said.length === 0 ? undefined : said.join("; ");
}
