import type { Values } from "../cli/options.ts";
import { type Programs, sourceKind } from "./facts.ts";
import { readHomeState } from "./home_record.ts";
import type { HomeState } from "./home_state.ts";
import { defaultBranch, ensureSource, programsFor } from "./prepare.ts";
import { type Settings, settle } from "./settings.ts";
import type { sharedOptions } from "./sync_options.ts";
import { usageFailure } from "../cli/failure.ts";

/** A source that has been synced before, to be looked at. */
export interface OpenSource {
  readonly settings: Settings;
  readonly programs: Programs;
  readonly where: { readonly remote: string; readonly branch: string };
  /** The record; `undefined` when it is missing or corrupt. */
  readonly state: HomeState | undefined;
}

/**
 * Opens a source for the programs that only look.
 *
 * @throws {Failure} when there is none, or it has never been synced
 */
export async function openSource(options: Values<typeof sharedOptions>): Promise<OpenSource> {
  const settings = await settle(options);
  if (!settings.sourceExists) await ensureSource(settings, undefined, silent);
  if (!sourceKind(settings.source).jj) {
    throw usageFailure(
      `${settings.source} was never synced: it has no .jj`,
      "run chezmoi-sync first",
    );
  }
  const programs = programsFor(settings);
  const read = readHomeState(settings.stateDirectory);
  const state = read?.kind === "valid" ? read.state : undefined;
  const branch = settings.branch ?? state?.branch ??
    await defaultBranch(programs.git, settings.remote);
  return { settings, programs, where: { remote: settings.remote, branch }, state };
}

const nothing = (): void => {};
const silent = { answer: nothing, info: nothing, warn: nothing, error: nothing, hint: nothing };
