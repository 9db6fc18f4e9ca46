/** How many reports a history keeps. */
const historyLength = 200;

/** A history with one more report, oldest first, bounded. Lines that are no reports are dropped. */
export function addToHistory(history: string, report: object): string {
  const lines = history.split("\n").filter((line) => line.startsWith("{") && line.endsWith("}"));
  return [...lines, JSON.stringify(report)].slice(-historyLength).join("\n") + "\n";
}
