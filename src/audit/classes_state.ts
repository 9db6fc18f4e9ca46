import { parse, stringify, TomlError } from "smol-toml";
import * as v from "valibot";
import type { ParsedState } from "../cli/parse_state.ts";

/** Where the answers are kept, from the repository's root. chezmoi passes over folders with a dot. */
export const classesPath = ".holdfast/secrets.toml";

/** What a person said of variables, by their names. */
export type Classes = ReadonlyMap<string, "secret" | "config">;

const schema = v.strictObject({
  version: v.literal(1),
  variables: v.record(v.pipe(v.string(), v.minLength(1)), v.picklist(["secret", "config"])),
});

/** Reads the answers; a file that is not as it should be is told of by its line or key alone. */
export function parseClasses(text: string): ParsedState<Classes> {
  let given: unknown;
  try {
    given = parse(text);
  } catch (error) {
    // Its own message quotes the line, which could hold anything.
    const where = error instanceof TomlError ? `line ${error.line}` : "the whole";
    return { kind: "corrupt", reason: `${where}: it is not TOML` };
  }
  const result = v.safeParse(schema, given, { abortEarly: true });
  if (result.success) {
    return { kind: "valid", state: new Map(Object.entries(result.output.variables)) };
  }
  const key = result.issues[0].path?.[0]?.key;
  const place = key === "version" || key === "variables" ? `key ${key}` : "a key that is not known";
  return {
    kind: "corrupt",
    reason: key === "version"
      ? "key version: it should be 1"
      : key === "variables"
      ? 'key variables: it should be a table whose values are "secret" or "config"'
      : place,
  };
}

const head =
  `# What dotfiles-audit was told of this source's variables: "secret" or "config". Names only.
# Edit it as you like; a variable that is not in here is asked about by dotfiles-audit --classify.
`;

/** The text of the answers, sorted. */
export function serializeClasses(classes: Classes): string {
  const variables = Object.fromEntries(
    [...classes].sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0),
  );
  return `${head}${stringify({ version: 1, variables })}`;
}
