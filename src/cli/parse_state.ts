/** A state file's content: what it says, or why it must not be acted upon. */
export type ParsedState<T> =
  | { readonly kind: "valid"; readonly state: T }
  | { readonly kind: "corrupt"; readonly reason: string };

/** Reads what every state file is; its schema is the domain's to check. */
export function parseJson(text: string): ParsedState<unknown> {
  try {
    return { kind: "valid", state: JSON.parse(text) };
  } catch (error) {
    return { kind: "corrupt", reason: (error as Error).message };
  }
}

/** The text of a state file: JSON that a person can read. */
export function serializeState(state: unknown): string {
  return JSON.stringify(state, null, 2) + "\n";
}
