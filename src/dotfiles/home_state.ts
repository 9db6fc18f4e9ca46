import * as v from "valibot";

const commit = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));
const paths = v.array(v.string());

const schema = v.strictObject({
  schema: v.literal(1),
  /** The source directory this record is about. */
  source: v.string(),
  branch: v.string(),
  /** H: the commit whose files the home holds, edits since aside. */
  home: commit,
  /** The remote's branch as last seen; a remote that does not descend from it was rewritten. */
  main: v.nullable(commit),
  /**
   * What this host's unmerged edits are relative to, where that is not the remote's branch: set
   * while something is parked. The edits are the commits from here to the working copy.
   */
  base: v.nullable(commit),
  /** Source paths whose text here is not the remote's branch's. */
  parked: paths,
  /** The commit that holds the parked texts, on top of its base; goes to the conflict bookmark. */
  conflict: v.nullable(commit),
  /** All conflict commits that may have been pushed: one within the branch tells of a resolution. */
  published: v.array(commit),
  /** The bookmark that this host parks under. */
  bookmark: v.string(),
  /** Targets that differ and are left alone, with the reason. */
  drift: v.record(v.string(), v.string()),
  /** A change of working copy and home under way: the journal. */
  moving: v.nullable(v.strictObject({
    from: commit,
    to: commit,
    base: v.nullable(commit),
    parked: paths,
    conflict: v.nullable(commit),
  })),
  /** A capture under way: chezmoi's own record may lag behind the source. */
  capturing: v.boolean(),
});

/** The record of what the home holds: `home.json` in the state directory. */
export type HomeState = v.InferOutput<typeof schema>;

/** A state file's content: what it says, or why it must not be acted upon. */
export type ParsedState<T> =
  | { readonly kind: "valid"; readonly state: T }
  | { readonly kind: "corrupt"; readonly reason: string };

/** Reads the record, strictly. */
export function parseHomeState(text: string): ParsedState<HomeState> {
  return parseState(schema, text);
}

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
