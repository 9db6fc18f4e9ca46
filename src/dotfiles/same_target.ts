import { targetKey } from "./source_name.ts";

/**
 * Sources of a merged tree that stand for a target which has another source there, too. What was
 * doubled before the merge already is not the merge's business.
 */
export function targetsWithTwoSources(
  merged: readonly string[],
  before: readonly string[],
): readonly string[] {
  const known = new Set(before);
  const byTarget = Map.groupBy(merged, targetKey);
  return [...byTarget.values()]
    .filter((sources) => sources.length > 1 && sources.some((source) => !known.has(source)))
    .flat();
}

/** All source names, in any of the trees, of the targets that the paths stand for; sorted. */
export function sourcesOfSameTargets(
  paths: readonly string[],
  trees: readonly (readonly string[])[],
): readonly string[] {
  const wanted = new Set(paths.map(targetKey));
  const all = trees.flat().filter((path) => wanted.has(targetKey(path)));
  return [...new Set([...paths, ...all])].sort();
}

/**
 * Files of a merged tree in a directory that has another spelling there, too: one side changed the
 * directory's attributes while the other edited in it. chezmoi accepts no such source.
 */
export function filesInDoubledDirectories(
  merged: readonly string[],
  before: readonly string[],
): readonly string[] {
  const known = new Set(before.flatMap(directoriesOf));
  const byTarget = Map.groupBy(new Set(merged.flatMap(directoriesOf)), targetKey);
  const doubled = new Set(
    [...byTarget.values()]
      .filter((names) => names.length > 1 && names.some((name) => !known.has(name)))
      .flat(),
  );
  return merged.filter((path) => directoriesOf(path).some((name) => doubled.has(name)));
}

/** A path with its directories spelt as a tree spells them. */
export function respelled(path: string, tree: readonly string[]): string {
  const spellings = new Map(tree.flatMap(directoriesOf).map((name) => [targetKey(name), name]));
  const own = directoriesOf(path).findLast((name) => spellings.has(targetKey(name)));
  if (own === undefined) return path;
  return `${spellings.get(targetKey(own))}${path.slice(own.length)}`;
}

/** The directories a path lies in, outermost first. */
function directoriesOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
