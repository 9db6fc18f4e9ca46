/** What to do when this host and the remote both changed the same lines. */
export const strategies = ["prefer-remote", "prefer-local", "abort"] as const;
/** One of {@linkcode strategies}. */
export type Strategy = typeof strategies[number];

/** Where the branch is, here and on the remote; commit ids. */
export interface PullFacts {
  readonly local: string;
  /** `undefined` when the remote has no such branch. */
  readonly remote: string | undefined;
  /** The nearest common ancestor. */
  readonly base: string | undefined;
  /** What the remote was when it was last taken over; `undefined` when that never happened. */
  readonly seen: string | undefined;
  /** Whether the remote still contains that. */
  readonly containsSeen: boolean;
  /** History ends before its beginning. */
  readonly isShallow: boolean;
  /** A person said that the remote's new history is right. */
  readonly acceptRewritten: boolean;
}

/** What a pull comes to. */
export type Pull =
  | { readonly kind: "nothing" }
  /** All that is here is there too. */
  | { readonly kind: "forward"; readonly to: string }
  /** Both have commits of their own. */
  | {
    readonly kind: "replay";
    readonly onto: string;
    readonly base: string;
    /** What the remote had, and has not any more: it does not come back. */
    readonly dropped: string | undefined;
  }
  | { readonly kind: "refuse"; readonly why: string; readonly hint: string };

/** Decides how the remote's branch is taken over. Nothing is ever taken back by it. */
export function decidePull(facts: PullFacts): Pull {
  const { local, remote, base, seen, containsSeen } = facts;
  if (remote === undefined || remote === local) return { kind: "nothing" };
  if (seen !== undefined && !containsSeen && !facts.acceptRewritten) {
    return {
      kind: "refuse",
      why: `the remote's history was rewritten: it is at ${short(remote)} and does not contain ` +
        `${short(seen)}, which it had before`,
      hint: "look at it with `git log`; if it is meant, run once with --accept-rewritten",
    };
  }
  const dropped = containsSeen ? undefined : seen;
  if (dropped !== undefined && base !== undefined) {
    return { kind: "replay", onto: remote, base, dropped };
  }
  if (base === remote) return { kind: "nothing" };
  if (base === local) return { kind: "forward", to: remote };
  if (base === undefined) {
    return {
      kind: "refuse",
      why: `${short(local)} here and ${short(remote)} on the remote have no commit in common`,
      hint: facts.isShallow
        ? "the clone is shallow: `git fetch --unshallow`"
        : "is it the right remote? Merge them by hand with --allow-unrelated-histories",
    };
  }
  return { kind: "replay", onto: remote, base, dropped };
}

/** A commit id as people read it. */
export function short(commit: string): string {
  return commit.slice(0, 12);
}
