import { commitsIn, filesIntroducedBy, type Range, readObjects } from "../programs/git_objects.ts";
import type { GitRepository } from "../programs/git_repository.ts";
import { Failure, usageFailure } from "../cli/failure.ts";
import {
  type AllowEntry,
  allowListPath,
  isAllowed,
  parseAllowList,
} from "../secrets/allow_list.ts";
import { decode, largest } from "../secrets/decode.ts";
import { findSecrets } from "../secrets/gate.ts";
import { isMarked, scan } from "../secrets/scan.ts";
import { creationRules, sopsConfig } from "../secrets/sops.ts";
import { readBytes, readText } from "../host/files.ts";
import { proposalFromEvidence, shownName } from "./evidence.ts";
import { keyLines } from "./key_lines.ts";
import type { Source } from "./source.ts";
import { sourceFile } from "./source_files.ts";

/** A secret in the clear: where it is, never what it is. */
export interface Clear {
  readonly path: string;
  readonly line: number;
  /** A rule of the secret gate, or `variable` for the value of one that is a secret. */
  readonly rule: string;
  /** The variable, where that is what tells. */
  readonly variable?: string;
  /** The first commit that brings it; none for a file as it is now. */
  readonly commit?: string;
}

/** What a search came to. */
export interface Searched {
  readonly found: readonly Clear[];
  /** Files that were too large to be searched. */
  readonly unsearched: readonly string[];
}

/** A value to be looked for, and the variable it is of. */
export type Value = readonly [value: string, variable: string];

/** Values that are shorter than this are in any text by chance. */
export const shortestValue = 8;

/** Searches the files as they are now, those that git ignores left out. */
export function searchFiles(source: Source, values: readonly Value[]): Searched {
  const { directory } = source;
  const allowed = allowedBy(readText(`${directory}/${allowListPath}`));
  const sopsRules = creationRules(readText(`${directory}/${sopsConfig}`) ?? "");
  const unsearched: string[] = [];
  const found = source.files.filter(({ isIgnoredByGit }) => !isIgnoredByGit).flatMap((file) => {
    const bytes = file.bytes > largest ? undefined : readBytes(`${directory}/${file.path}`);
    if (bytes === undefined) {
      unsearched.push(file.path);
      return [];
    }
    const text = decode(bytes);
    const hits = scan(text, file.path, { sopsRules });
    return [
      ...hits.map(({ line, rule }) => ({ path: file.path, line, rule })),
      ...valuesIn(text, file.path, values),
    ];
  });
  return {
    found: once(found).filter((each) => !isAllowed(allowed, each.path, each.rule)),
    unsearched,
  };
}

/**
 * Searches every commit of every branch, tag and remote branch, and of jj's visible commits; each
 * version of a file is read once.
 */
export async function searchHistory(source: Source, values: readonly Value[]): Promise<Searched> {
  const { git } = source;
  if (git === undefined) return { found: [], unsearched: [] };
  const [to, ...also] = await tips(source, git);
  if (to === undefined) return { found: [], unsearched: [] };
  const range: Range = { from: [], to, also };
  const list = await git.bytesOf(to, allowListPath);
  const allowed = allowedBy(list && decode(list));
  const { findings, unscanned } = await findSecrets(git, range);
  const known = await valuesInHistory(source, git, range, values);
  return {
    found: once([...findings, ...known]).filter(({ path, rule }) =>
      !isAllowed(allowed, path, rule)
    ),
    unsearched: [...new Set(unscanned.map(({ path }) => path))],
  };
}

/** The allow list. The gate quotes a line that is wrong, and that could be anything here. */
function allowedBy(text: string | undefined): readonly AllowEntry[] {
  try {
    return parseAllowList(text ?? "");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const [place = allowListPath] = /^[^:]*:\d+/.exec(error.message) ?? [];
    throw usageFailure(
      `${place}: it should be a path and a rule`,
      "docs/secrets-gate.md has the rules",
    );
  }
}

async function tips({ jj }: Source, git: GitRepository): Promise<readonly string[]> {
  const head = await git.commitId("HEAD");
  const format = "%(objecttype) %(objectname) %(*objecttype) %(*objectname)";
  const refs = await git.plumbing(
    ["for-each-ref", `--format=${format}`, "refs/heads", "refs/remotes", "refs/tags", "refs/stash"],
  );
  const named = refs.split("\n").flatMap((line) => {
    const [kind, id, tagged, of] = line.split(" ");
    return kind === "commit" ? [id ?? ""] : tagged === "commit" ? [of ?? ""] : [];
  });
  // Commits that no bookmark names are only jj's to tell.
  const visible = jj === undefined ? [] : await jj.ids("visible_heads() | @-");
  return [...new Set([...(head === undefined ? [] : [head]), ...named, ...visible])];
}

/**
 * The values of secrets in any version of any file; and in versions of files of data, secrets that
 * name or value tell, of variables that may be gone by now.
 */
async function valuesInHistory(
  { root }: Source,
  git: GitRepository,
  range: Range,
  values: readonly Value[],
): Promise<readonly Clear[]> {
  const introduced = await filesIntroducedBy(git, await commitsIn(git, range));
  const isData = (path: string): boolean => sourceFile(path, root).kind === "data";
  const wanted = values.length > 0 ? introduced : introduced.filter(({ path }) => isData(path));
  const files = Map.groupBy(wanted, ({ blob }) => blob);
  const found: Clear[] = [];
  for await (const { id, content } of readObjects(git, [...files.keys()], largest)) {
    if (typeof content === "string") continue;
    const text = decode(content);
    for (const { path, commit } of files.get(id) ?? []) {
      const data = isData(path) ? secretsInData(text, path) : [];
      found.push(
        ...[...valuesIn(text, path, values), ...data].map((each) => ({ ...each, commit })),
      );
    }
  }
  return found;
}

/** Secrets among the values that stand in one line with their key. */
function secretsInData(text: string, path: string): readonly Clear[] {
  const lines = text.split("\n");
  return keyLines(text, path.slice(path.lastIndexOf(".") + 1)).flatMap(({ path: key, line }) => {
    const value = /[:=]\s*(?:"([^"]*)"|'([^']*)'|([^\s"'{[|>&*#][^#]*?))\s*,?\s*(?:#.*)?$/
      .exec(lines[line - 1] ?? "")?.slice(1).find((each) => each !== undefined);
    if (value === undefined || isMarked(lines[line - 1] ?? "")) return [];
    const isSecret = proposalFromEvidence(key, value).class === "secret";
    return isSecret ? [{ path, line, rule: "variable", variable: shownName(key) }] : [];
  });
}

function valuesIn(text: string, path: string, values: readonly Value[]): readonly Clear[] {
  return values.flatMap(([value, variable]) => {
    const at = text.indexOf(value);
    if (at < 0) return [];
    const end = text.indexOf("\n", at);
    if (isMarked(text.slice(text.lastIndexOf("\n", at) + 1, end < 0 ? undefined : end))) return [];
    return [{ path, line: text.slice(0, at).split("\n").length, rule: "variable", variable }];
  });
}

/** One finding for each place, the rule that tells more first. */
function once(found: readonly Clear[]): readonly Clear[] {
  const places = new Map<string, Clear>();
  for (const each of found) {
    const key = [each.path, each.line, each.commit].join("\0");
    const before = places.get(key);
    if (before === undefined) places.set(key, each);
    else if (before.variable === undefined && each.variable !== undefined) {
      places.set(key, { ...before, variable: each.variable });
    }
  }
  return [...places.values()].sort((a, b) =>
    a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line
  );
}
