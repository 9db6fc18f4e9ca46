import { blobsAt, type IntroducedFile, readObjects } from "../programs/git_objects.ts";
import type { GitRepository } from "../programs/git_repository.ts";
import { decode, largest } from "./decode.ts";
import { type Hit, scan } from "./scan.ts";

/** A file that a commit brings, and what looks like secrets in it. */
export interface Suspect {
  readonly file: IntroducedFile;
  readonly hits: readonly Hit[];
}

/**
 * The suspects without what is no news: content that the remote has under any name, and each secret
 * that was in the file before, at the remote or in a commit below, where it was found already.
 */
export async function withoutKnown(
  git: GitRepository,
  from: readonly string[],
  suspects: readonly Suspect[],
  sopsRules: readonly RegExp[],
): Promise<readonly Suspect[]> {
  if (suspects.length === 0) return [];
  const trees = await Promise.all(from.map((commit) => blobsAt(git, commit)));
  const there = new Set(trees.flatMap((tree) => [...tree.values()]));
  const unsent = suspects.filter(({ file }) => !there.has(file.blob));
  const earlier = ({ before, path }: IntroducedFile): readonly string[] => [
    ...before,
    ...trees.flatMap((tree) => tree.get(path) ?? []),
  ];
  const wanted = new Map<string, Set<string>>();
  for (const { file } of unsent) {
    for (const blob of earlier(file)) {
      wanted.set(blob, (wanted.get(blob) ?? new Set()).add(file.path));
    }
  }
  const known = new Set<string>();
  for await (const { id, content } of readObjects(git, [...wanted.keys()], largest)) {
    if (typeof content === "string") continue;
    const text = decode(content);
    for (const path of wanted.get(id) ?? []) {
      const hits = scan(text, path, { sopsRules, heedMarks: false });
      for (const hit of hits) known.add(keyOf(id, path, hit));
    }
  }
  return unsent.map(({ file, hits }) => {
    const blobs = earlier(file);
    const isNew = (hit: Hit): boolean =>
      !blobs.some((blob) => known.has(keyOf(blob, file.path, hit)));
    return { file, hits: hits.filter(isNew) };
  });
}

function keyOf(blob: string, path: string, { rule, value }: Hit): string {
  return [blob, path, rule, value].join("\0");
}
