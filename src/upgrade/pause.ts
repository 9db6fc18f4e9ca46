import { usageFailure } from "../cli/failure.ts";
import type { HostState } from "./host_state.ts";

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * A duration in seconds, as `90m`, `2h` or `1d`.
 *
 * @throws {Failure} (usage) for anything else
 */
export function parseDuration(text: string): number {
  const [, number, unit = ""] = /^(\d{1,5})([smhdw])$/.exec(text) ?? [];
  const seconds = Number(number) * (units[unit] ?? 0);
  if (seconds > 0) return seconds;
  throw usageFailure(`--pause ${JSON.stringify(text)} should be a duration, as 90m, 2h or 3d`);
}

/** The instant until which nothing is upgraded; `undefined` when it is. */
export function pausedUntil({ pausedUntil }: HostState, now: Date): string | undefined {
  return pausedUntil === null || new Date(pausedUntil) <= now ? undefined : pausedUntil;
}
