import { namesIn, readText } from "../host/files.ts";

/** What differs between hosts in the units of nix/units. */
export interface UnitValues {
  /** Directory of our programs. */
  readonly bin: string;
  /** Where the programs that ours run are found: Nix, systemd, coreutils. */
  readonly path: string;
  readonly stateDir: string;
  readonly loaderMount: string;
  /** From the start of the boot until it counts as failed. */
  readonly deadlineSeconds: number;
  /** More than the health window, the settling time and a rollback take together. */
  readonly validateSeconds: number;
  /** For a person at the console, before emergency mode is left. */
  readonly emergencySeconds: number;
}

/** What the units are rendered with unless something else is said. */
export const usualUnitValues = {
  stateDir: "/var/lib/golden-generation",
  loaderMount: "/boot",
  deadlineSeconds: 600,
  validateSeconds: 600,
  emergencySeconds: 300,
} as const;

const directory = `${import.meta.dirname}/../../nix/units`;

/** The units of nix/units by name, every `@placeholder@` replaced. */
export function renderUnits(values: UnitValues): ReadonlyMap<string, string> {
  const known = new Map(Object.entries(values));
  return new Map(
    namesIn(directory).map((name) => {
      const text = readText(`${directory}/${name}`) ?? "";
      // The names of system call groups, as @mount, have one sign only.
      return [
        name,
        text.replace(/@([a-zA-Z]+)@/g, (_, key: string) => {
          const value = known.get(key);
          if (value === undefined) throw new Error(`${name}: nothing is known for @${key}@`);
          return String(value);
        }),
      ];
    }),
  );
}
