import * as v from "valibot";
import type { ParsedState } from "../cli/parse_state.ts";
import { parseState } from "../cli/schema_state.ts";

const commit = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/));
const paths = v.array(v.string());

const schema = v.strictObject({
  schema: v.literal(1),
  /** The source directory this record is about. */
  source: v.string(),
  branch: v.string(),
  /** The umask of the first sync: under another one, every file would seem to have changed. */
  umask: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0o777)),
  /** H: the commit whose files the home holds, edits since aside. */
  home: commit,
  /** The remote's branch as last seen; a remote that does not descend from it was rewritten. */
  main: v.nullable(commit),
  /**
   * What this host's unmerged edits are relative to, where that is not the remote's branch: set
   * while something is parked. The edits are the commits from here to the working copy.
   */
  base: v.nullable(commit),
  /** What the remote's branch was before a rewrite that a person chose to take over. */
  rewritten: v.nullable(commit),
  /** Where a sync last put the local branch. */
  local: v.nullable(commit),
  /** Source paths whose text here is not the remote's branch's. */
  parked: paths,
  /** The commit that holds the parked texts, on top of its base; goes to the conflict bookmark. */
  conflict: v.nullable(commit),
  /** All conflict commits that may have been pushed: one within the branch tells of a resolution. */
  published: v.array(commit),
  /** Commits with texts that must stay reachable on the remote, whatever is merged next. */
  kept: v.array(commit),
  /** The bookmark that this host parks under. */
  bookmark: v.string(),
  /** Targets that differ and are left alone: why, and what they were like. */
  drift: v.record(v.string(), v.strictObject({ reason: v.string(), seen: v.string() })),
  /** A change of working copy and home under way: the journal. */
  moving: v.nullable(v.strictObject({
    from: commit,
    to: commit,
    base: v.nullable(commit),
    parked: paths,
    conflict: v.nullable(commit),
  })),
  /** The commit with all edits captured here that may not be merged yet. */
  captured: v.nullable(commit),
  /** A capture under way: chezmoi's own record may lag behind the source. */
  capturing: v.boolean(),
});

/** The record of what the home holds: `home.json` in the state directory. */
export type HomeState = v.InferOutput<typeof schema>;

/** Reads the record, strictly. */
export function parseHomeState(text: string): ParsedState<HomeState> {
  return parseState(schema, text);
}
