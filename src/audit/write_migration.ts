import { Failure, refusal } from "../cli/failure.ts";
import { serializeState } from "../cli/parse_state.ts";
import { readStateFile } from "../cli/state_file.ts";
import {
  lstat,
  makeDirectory,
  parentOf,
  readText,
  removeDurably,
  writeDurably,
} from "../host/files.ts";
import { type Journal, parseJournal } from "./journal_state.ts";
import type { SecretsFile } from "./secrets_file.ts";

/** More than a journal ever has, in characters: a megabyte is what is read of a state file. */
const greatestJournal = 400_000;

/** The journal of a migration, in the state directory; it holds secrets, and goes when all is done. */
export function journalPath(stateDirectory: string): string {
  return `${stateDirectory}/migration.json`;
}

/** Whether there is a journal: a migration did not come to its end. */
export function isCutOff(stateDirectory: string): boolean {
  return lstat(journalPath(stateDirectory)) !== undefined;
}

/** Takes back what a migration that was cut off has written; whether there was one. */
export function takeBack(stateDirectory: string): boolean {
  const path = journalPath(stateDirectory);
  const read = readStateFile(path, parseJournal);
  if (read === undefined) return false;
  if (read.kind === "corrupt") {
    throw new Failure(`the journal ${path} cannot be acted upon: ${read.reason}`, {
      hint: "a migration was cut off: compare the source with its history, then remove the journal",
    });
  }
  restore(read.state);
  removeDurably(path);
  return true;
}

/**
 * Writes all files, or none: the former ones are kept until the last is written and read again, and a
 * run that is cut off is taken back by the next.
 */
export function writeMigration(
  source: string,
  texts: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string>,
  secrets: SecretsFile,
  stateDirectory: string,
): void {
  const files = [...texts.keys()].map((path) => {
    const mode = (lstat(`${source}/${path}`)?.mode ?? 0o644) & 0o777;
    const text = readText(`${source}/${path}`);
    if (text === undefined || text !== before.get(path)) {
      throw refusal(`${path} was changed meanwhile`, "run it again");
    }
    return { path, mode, text, after: texts.get(path) ?? "" };
  });
  const journal: Journal = { version: 1, source, files, made: secrets.path };
  const kept = serializeState(journal);
  if (kept.length > greatestJournal) {
    throw refusal("there is too much to rewrite at once", "by hand");
  }
  makeDirectory(stateDirectory);
  writeDurably(journalPath(stateDirectory), kept);
  try {
    for (const { path, mode, after } of files) writeDurably(`${source}/${path}`, after, mode);
    // Last, so that a secret is in two places rather than in none, whatever happens.
    makeDirectory(parentOf(secrets.path));
    writeDurably(secrets.path, secrets.text, secrets.isEncrypted ? 0o644 : 0o600);
    for (const { path, after } of files) {
      if (readText(`${source}/${path}`) !== after) {
        throw new Error(`${path} is not as it was written`);
      }
    }
  } catch (error) {
    restore(journal);
    removeDurably(journalPath(stateDirectory));
    throw new Failure(`cannot write: ${(error as Error).message}; nothing was changed`, {
      hint: "see whether the disk is full and the source is yours to write, then run it again",
      cause: error,
    });
  }
  removeDurably(journalPath(stateDirectory));
}

function restore({ source, files, made }: Journal): void {
  for (const { path, mode, text, after } of files) {
    // What somebody has written since is theirs.
    if (readText(`${source}/${path}`) === after) writeDurably(`${source}/${path}`, text, mode);
  }
  removeDurably(made);
}
