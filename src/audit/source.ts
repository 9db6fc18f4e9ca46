import { refusal, usageFailure } from "../cli/failure.ts";
import { environment, workingDirectory } from "../host/environment.ts";
import { lstat, namesIn, readBytes, readText, realPath, stat } from "../host/files.ts";
import { configuredSource } from "../programs/chezmoi.ts";
import { GitRepository } from "../programs/git_repository.ts";
import { Jj } from "../programs/jj.ts";
import { largest } from "../secrets/decode.ts";
import { type SourceFile, sourceFile } from "./source_files.ts";

/** A source directory, opened. */
export interface Source {
  /** Absolute, links resolved: where git and jj have their root as well. */
  readonly directory: string;
  /** chezmoi's root in it, with a slash at its end; empty when that is the directory itself. */
  readonly root: string;
  readonly files: readonly FileOfSource[];
  /** The git repository; jj's own where there is no other. */
  readonly git: GitRepository | undefined;
  readonly jj: Jj | undefined;
}

/** A file of the source. */
export interface FileOfSource extends SourceFile {
  readonly bytes: number;
  /** git ignores it: it is not pushed. */
  readonly isIgnoredByGit: boolean;
}

/**
 * Opens a source directory: the one that is given, or chezmoi's own.
 *
 * @throws {Failure} (usage) when there is none
 */
export async function openSourceDirectory(given: string | undefined): Promise<Source> {
  const path = given ?? await configuredSource() ?? defaultSource();
  const absolute = path.startsWith("/") ? path : `${workingDirectory()}/${path}`;
  if (stat(absolute)?.isDirectory !== true) {
    throw usageFailure(`source ${absolute} is not a directory`, "give the directory with --source");
  }
  const directory = realPath(absolute);
  const git = repositoryOf(directory);
  const root = rootOf(directory);
  const kept = git === undefined ? undefined : await notIgnored(git, directory);
  const files = filesBelow(directory).map(({ path, bytes }) => ({
    ...sourceFile(path, root),
    bytes,
    isIgnoredByGit: kept !== undefined && !kept.has(path),
  }));
  const jj = stat(`${directory}/.jj`) === undefined ? undefined : new Jj(directory, 0);
  return { directory, root, files, git, jj };
}

/** The text of a file of the source; `undefined` for one that is too large or is gone. */
export function textOf({ directory }: Source, file: FileOfSource): string | undefined {
  if (file.bytes > largest) return undefined;
  const bytes = readBytes(`${directory}/${file.path}`);
  return bytes && new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function defaultSource(): string {
  const home = environment("HOME");
  if (home === undefined) throw usageFailure("HOME is not set", "give the directory with --source");
  return `${environment("XDG_DATA_HOME") ?? `${home}/.local/share`}/chezmoi`;
}

function rootOf(directory: string): string {
  const root = readText(`${directory}/.chezmoiroot`)?.trim().replace(/^\.\/|\/+$/g, "") ?? "";
  if (root === "" || root === ".") return "";
  if (root.split("/").includes("..")) {
    throw refusal("the .chezmoiroot leads out of the source", "look at it: chezmoi refuses it too");
  }
  return `${root}/`;
}

function repositoryOf(directory: string): GitRepository | undefined {
  if (stat(`${directory}/.git`) !== undefined) return new GitRepository(directory, 0);
  const store = `${directory}/.jj/repo/store`;
  const target = readText(`${store}/git_target`)?.trim();
  if (target === undefined) return undefined;
  return new GitRepository(target.startsWith("/") ? target : `${store}/${target}`, 0);
}

/** The files that git tracks or would; jj's own repository has no work tree to say so. */
async function notIgnored(
  git: GitRepository,
  directory: string,
): Promise<ReadonlySet<string> | undefined> {
  if (git.source !== directory) return undefined;
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const output = await git.attempt(args);
  return output.status === 0 ? new Set(output.stdout.split("\0")) : undefined;
}

function filesBelow(
  directory: string,
  below = "",
): readonly { readonly path: string; readonly bytes: number }[] {
  return namesIn(directory).flatMap((name) => {
    const path = `${below}${name}`;
    const info = lstat(`${directory}/${name}`);
    if (info?.isFile) return [{ path, bytes: info.size }];
    // Other repositories within, and what is behind links, is not of this source.
    if (!info?.isDirectory || name === ".git" || name === ".jj") return [];
    return filesBelow(`${directory}/${name}`, `${path}/`);
  });
}
