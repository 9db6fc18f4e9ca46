import { didYouMean } from "./did_you_mean.ts";
import { usageFailure } from "./failure.ts";

/**
 * One option, declared once: this record parses the flag, validates the configuration key, and is
 * what `--help` and the reference print.
 */
export interface Option<T> {
  /** What it does, one sentence without a full stop. */
  readonly help: string;
  /** The name of its value in `--help`; absent for a switch. */
  readonly value?: string;
  /** Used when neither flag nor configuration gives one. */
  readonly fallback: T;
  /** The fallback in words, where it is worked out at run time. */
  readonly fallbackText?: string;
  /** The flag, where it is not `--` and the key in kebab-case. */
  readonly flag?: string;
  /** Flags only: not a key of the configuration file. */
  readonly flagOnly?: true;
  /** Configuration only: what would be no pleasure to type. */
  readonly configOnly?: true;
  /** Reads the flag's text (`undefined` for a switch) or the configuration's value. */
  readonly parse: (given: unknown) => Parsed<T>;
}

/** A value, or what was expected instead. */
export type Parsed<T> = { readonly value: T } | { readonly expected: string };

/** Options by key. */
// deno-lint-ignore no-explicit-any
export type Options = Readonly<Record<string, Option<any>>>;

/** What the options of a record come to. */
export type Values<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

type Details<T> = Partial<Pick<Option<T>, "fallbackText" | "flagOnly" | "flag">>;

/** An option with a text value that may be left out. */
export function text(
  value: string,
  help: string,
  details: Details<string | undefined> = {},
): Option<string | undefined> {
  return { ...details, help, value, fallback: undefined, parse: nonEmpty };
}

/** An option with a text value and a default. */
export function textOr(fallback: string, value: string, help: string): Option<string> {
  return { help, value, fallback, parse: nonEmpty };
}

/** An option that is one of a few words. */
export function choice<const T extends string>(
  words: readonly T[],
  fallback: NoInfer<T>,
  help: string,
  details: Details<T> = {},
): Option<T> {
  return {
    ...details,
    help,
    value: words.join("|"),
    fallback,
    parse: (given) => {
      const value = words.find((word) => word === given);
      return value === undefined ? { expected: `one of ${words.join(", ")}` } : { value };
    },
  };
}

/** An option that counts seconds; fractions are allowed. */
export function seconds(fallback: number, help: string): Option<number> {
  return {
    help,
    value: "SECONDS",
    fallback,
    parse: (given) => {
      const value = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
      return typeof value === "number" && value > 0 && value <= 86_400
        ? { value }
        : { expected: "a number of seconds above 0 and up to 86400" };
    },
  };
}

/** An option that counts. */
export function count(
  fallback: number,
  [least, most]: readonly [number, number],
  help: string,
): Option<number> {
  return {
    help,
    value: "N",
    fallback,
    parse: (given) => {
      const isDigits = typeof given === "string" && /^\d+$/.test(given);
      const value = isDigits ? Number(given) : given;
      return typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
        ? { value }
        : { expected: `a whole number from ${least} to ${most}` };
    },
  };
}

/** An option that lists names: `A,B` on the command line, an array in the configuration. */
export function names(help: string): Option<readonly string[]> {
  return {
    help,
    value: "NAME,...",
    fallback: [],
    fallbackText: "none",
    parse: (given) => {
      const value = typeof given === "string" ? given.split(",").filter(Boolean) : given;
      return isTexts(value) && value.every((name) => /^[^\s,*?[\]]+$/.test(name))
        ? { value }
        : { expected: "a list of names" };
    },
  };
}

/** A command line of the configuration, as an array of texts: no shell reads it. */
export function argv<T extends readonly string[] | undefined>(
  fallback: T,
  help: string,
): Option<readonly string[] | T> {
  return {
    help,
    value: "ARGV",
    fallback,
    fallbackText: fallback === undefined ? "none" : fallback.join(" "),
    configOnly: true,
    parse: (given) =>
      isTexts(given) && given.length > 0
        ? { value: given }
        : { expected: 'a command line as an array of texts, as ["systemctl", "reboot"]' },
  };
}

/** Whether a value is an array of texts that a program can be started with. */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) &&
    value.every((each) => typeof each === "string" && each !== "" && !each.includes("\0"));
}

/** A flag that turns something on. */
export function enable(help: string, details: Details<boolean> = {}): Option<boolean> {
  return { ...details, help, fallback: false, parse: switchTo(true) };
}

