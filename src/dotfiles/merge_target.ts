import type { Favor, Git } from "../programs/git.ts";
import type { SourceEntry } from "./parked.ts";

/** The three texts of a parked target. */
export interface Sides {
  /** Before both edited it; `undefined` where it did not exist. */
  readonly base: SourceEntry | undefined;
  /** On the branch. */
  readonly main: SourceEntry | undefined;
  /** On the host that parked it. */
  readonly parked: SourceEntry | undefined;
}

/** A target that cannot be merged the way that was asked for. */
export class UnmergeableError extends Error {
  override readonly name = "UnmergeableError";
}

/**
 * Merges a target's sides. Only hunks that collide are decided by `favor` (`ours` is the branch's),
 * so that lines which only one side edited are never dropped. Name and mode, that is chezmoi's
 * attributes, are merged alike. A side that deleted the target, and a binary file, go as a whole.
 */
export async function mergeTarget(
  git: Git,
  { base, main, parked }: Sides,
  favor: Favor,
): Promise<SourceEntry | undefined> {
  if (main === undefined || parked === undefined) {
    if (favor === "union") return main ?? parked;
    return favor === "ours" ? main : parked;
  }
  const path = merged(base?.path, main.path, parked.path, favor);
  const mode = merged(base?.mode, main.mode, parked.mode, favor);
  const blob = await mergeBlob(git, { base, main, parked }, favor);
  return { path, mode, blob };
}

async function mergeBlob(
  git: Git,
  { base, main, parked }: { base: SourceEntry | undefined; main: SourceEntry; parked: SourceEntry },
  favor: Favor,
): Promise<string> {
  if (main.blob === parked.blob || parked.blob === base?.blob) return main.blob;
  if (main.blob === base?.blob) return parked.blob;
  const isText = [main, parked].every(({ mode }) => mode.startsWith("100"));
  const before = base?.blob ?? await git.store("");
  const blob = isText ? await git.mergeBlobs(favor, main.blob, before, parked.blob) : undefined;
  if (blob !== undefined) return blob;
  if (favor !== "union") return favor === "ours" ? main.blob : parked.blob;
  throw new UnmergeableError("it is not text, so that one side has to be taken");
}

function merged(base: string | undefined, main: string, parked: string, favor: Favor): string {
  if (parked === base) return main;
  if (main === base) return parked;
  return favor === "theirs" ? parked : main;
}
