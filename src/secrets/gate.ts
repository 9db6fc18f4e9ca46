import { commitsIn, filesIntroducedBy, type Range, readObjects } from "../programs/git_objects.ts";
import type { GitRepository } from "../programs/git_repository.ts";
import { allowListPath, isAllowed, parseAllowList } from "./allow_list.ts";
import { decode, largest } from "./decode.ts";
import { askGitleaks } from "./leaks.ts";
import { type Suspect, withoutKnown } from "./public.ts";
import { scan } from "./scan.ts";
import { creationRules, sopsConfig } from "./sops.ts";

/** A secret that would be pushed; where it is, never what it is. */
export interface Finding {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly rule: string;
  /** The first commit that brings it. */
  readonly commit: string;
}

/** A file that was too large to be searched. */
export interface Unscanned {
  readonly path: string;
  readonly commit: string;
  readonly bytes: number;
}

/** What a search for secrets came to. */
export interface Scanned {
  readonly findings: readonly Finding[];
  /** The caller warns about these; they block nothing. */
  readonly unscanned: readonly Unscanned[];
}

/** The path that stands for a commit's message. */
export const messagePath = "commit message";

/**
 * The secrets that a push would make known: in any version of any file that a commit brings, also of
 * one that a later commit removes, and in the commits' messages. What the remote has already, in the
 * same file or one that was moved, is not found again.
 *
 * @throws {Failure} when the allow list is wrong, or gitleaks is there and does not work
 */
export async function findSecrets(git: GitRepository, range: Range): Promise<Scanned> {
  const commits = await commitsIn(git, range);
  if (commits.length === 0) return { findings: [], unscanned: [] };
  const [list, sops] = await Promise.all(
    [allowListPath, sopsConfig].map((path) => git.bytesOf(range.to, path)),
  );
  const allowed = list === undefined ? [] : parseAllowList(decode(list));
  const sopsRules = sops === undefined ? [] : creationRules(decode(sops));
  const [own, leaks] = await Promise.all([
    scanCommits(git, range, commits, sopsRules),
    askGitleaks(git, range),
  ]);
  const found = [...own.findings, ...leaks]
    .filter(({ path, rule }) => !isAllowed(allowed, path, rule));
  const once = new Map(found.map((finding) => {
    const { path, line, rule, commit } = finding;
    return [[path, line, rule, commit].join("\0"), finding];
  }));
  return { findings: [...once.values()], unscanned: own.unscanned };
}

async function scanCommits(
  git: GitRepository,
  range: Range,
  commits: readonly string[],
  sopsRules: readonly RegExp[],
): Promise<Scanned> {
  const byBlob = Map.groupBy(await filesIntroducedBy(git, commits), ({ blob }) => blob);
  const suspects: Suspect[] = [];
  const findings: Finding[] = [];
  const unscanned: Unscanned[] = [];
  for await (
    const { id, size, content } of readObjects(git, [...byBlob.keys(), ...commits], largest)
  ) {
    // A partial clone has not fetched it from the remote, which therefore has it.
    if (content === "missing") continue;
    const files = byBlob.get(id);
    if (content === "too-large") {
      const places = files ?? [{ path: messagePath, commit: id }];
      unscanned.push(...places.map(({ path, commit }) => ({ path, commit, bytes: size })));
    } else if (files === undefined) {
      const hits = scan(messageOf(decode(content)), messagePath);
      findings.push(
        ...hits.map(({ line, rule }) => ({ path: messagePath, line, rule, commit: id })),
      );
    } else {
      const text = decode(content);
      for (const file of files) {
        const hits = scan(text, file.path, { sopsRules });
        if (hits.length > 0) suspects.push({ file, hits });
      }
    }
  }
  for (const { file, hits } of await withoutKnown(git, range.from, suspects, sopsRules)) {
    const { path, commit } = file;
    findings.push(...hits.map(({ line, rule }) => ({ path, line, rule, commit })));
  }
  return { findings, unscanned };
}

/** The message of a commit object, whose headers end with an empty line. */
function messageOf(commit: string): string {
  const end = commit.indexOf("\n\n");
  return end < 0 ? "" : commit.slice(end + 2);
}
