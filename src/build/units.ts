import { namesIn, readText } from "../host/files.ts";

/** What differs between hosts in the units of nix/units. */
export interface UnitValues {
  /** Directory of our programs. */
  readonly bin: string;
  /** Where the programs that ours run are found: Nix, systemd, coreutils. */
  readonly path: string;
  readonly stateDir: string;
  /** Every mount point that the boot loader's files are on. */
  readonly loaderMounts: readonly string[];
  /** From the start of the boot until it counts as failed. */
  readonly deadlineSeconds: number;
  /** The health window and the settling time of the configuration together. */
  readonly healthSeconds: number;
  /** For a person at the console, before emergency mode is left. */
  readonly emergencySeconds: number;
}

/** What the units are rendered with unless something else is said. */
export const usualUnitValues = {
  stateDir: "/var/lib/golden-generation",
  loaderMounts: ["/boot"],
  deadlineSeconds: 600,
  healthSeconds: 130,
  emergencySeconds: 300,
} as const;

/**
 * More than a rollback with all its bounds takes: the lock (200), nix-env (60), the boot loader
 * (600), two looks at it (40), the reboot (30), a notification (20), in seconds.
 */
const rollbackSeconds = 1000;

const directory = `${import.meta.dirname}/../../nix/units`;

/** The golden generation's units of nix/units by name, every `@placeholder@` replaced. */
export function renderUnits(values: UnitValues): ReadonlyMap<string, string> {
  const { loaderMounts, healthSeconds } = values;
  const known = {
    ...values,
    loaderMounts: loaderMounts.join(" "),
    // Where it is not mounted, nothing is to be written.
    writableMounts: loaderMounts.map((mount) => `-${mount}`).join(" "),
    rollbackSeconds,
    // Half a minute for what is asked of systemd.
    validateSeconds: healthSeconds + rollbackSeconds + 30,
  };
  const names = namesIn(directory).filter((name) => name.startsWith("golden-"));
  return new Map(names.map((name) => [name, renderUnit(name, known)]));
}

/**
 * One unit of nix/units with its placeholders replaced, as nix/lib/units.nix does it. A line that
 * only a placeholder made empty is left out.
 */
export function renderUnit(name: string, values: Readonly<Record<string, unknown>>): string {
  const lines = (readText(`${directory}/${name}`) ?? "").split("\n").flatMap((line) => {
    // The names of system call groups, as @mount, have one sign only.
    const filled = line.replace(/@([a-zA-Z]+)@/g, (_, key: string) => {
      const value = values[key];
      if (value === undefined) throw new Error(`${name}: nothing is known for @${key}@`);
      return String(value);
    });
    if (filled === line) return [line];
    return /^[A-Za-z]+= *$/.test(filled) ? [] : [filled.trimEnd()];
  });
  return lines.join("\n");
}
