import { isTexts, type Option } from "./options.ts";

/** A command of the configuration, with its bound. */
export interface BoundCommand {
  readonly argv: readonly string[];
  readonly timeoutSeconds: number;
}

/** A list of commands with a bound each: plain command lines, or `{"argv": [...], "timeoutSeconds": N}`. */
export function commands(
  details: Pick<Option<unknown>, "help" | "value"> & {
    readonly expected: string;
    /** Seconds, where a command says none, and at most. */
    readonly usual: number;
    readonly most: number;
  },
): Option<readonly BoundCommand[]> {
  const { expected, usual, most, ...told } = details;
  const command = (given: unknown): BoundCommand | undefined => {
    const { argv, timeoutSeconds = usual, ...others } = Array.isArray(given)
      ? { argv: given as unknown }
      : (given ?? {}) as Record<string, unknown>;
    return isTexts(argv) && argv.length > 0 && Object.keys(others).length === 0 &&
        typeof timeoutSeconds === "number" && timeoutSeconds > 0 && timeoutSeconds <= most
      ? { argv, timeoutSeconds }
      : undefined;
  };
  return {
    ...told,
    fallback: [],
    fallbackText: "none",
    configOnly: true,
    parse: (given) => {
      const parsed = Array.isArray(given) ? given.map(command) : [undefined];
      const value = parsed.filter((each) => each !== undefined);
      return value.length === parsed.length ? { value } : { expected };
    },
  };
}
