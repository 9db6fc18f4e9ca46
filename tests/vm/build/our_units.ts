/** Our own units as they are shipped, with times that suit a test. */
import { renderUnits, usualUnitValues } from "../../../src/build/units.ts";

/** Seconds from the start of a boot until it counts as failed: more than any good boot takes here. */
export const deadlineSeconds = 75;

/** The units by name, for programs in `bin`. */
export function ourUnits(bin: string): Readonly<Record<string, string>> {
  const path = "/usr/bin:/usr/sbin";
  const values = { ...usualUnitValues, bin, path, deadlineSeconds, emergencySeconds: 5 };
  return Object.fromEntries(renderUnits(values));
}
