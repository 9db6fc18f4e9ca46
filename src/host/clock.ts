/** The only place that reads the clock, so that decisions get `now` as a fact. */
export function now(): Date {
  return new Date();
}

/**
 * An instant as ISO 8601 with whole seconds, in UTC: what state files hold, since hosts of one
 * person can live in several time zones.
 */
export function isoSeconds(instant: Date): string {
  return instant.toISOString().replace(/\.\d+Z$/, "Z");
}

/** An instant as ISO 8601 with whole seconds, in this machine's time zone and with its offset. */
export function isoLocal(instant: Date): string {
  const offset = -instant.getTimezoneOffset();
  const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const two = (number: number): string => String(Math.trunc(number)).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.abs(offset) / 60)}:${
    two(Math.abs(offset) % 60)
  }`;
}

/** Milliseconds since some instant, which a clock that is set does not change. */
export function monotonic(): number {
  return performance.now();
}

/** Lets some milliseconds pass, fewer when a signal says so. */
export async function pause(milliseconds: number, stop?: AbortSignal): Promise<void> {
  if (stop?.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    stop?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
