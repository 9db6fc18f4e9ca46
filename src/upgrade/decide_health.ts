/** One unit, at one moment. */
export interface UnitHealth {
  readonly name: string;
  readonly hasFailed: boolean;
  /** It is about to be restarted, or is on its way up. */
  readonly isRestarting: boolean;
  /** How often its Restart= has restarted it. */
  readonly restarts: number;
}

/** Restarts within the window that make a unit one that flaps. */
const flapping = 2;

/**
 * The units that are not well after an activation and were before: failed, or restarted again and
 * again since the first look. What had failed before does not count.
 */
export function unwellUnits(
  failedBefore: readonly string[],
  first: readonly UnitHealth[],
  last: readonly UnitHealth[],
): readonly string[] {
  const restarts = new Map(first.map((unit) => [unit.name, unit.restarts]));
  return last.filter((unit) => {
    if (failedBefore.includes(unit.name)) return false;
    const since = unit.restarts - (restarts.get(unit.name) ?? 0);
    return unit.hasFailed || since >= flapping || unit.isRestarting && since > 0;
  }).map(({ name }) => name).sort();
}

/** The units that have failed. */
export function failedUnits(units: readonly UnitHealth[]): readonly string[] {
  return units.filter(({ hasFailed }) => hasFailed).map(({ name }) => name).sort();
}
