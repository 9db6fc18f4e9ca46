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
