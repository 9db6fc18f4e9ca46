import { type Output, ProcessError } from "../host/process.ts";
import { split0 } from "./git.ts";
import { type GitInput, type GitRepository, jjRoot } from "./git_repository.ts";

/** Commits that one repository has and another one lacks. */
export interface Range {
  /** Commits that are there already, with all below them; none: nothing is there yet. */
  readonly from: readonly string[];
  readonly to: string;
  /** More commits that all below is searched of, as all branches of a repository. */
  readonly also?: readonly string[];
}

/** A file as some commit of a range brings it, for the first time. */
export interface IntroducedFile {
  /** What is no UTF-8 in it is replaced. */
  readonly path: string;
  readonly blob: string;
  readonly commit: string;
  /** The blobs that the commit's parents have there; of a new file, what the commit removes. */
  readonly before: readonly string[];
}

/** An object, unless it is too large or not there. */
export interface ReadObject {
  readonly id: string;
  readonly size: number;
  readonly content: Uint8Array<ArrayBuffer> | "too-large" | "missing";
}

/** Bound in milliseconds on a command that reads a whole history. */
const bound = 600_000;
/** What a ref under refs/replace stands for is never pushed; what is not here cannot be. */
const env = { GIT_NO_REPLACE_OBJECTS: "1", GIT_NO_LAZY_FETCH: "1" };

/** The commits of a range, oldest first. */
export async function commitsIn(
  git: GitRepository,
  { from, to, also = [] }: Range,
): Promise<string[]> {
  if (to === jjRoot) return [];
  const revisions = [
    to,
    ...also.filter((id) => id !== jjRoot),
    ...from.filter((id) => id !== jjRoot).map((id) => `^${id}`),
  ];
  const stdin = revisions.join("\n") + "\n";
  const args = ["rev-list", "--topo-order", "--reverse", "--stdin"];
  const listed = await git.plumbing(args, { stdin, env, timeout: bound });
  return listed.split("\n").filter((id) => id !== "");
}

/**
 * The files that commits introduce, each path and blob once: what differs from the parent, or of a
 * merge from all of its parents. Submodules are left out.
 */
export async function filesIntroducedBy(
  git: GitRepository,
  commits: readonly string[],
): Promise<readonly IntroducedFile[]> {
  const stdin = commits.join("\n") + "\n";
  const args = ["diff-tree", "--stdin", "--root", "-c", "-r", "-z", "--raw", "--no-renames"];
  const listed = await git.plumbing([...args, "--no-abbrev"], { stdin, env, timeout: bound });
  return parseIntroduced(listed);
}

/** Reads the output of `git diff-tree --stdin -c -z --raw`; see git-diff-tree(1). */
export function parseIntroduced(listed: string): readonly IntroducedFile[] {
  const files = new Map<string, IntroducedFile>();
  const records = split0(listed);
  let [commit, removed]: [string, string[]] = ["", []];
  for (let at = 0; at < records.length; at++) {
    const record = records[at] as string;
    if (!record.startsWith(":")) {
      [commit, removed] = [record, []];
      continue;
    }
    const path = records[++at] ?? "";
    const parents = record.lastIndexOf(":") + 1;
    const fields = record.slice(parents).split(" ");
    const [mode, blob] = [fields[parents], fields[2 * parents + 1]];
    const before = fields.slice(parents + 1, 2 * parents + 1)
      .filter((id, parent) => /[^0]/.test(id) && fields[parent] !== submodule);
    if (mode === "000000") removed.push(...before);
    if (blob === undefined || mode === "000000" || mode === submodule) continue;
    const key = `${blob} ${path}`;
    // What is removed may be listed later: the list itself is kept, not a copy.
    const file = { path, blob, commit, before: before.length > 0 ? before : removed };
    if (!files.has(key)) files.set(key, file);
  }
  return [...files.values()];
}

/** The blobs of a commit's files by path. */
export async function blobsAt(
  git: GitRepository,
  commit: string,
): Promise<ReadonlyMap<string, string>> {
  if (commit === jjRoot) return new Map();
  const listed = await git.plumbing(["ls-tree", "-r", "-z", commit], { env, timeout: bound });
  return new Map(
    split0(listed).map((row) => {
      const cut = row.indexOf("\t");
      return [row.slice(cut + 1), row.slice(0, cut).split(" ")[2] ?? ""];
    }),
  );
}

/**
 * Reads objects, in batches of a bounded size.
 *
 * @param largest how many bytes an object may have to be read
 */
export async function* readObjects(
  git: GitRepository,
  ids: readonly string[],
  largest: number,
  batchSize = 64_000_000,
): AsyncGenerator<ReadObject> {
  let [batch, total]: [string[], number] = [[], 0];
  for (const { id, size } of await sizesOf(git, ids)) {
    if (size === undefined) yield { id, size: 0, content: "missing" };
    else if (size > largest) yield { id, size, content: "too-large" };
    else {
      if (total + size > batchSize && batch.length > 0) {
        yield* readBatch(git, batch);
        [batch, total] = [[], 0];
      }
      batch.push(id);
      total += size;
    }
  }
  if (batch.length > 0) yield* readBatch(git, batch);
}

async function sizesOf(
  git: GitRepository,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly size: number | undefined }[]> {
  if (ids.length === 0) return [];
  const stdin = ids.join("\n") + "\n";
  const { stdout } = await checked(git, ["cat-file", "--batch-check", "--buffer"], { stdin });
  return stdout.trim().split("\n").map((line) => {
    const [id = "", , size] = line.split(" ");
    return { id, size: size === undefined ? undefined : Number(size) };
  });
}

async function* readBatch(
  git: GitRepository,
  ids: readonly string[],
): AsyncGenerator<ReadObject> {
  const stdin = ids.join("\n") + "\n";
  const { bytes } = await checked(git, ["cat-file", "--batch", "--buffer"], { stdin });
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at);
    const [id = "", , size] = new TextDecoder().decode(bytes.subarray(at, end)).split(" ");
    const begin = end + 1;
    if (size === undefined) {
      yield { id, size: 0, content: "missing" };
      at = begin;
      continue;
    }
    const content = bytes.subarray(begin, begin + Number(size));
    yield { id, size: content.length, content };
    at = begin + Number(size) + 1;
  }
}

/** A call whose output may hold secrets: its error tells without it. */
async function checked(
  git: GitRepository,
  args: readonly string[],
  input: GitInput,
): Promise<Output> {
  const output = await git.attempt(args, { ...input, env, timeout: bound });
  if (output.status === 0 && !output.timedOut) return output;
  throw new ProcessError({ argv: ["git", ...args], timeout: bound }, { ...output, stdout: "" });
}

/** The mode of a submodule in a tree: its id is a commit of another repository. */
const submodule = "160000";
