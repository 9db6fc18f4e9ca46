import * as v from "valibot";
import { parseState } from "../cli/schema_state.ts";
import type { ParsedState } from "../cli/parse_state.ts";

/** How many failed commits are remembered. */
const quarantineLength = 50;

const commitId = v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/));
const instant = v.pipe(v.string(), v.isoTimestamp());
const toplevel = v.pipe(v.string(), v.regex(/^\/[^\0\n]+$/));

const deployed = v.object({
  /** HEAD when it was built. */
  commit: commitId,
  /** The newest commit of the remote in it; null when the remote had none. */
  base: v.nullable(commitId),
  /**
   * What was built: the commit's tree, or that of the work tree where edits lay above it; null when
   * it is not known, as after somebody went back: the next run builds to find out.
   */
  tree: v.nullable(commitId),
  toplevel,
  since: instant,
  /** It is the next boot's, and what runs is another one until then. */
  waits: v.boolean(),
  /** Units that failed since, and not before. */
  failedUnits: v.array(v.string()),
});

const quarantined = v.object({
  /** HEAD when it was built. */
  commit: commitId,
  /** The remote's branch and the tree of the files, before the pull that brought it. */
  upstream: v.nullable(commitId),
  from: commitId,
  /** The tree that was built, or was to be. */
  tree: commitId,
  time: instant,
  reason: v.string(),
});

const schema = v.object({
  schema: v.literal(1),
  /** What runs, as far as these programs brought it there. */
  deployed: v.nullable(deployed),
  quarantined: v.array(quarantined),
  /** Until when nothing is upgraded; null: it is. */
  pausedUntil: v.nullable(instant),
  /** The state of the host that somebody was told of last. */
  told: v.nullable(v.string()),
  /** For which toplevel the host was rebooted: once is enough. */
  rebootedFor: v.nullable(toplevel),
  /** Which toplevel was being activated when a run was cut short. */
  cutShort: v.nullable(toplevel),
});

/** What is known of a host between runs: `host.json`. */
export type HostState = v.InferOutput<typeof schema>;
/** What runs on the host. */
export type Deployed = v.InferOutput<typeof deployed>;
/** A commit that failed here. */
export type Quarantined = v.InferOutput<typeof quarantined>;

/** A host of which nothing is known yet. */
export const newHost: HostState = {
  schema: 1,
  deployed: null,
  quarantined: [],
  pausedUntil: null,
  told: null,
  rebootedFor: null,
  cutShort: null,
};

/** Reads what is known of a host. */
export function parseHost(text: string): ParsedState<HostState> {
  return parseState(schema, text);
}

/** The host with one more failed commit; the oldest are forgotten when there are too many. */
export function withQuarantined(host: HostState, failed: Quarantined): HostState {
  const others = host.quarantined.filter((each) => each !== quarantineOf(host, failed));
  return { ...host, quarantined: [...others, failed].slice(-quarantineLength) };
}

/** The failed attempt that a pull would only repeat: the same of the remote upon the same files. */
export function quarantineOf(
  { quarantined }: HostState,
  { upstream, from }: Pick<Quarantined, "upstream" | "from">,
): Quarantined | undefined {
  return quarantined.findLast((each) => each.upstream === upstream && each.from === from);
}

/** The failed attempt at the very files that would be built now. */
export function quarantinedTree({ quarantined }: HostState, tree: string): Quarantined | undefined {
  return quarantined.findLast((each) => each.tree === tree);
}
