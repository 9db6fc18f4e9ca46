import { capture, ProcessError, ProgramMissingError } from "../host/process.ts";
import { monotonic, pause } from "../host/clock.ts";
import { type UnitState, unitStates } from "../programs/systemctl.ts";
import type { BoundCommand } from "../cli/bound_commands.ts";

/** What makes a boot healthy. */
export interface Requirements {
  readonly requiredUnits: readonly string[];
  readonly validationCommands: readonly BoundCommand[];
  readonly healthWindowSeconds: number;
  readonly settleSeconds: number;
}

/** Between two looks, in milliseconds: systemd's own way to wait for this needs a bus connection. */
const interval = 1000;

/**
 * Waits until this boot is healthy, or until it is clear that it is not; returns why, in words.
 * Units that are not active yet and commands that fail have the window's time. Once active, a unit
 * has to stay so, and every restart counts against it.
 */
export async function whyUnhealthy(required: Requirements): Promise<string | undefined> {
  const { requiredUnits, validationCommands, healthWindowSeconds, settleSeconds } = required;
  const deadline = monotonic() + healthWindowSeconds * 1000;
  try {
    const reasons = await Promise.all([
      whyUnsettled(requiredUnits, deadline, settleSeconds * 1000),
      ...validationCommands.map((command) => whyFailing(command, deadline)),
    ]);
    return reasons.find((reason) => reason !== undefined);
  } catch (error) {
    if (error instanceof ProcessError || error instanceof ProgramMissingError) return error.message;
    throw error;
  }
}

/** The health of the required units right now, in words; nothing is waited for. */
export async function healthNow(
  units: readonly string[],
): Promise<
  readonly { readonly unit: string; readonly state: string; readonly isActive: boolean }[]
> {
  return (await unitStates(units)).map((unit) => ({
    unit: unit.name,
    state: unit.isLoaded ? `${unit.active} (${unit.sub})` : "not found",
    isActive: isUp(unit),
  }));
}

/** Why the units do not all become active in time and then stay so for a while, milliseconds. */
async function whyUnsettled(
  names: readonly string[],
  deadline: number,
  settle: number,
): Promise<string | undefined> {
  /** The units as they were when they were first seen active. */
  const active = new Map<string, UnitState>();
  let allActiveSince: number | undefined;
  for (;;) {
    const units = await unitStates(names);
    const time = monotonic();
    for (const unit of units) {
      const before = active.get(unit.name);
      const reason = before === undefined ? whyLost(unit) : whyUnsteady(before, unit);
      if (reason !== undefined) return reason;
      if (isUp(unit)) active.set(unit.name, before ?? unit);
    }
    if (active.size === new Set(names).size) {
      allActiveSince ??= time;
      if (time - allActiveSince >= settle) return undefined;
    } else if (time >= deadline) {
      const waiting = units.find(({ name }) => !active.has(name)) as UnitState;
      return `${waiting.name} is still ${stateOf(waiting)}`;
    }
    await pause(interval);
  }
}

/** A unit that reloads its configuration is up all the while. */
function isUp({ active }: UnitState): boolean {
  return ["active", "reloading", "refreshing"].includes(active);
}

function whyLost(unit: UnitState): string | undefined {
  const isLost = !unit.isLoaded || unit.active === "failed";
  return isLost ? `${unit.name} is ${stateOf(unit)}` : undefined;
}

function whyUnsteady(before: UnitState, after: UnitState): string | undefined {
  if (!isUp(after)) return `${after.name} did not stay active: ${stateOf(after)}`;
  if (after.restarts !== before.restarts || after.invocation !== before.invocation) {
    return `${after.name} was restarted within the health window`;
  }
  return undefined;
}

function stateOf({ isLoaded, active, sub, result }: UnitState): string {
  if (!isLoaded) return "not there: no such unit could be loaded";
  return result === "success" || result === "" ? `${active} (${sub})` : `${active} (${result})`;
}

async function whyFailing(
  { argv, timeoutSeconds }: BoundCommand,
  deadline: number,
): Promise<string | undefined> {
  for (;;) {
    // The last try gets what is left of the window, and a moment at least.
    const timeout = Math.min(timeoutSeconds * 1000, Math.max(deadline - monotonic(), interval));
    const output = await capture({ argv, timeout });
    if (output.status === 0 && !output.timedOut) return undefined;
    if (monotonic() >= deadline) return new ProcessError({ argv, timeout }, output).message;
    await pause(interval);
  }
}
