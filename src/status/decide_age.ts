/** Clocks of hosts may differ by this much, in milliseconds. */
const slack = 5 * 60_000;

/** How long ago something was, as a person says it. */
export function ageInWords(at: string, now: Date): string {
  const age = now.getTime() - Date.parse(at);
  if (age < -slack) return "in the future";
  const minutes = Math.max(0, Math.floor(age / 60_000));
  if (minutes < 1) return "just now";
  if (minutes < 90) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** How a time lies to a threshold in milliseconds. */
export function judgeAge(
  at: string,
  now: Date,
  staleAfter: number,
): "fresh" | "stale" | "future" | "invalid" {
  const age = now.getTime() - Date.parse(at);
  if (Number.isNaN(age)) return "invalid";
  if (age < -slack) return "future";
  return age > staleAfter ? "stale" : "fresh";
}

/** A time as a page shows it: UTC, to the minute. */
export function minuteOf(at: string): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
