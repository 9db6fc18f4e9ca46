import { remoteTrouble } from "../programs/remote_trouble.ts";
import type { Favor, Identity } from "../programs/git.ts";
import type { Programs } from "./facts.ts";
import { mergeTarget } from "./merge_target.ts";
import { type Parked, type ParkedTarget, type SourceEntry, sourceOf } from "./parked.ts";
import { resolvedTrailer } from "./resolution.ts";
import { respelled } from "./same_target.ts";
import { targetKey } from "./source_name.ts";

/** What a parked target is to become; `undefined` removes it from the source. */
export interface Resolution {
  readonly target: ParkedTarget;
  readonly outcome: SourceEntry | undefined;
}

/**
 * What a choice makes of a target that one or several hosts parked: each host's text is merged in
 * turn, and hunks that collide go by the choice.
 *
 * @param take `remote` for the branch's text, `union` for both, else the host whose text counts
 */
export async function resolveBy(
  programs: Programs,
  main: string,
  target: ParkedTarget,
  take: string,
): Promise<Resolution> {
  const { git } = programs;
  let outcome = await sourceOf(git, main, target.key);
  // The chosen host last: its text wins over the other hosts' as well.
  const inTurn = [...target.conflicts]
    .sort((a, b) => Number(a.host === take) - Number(b.host === take));
  for (const conflict of inTurn) {
    const favor: Favor = take === "union" ? "union" : conflict.host === take ? "theirs" : "ours";
    const [base, parked] = await Promise.all([
      sourceOf(git, conflict.base, target.key),
      sourceOf(git, conflict.commit, target.key),
    ]);
    outcome = await mergeTarget(git, { base, main: outcome, parked }, favor);
  }
  const tree = await git.filesOf(main);
  return { target, outcome: outcome && { ...outcome, path: respelled(outcome.path, tree) } };
}

/** How a push of resolutions went. */
export type Pushed =
  | { readonly kind: "pushed"; readonly commit: string }
  | { readonly kind: "moved" }
  | { readonly kind: "secret"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Pushes resolutions as one merge of the branch and the conflict commits: the working copy is not
 * touched, the owners recognize their commits within the branch, and the remote accepts it as a
 * fast-forward only. Conflict bookmarks with nothing left to resolve are deleted.
 */
export async function pushResolutions(
  programs: Programs,
  parked: Parked & { readonly main: string },
  resolutions: readonly Resolution[],
  where: {
    readonly remote: string;
    readonly branch: string;
    readonly host: string;
    readonly identity: Identity;
    /** Why a commit must not become known; absent where its texts are others' or known already. */
    readonly whyNot?: (
      commits: { readonly from: readonly string[]; readonly to: string },
    ) => Promise<string | undefined>;
  },
): Promise<Pushed> {
  const { git } = programs;
  const keys = new Set(resolutions.map(({ target }) => target.key));
  const involved = [...new Set(resolutions.flatMap(({ target }) => target.conflicts))];
  const there = (await git.filesOf(parked.main)).filter((path) => keys.has(targetKey(path)));
  const resolved = involved.flatMap(({ paths }) =>
    paths.filter((path) => keys.has(targetKey(path)))
  );
  const message = [
    `Resolve ${[...keys].join(", ")} on ${where.host}`,
    "",
    ...[...new Set(resolved)].sort().map((path) => `${resolvedTrailer}${path}`),
    `Holdfast-Host: ${where.host}`,
  ].join("\n") + "\n";
  const from: readonly [string, ...string[]] = [
    parked.main,
    ...involved.map((conflict) => conflict.commit),
  ];
  const commit = await git.commitOver(
    from,
    message,
    {
      remove: there,
      put: resolutions.flatMap(({ outcome }) => outcome === undefined ? [] : [outcome]),
    },
    where.identity,
  );
  const reason = await where.whyNot?.({ from, to: commit });
  if (reason !== undefined) return { kind: "secret", reason };
  const output = await git.push(where.remote, `${commit}:refs/heads/${where.branch}`);
  if (output.status !== 0 || output.timedOut) {
    if (/fetch first|non-fast-forward|stale info|cannot lock ref/.test(output.stderr)) {
      return { kind: "moved" };
    }
    return { kind: "failed", reason: remoteTrouble(output, git.remoteBound).reason };
  }
  for (const conflict of involved) {
    const isDone = conflict.paths.every((path) => keys.has(targetKey(path)));
    // One that cannot be deleted now is deleted by its owner's next sync.
    if (isDone) await git.deleteRemote(where.remote, conflict.bookmark, conflict.commit);
  }
  return { kind: "pushed", commit };
}
