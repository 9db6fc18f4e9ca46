import * as v from "valibot";
import { parseState } from "../cli/schema_state.ts";
import type { ParsedState } from "../cli/parse_state.ts";

const commitId = v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/));
const path = v.pipe(v.string(), v.regex(/^\/[^\0\n]+$/));

/** Files and system at one moment. */
const place = v.object({
  /** HEAD. */
  head: commitId,
  /** A commit of the files; HEAD when nothing was uncommitted. */
  files: commitId,
  /** Their tree. */
  tree: commitId,
  /** What was active; null when it could not be told. */
  toplevel: v.nullable(path),
  /** What the profile led to. */
  profile: v.nullable(path),
});

const schema = v.object({
  schema: v.literal(1),
  /** Which run: its beginning, in UTC. */
  id: v.string(),
  program: v.string(),
  /** The work tree it is about; not told by a run of an older version. */
  repo: v.optional(path),
  /** The step that was begun last. */
  step: v.string(),
  before: place,
  /** The tree of the tracked files when the run began: what a quarantine goes by. */
  found: commitId,
  /** HEAD and tree of the files after the pull; null before it. */
  pulled: v.nullable(v.object({ head: commitId, tree: commitId })),
  /** What is about to go live, and how; null before the activation. */
  activating: v.nullable(v.object({
    toplevel: path,
    action: v.picklist(["switch", "boot", "test"]),
    /** Units that had failed before. */
    failedBefore: v.array(v.string()),
  })),
  /** New files that were made known to git, to be built. */
  announced: v.optional(v.array(v.string()), []),
  /** Other repositories whose files were moved, and from where to where. */
  beside: v.optional(
    v.array(v.object({
      repo: path,
      remote: v.string(),
      before: v.object({ head: commitId, files: commitId, tree: commitId }),
      pulled: v.object({ head: commitId, tree: commitId }),
    })),
    [],
  ),
});

/** What a run has to know of itself when it is killed: `run.json`, which exists only during one. */
export type Journal = v.InferOutput<typeof schema>;
/** Files and system at one moment. */
export type Place = v.InferOutput<typeof place>;

/** Reads the journal of a run. */
export function parseJournal(text: string): ParsedState<Journal> {
  return parseState(schema, text);
}
