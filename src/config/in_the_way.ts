import { lstat, parentOf } from "../host/files.ts";
import { split0 } from "../programs/git.ts";
import type { WorkTree } from "../programs/work_tree.ts";

/**
 * What lies at paths that a move brings and the tree it leaves does not have: files that git ignores,
 * and overwrites without a word. A file in the place of a directory counts, and all that is in a
 * directory in the place of a file.
 */
export async function inTheWay(
  tree: WorkTree,
  from: string,
  to: string,
): Promise<readonly string[]> {
  const args = ["-r", "-z", "--no-renames", "--diff-filter=A", "--name-only", from, to];
  const added = split0(await tree.plumbing(["diff-tree", ...args]));
  return [...new Set(added.flatMap((path) => existing(tree.source, path) ?? []))];
}

/** The path, or the nearest one above it that is no directory; `undefined` when nothing is there. */
function existing(source: string, path: string): string | undefined {
  if (lstat(`${source}/${path}`) !== undefined) return path;
  for (let above = parentOf(path); above !== "."; above = parentOf(above)) {
    const info = lstat(`${source}/${above}`);
    if (info !== undefined) return info.isDirectory ? undefined : above;
  }
  return undefined;
}
