import { type ParsedState, parseJson } from "../cli/parse_state.ts";

/**
 * The shape of a state file, as functions that return a value of a type or throw what is wrong with
 * it. A library for that takes as much time as all the rest of the early check: see
 * docs/decisions/0005-golden-generation.md.
 */
export type Shape<T> = (value: unknown, path: string) => T;

/** What a shape describes. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

class Misshapen extends Error {}

function expected(what: string, path: string): never {
  throw new Misshapen(`${path || "the whole"} should be ${what}`);
}

/** A text of a form; `what` says which. */
export function text(what: string, form: RegExp = /^[^]*$/): Shape<string> {
  return (value, path) =>
    typeof value === "string" && value.length <= 4096 && form.test(value)
      ? value
      : expected(what, path);
}

/** A whole number within bounds. */
export function whole(least: number, most: number): Shape<number> {
  return (value, path) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? value
      : expected(`a whole number from ${least} to ${most}`, path);
}

/** One of a few values. */
export function oneOf<const T extends string | number | boolean>(...values: T[]): Shape<T> {
  return (value, path) =>
    values.find((each) => each === value) ?? expected(values.join(" or "), path);
}

/** Null, or what the other shape says. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path) => value === null ? null : shape(value, path);
}

/** A list of at most some length. */
export function list<T>(shape: Shape<T>, most: number): Shape<readonly T[]> {
  return (value, path) =>
    Array.isArray(value) && value.length <= most
      ? value.map((each, at) => shape(each, `${path}.${at}`))
      : expected(`a list of at most ${most}`, path);
}

/**
 * An object with these fields. Others are kept as they are: a golden generation may carry an older
 * program than the one that wrote the file.
 */
export function record<F extends Readonly<Record<string, Shape<unknown>>>>(
  fields: F,
): Shape<{ readonly [K in keyof F]: Shaped<F[K]> }> {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return expected("an object", path);
    }
    const given = value as Record<string, unknown>;
    const read = Object.entries(fields).map(([key, shape]) =>
      [key, shape(given[key], path === "" ? key : `${path}.${key}`)] as const
    );
    return { ...given, ...Object.fromEntries(read) } as { [K in keyof F]: Shaped<F[K]> };
  };
}

/** A path directly in a Nix store, as `/nix/store/<hash>-nixos-system-laptop-25.11`. */
export const storePath: Shape<string> = text(
  "a path of a Nix store",
  /^(\/(?!\.{1,2}\/)[^/\0\n]+)+\/[0-9a-z]{32}-[^/\0\n]+$/,
);

/** A time as the state files hold it: ISO 8601 in UTC. */
export const instant: Shape<string> = text(
  "a time in ISO 8601",
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
);

/** What `/proc/sys/kernel/random/boot_id` holds, without the dashes, as systemd's `%b` has it. */
export const bootId: Shape<string> = text("32 hexadecimal digits", /^[0-9a-f]{32}$/);

/** Reads a state file by its shape. */
export function parseShaped<T>(shape: Shape<T>, text: string): ParsedState<T> {
  const json = parseJson(text);
  if (json.kind === "corrupt") return json;
  try {
    return { kind: "valid", state: shape(json.state, "") };
  } catch (error) {
    if (error instanceof Misshapen) return { kind: "corrupt", reason: error.message };
    throw error;
  }
}