/** A flag that turns off what is on by default. */
export function disable(flag: string, help: string): Option<boolean> {
  return { flag, help, fallback: true, parse: switchTo(false) };
}

/** The flag of an option, with its dashes. */
export function flagOf(key: string, option: Option<unknown>): string {
  return option.flag ?? `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** What a command line came to. */
export interface CommandLine {
  /** Values by key, of the flags that were given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly operands: readonly string[];
}

/**
 * Reads a command line as GNU programs do: `--name value`, `--name=value`, options and operands in
 * any order, `--` ends the options.
 *
 * @throws {Failure} (usage) for an unknown option, a missing or a wrong value
 */
export function parseCommandLine(args: readonly string[], options: Options): CommandLine {
  const typed = Object.entries(options).filter(([, option]) => option.configOnly !== true);
  const byFlag = new Map(typed.map(([key, o]) => [flagOf(key, o), { key, o }]));
  const flags: Record<string, unknown> = {};
  const operands: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!arg.startsWith("-") || arg === "-") {
      operands.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const flag = equals < 0 ? arg : arg.slice(0, equals);
    const known = byFlag.get(flag);
    if (known === undefined) {
      throw usageFailure(`unknown option ${JSON.stringify(flag)}`, didYouMean(flag, byFlag.keys()));
    }
    let given: string | undefined = equals < 0 ? undefined : arg.slice(equals + 1);
    if (known.o.value === undefined) {
      if (given !== undefined) throw usageFailure(`option ${flag} takes no value: got "${given}"`);
    } else {
      given ??= args[++at];
      if (given === undefined) {
        throw usageFailure(`option ${flag} needs a value: ${flag} ${known.o.value}`);
      }
    }
    flags[known.key] = accept(known.o, given, `option ${flag}`);
  }
  return { flags, operands };
}

/**
 * Reads a configuration file's text: one JSON object, the options' keys, nothing else.
 *
 * @throws {Failure} (usage) that names the file and the key
 */
export function parseConfig(
  text: string,
  path: string,
  options: Options,
): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw usageFailure(`configuration ${path} is not JSON: ${(error as Error).message}`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw usageFailure(`configuration ${path} is not a JSON object: ${JSON.stringify(json)}`);
  }
  const allowed = Object.entries(options).filter(([, option]) => option.flagOnly !== true);
  const known = new Map(allowed);
  const values: Record<string, unknown> = {};
  for (const [key, given] of Object.entries(json)) {
    const option = known.get(key);
    if (option === undefined) {
      throw usageFailure(
        `configuration ${path}: unknown key ${JSON.stringify(key)}`,
        didYouMean(key, known.keys()) ?? `known keys: ${[...known.keys()].join(", ")}`,
      );
    }
    if (given === null) continue; // Nix modules write null for "not set".
    values[key] = option.value === undefined
      ? acceptSwitch(given, `configuration ${path}: key ${JSON.stringify(key)}`)
      : accept(option, given, `configuration ${path}: key ${JSON.stringify(key)}`);
  }
  return values;
}

/** The options' values: flags win over the configuration, which wins over the defaults. */
export function settle<O extends Options>(
  options: O,
  config: Readonly<Record<string, unknown>>,
  flags: Readonly<Record<string, unknown>>,
): Values<O> {
  const values = Object.entries(options).map(([key, option]) => [
    key,
    Object.hasOwn(flags, key)
      ? flags[key]
      : Object.hasOwn(config, key)
      ? config[key]
      : option.fallback,
  ]);
  return Object.fromEntries(values) as Values<O>;
}

function accept(option: Option<unknown>, given: unknown, where: string): unknown {
  const parsed = option.parse(given);
  if ("value" in parsed) return parsed.value;
  throw usageFailure(`${where}: ${JSON.stringify(given)} should be ${parsed.expected}`);
}

function acceptSwitch(given: unknown, where: string): boolean {
  if (typeof given === "boolean") return given;
  throw usageFailure(`${where}: ${JSON.stringify(given)} should be true or false`);
}

function switchTo(value: boolean): () => Parsed<boolean> {
  return () => ({ value });
}

function nonEmpty(given: unknown): Parsed<string> {
  return typeof given === "string" && given !== "" && !/[\0\n]/.test(given)
    ? { value: given }
    : { expected: "a text of one line that is not empty" };
}
