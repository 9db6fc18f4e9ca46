import * as v from "valibot";

/** A state file's content: what it says, or why it must not be acted upon. */
export type ParsedState<T> =
  | { readonly kind: "valid"; readonly state: T }
  | { readonly kind: "corrupt"; readonly reason: string };

/** Reads a state file by its schema; anything unknown makes it corrupt, a newer schema too. */
export function parseState<S extends v.GenericSchema>(
  schema: S,
  text: string,
): ParsedState<v.InferOutput<S>> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { kind: "corrupt", reason: (error as Error).message };
  }
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return { kind: "valid", state: result.output };
  const issue = result.issues[0];
  return { kind: "corrupt", reason: `${v.getDotPath(issue) ?? "the whole"}: ${issue.message}` };
}

/** The text of a state file: JSON that a person can read. */
export function serializeState(state: unknown): string {
  return JSON.stringify(state, null, 2) + "\n";
}
