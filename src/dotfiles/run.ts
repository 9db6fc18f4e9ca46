import type { Report } from "../cli/report.ts";
import type { Identity } from "../programs/git.ts";
import { homeStatePath, writeHomeState } from "./home_record.ts";
import type { HomeState } from "./home_state.ts";
import type { Programs, RemoteHeads } from "./facts.ts";
import type { Merged } from "./merge.ts";
import type { Settings } from "./settings.ts";

/** What a sync may do; the settled options of `chezmoi-sync`. */
export interface Policy {
  readonly commit: boolean;
  readonly push: boolean;
  readonly onConflict: "park" | "prefer-local" | "prefer-remote";
  readonly secretGate: "warn" | "refuse" | "off";
  readonly acceptRewritten: boolean;
}

/** One sync under way: what its steps know and hand on to one another. */
export interface SyncRun {
  readonly settings: Settings & { readonly branch: string };
  readonly policy: Policy;
  readonly programs: Programs;
  readonly identity: Identity;
  readonly report: Report;
  /** The record, always as it is on disk; see {@linkcode save}. */
  state: HomeState;
  /** The commit below the working-copy commit: what this host has. */
  tip: string;
  /** The remote's branch as of the last fetch; `undefined` when it has none. */
  main: string | undefined;
  heads: RemoteHeads;
  /** Whether the last fetch brought all that the remote has. */
  upToDate: boolean;
  /** What the merge came to. */
  merged: Merged | undefined;
  /** Commits that a merge replaced by copies, to be abandoned at the end. */
  readonly replaced: Set<string>;
  /** Targets that the apply has to look at: behind the source, or changed on both sides. */
  pending: readonly string[];
  /** Nothing may be committed, and there are edits: nothing can be merged then. */
  waiting: boolean;
  /** Another round is due: the remote moved, or the home was edited meanwhile. */
  again: boolean;
  /** chezmoi's record may lag behind the home: the first sync, or a capture that was killed. */
  prime: boolean;
  /** An earlier sync knows what the home holds, even if chezmoi does not. */
  readonly homeIsKnown: boolean;
  /** What was done, for the report. */
  readonly done: {
    readonly captured: Set<string>;
    /** Source paths that were edited in the source itself. */
    readonly committed: Set<string>;
    readonly received: Set<string>;
    /** Targets that were behind the source as it was. */
    readonly applied: Set<string>;
    readonly sent: Set<string>;
    readonly warnings: string[];
  };
  /** Why the remote did not get or give everything. */
  trouble:
    | {
      readonly at: "fetch" | "push";
      readonly fatal: boolean;
      readonly reason: string;
      /** It was not the remote that refused: only a person can tell whether to push. */
      readonly needsPerson?: true;
    }
    | undefined;
}

/** Changes the record, durably, before anything that relies on it happens. */
export function save(run: SyncRun, change: Partial<HomeState>): void {
  run.state = { ...run.state, ...change };
  writeHomeState(run.settings.stateDirectory, run.state);
}

/** Tells of something that went wrong without failing the sync, once. */
export function warn(run: SyncRun, text: string): void {
  if (run.done.warnings.includes(text)) return;
  run.done.warnings.push(text);
  run.report.warn(text);
}

/** The line in a commit's description that says which host's sync made it. */
export function hostTrailer(run: SyncRun): string {
  return `Holdfast-Host: ${run.settings.host}`;
}

/** Names a path that a conflict commit parks, in its description. */
export const parkedTrailer = "Holdfast-Parked: ";
/** Marks a base in its description, by the paths that are relative to it: it must never be pushed. */
export const baseTrailer = "Holdfast-Base: ";

/** The trailers of a base. */
export function baseTrailers(paths: readonly string[]): readonly string[] {
  return paths.map((path) => baseTrailer + path);
}

/** A commit message: a subject, paragraphs, and our trailer. */
export function message(run: SyncRun, subject: string, body: readonly string[] = []): string {
  return [subject, "", ...body, ...(body.length > 0 ? [""] : []), hostTrailer(run)].join("\n") +
    "\n";
}

/**
 * What a person types to have all that is not pushed committed anew. What was pushed is told by the
 * merge base: the remote's branch may have more that is not merged here. The directory of the record
 * stays, since the user of a service could not make it again.
 */
export function commitAnew({ settings }: SyncRun): string {
  const { source, remote, branch, stateDirectory } = settings;
  const git = `git -C ${source}`;
  return `${git} reset --soft "$(${git} merge-base HEAD ${remote}/${branch})", ` +
    `rm ${homeStatePath(stateDirectory)}, and the next sync commits anew what is not pushed`;
}

/** A few names in words: `a, b and 3 more`. */
export function some(names: readonly string[], limit = 3): string {
  const shown = names.slice(0, limit).join(", ");
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}
