import * as v from "valibot";
import { type ParsedState, parseJson } from "./parse_state.ts";

/** Reads a state file by its schema; anything unknown makes it corrupt, a newer schema too. */
export function parseState<S extends v.GenericSchema>(
  schema: S,
  text: string,
): ParsedState<v.InferOutput<S>> {
  const json = parseJson(text);
  if (json.kind === "corrupt") return json;
  const result = v.safeParse(schema, json.state, { abortEarly: true });
  if (result.success) return { kind: "valid", state: result.output };
  const issue = result.issues[0];
  return { kind: "corrupt", reason: `${v.getDotPath(issue) ?? "the whole"}: ${issue.message}` };
}
