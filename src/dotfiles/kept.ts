import { Failure, refusal, usageFailure } from "../cli/failure.ts";
import { isOwnPush } from "../programs/chezmoi.ts";
import type { Programs } from "./facts.ts";
import { readHomeState, writeHomeState } from "./home_record.ts";
import type { HomeState } from "./home_state.ts";
import type { Settings } from "./settings.ts";

/** The targets that the sync left alone, for which a person has to say whose text counts. */
export function keptTargets(settings: Settings): readonly string[] {
  return Object.keys(state(settings).drift);
}

/** Settles targets that the sync left alone: the home's text goes to the source, or the reverse. */
export async function settleKept(
  settings: Settings,
  programs: Programs,
  targets: readonly string[],
  take: string | undefined,
): Promise<void> {
  if (take !== "local" && take !== "remote") {
    throw usageFailure(
      `${targets.join(", ")}: not parked, but different from the source`,
      "say which text counts: --take local, or --take remote",
    );
  }
  const { chezmoi } = programs;
  const output = take === "local" ? await chezmoi.reAdd(targets) : await chezmoi.overwrite(targets);
  if (output.status !== 0 && !isOwnPush(output)) {
    throw new Failure(`chezmoi: ${output.stderr.trim()}`, {
      hint: `look at it: chezmoi diff ${targets.join(" ")}`,
    });
  }
  const left = await chezmoi.status(targets);
  const differing = "kind" in left ? targets : left.map(({ path }) => path);
  if (differing.length > 0) {
    throw refusal(
      `${differing.join(", ")}: still different, chezmoi does not take such a target over`,
      "edit its source: chezmoi edit",
    );
  }
  const before = state(settings);
  const drift = Object.fromEntries(
    Object.entries(before.drift).filter(([path]) => !targets.includes(path)),
  );
  writeHomeState(settings.stateDirectory, { ...before, drift });
}

function state(settings: Settings): HomeState {
  const read = readHomeState(settings.stateDirectory);
  if (read?.kind === "valid") return read.state;
  throw new Failure(`there is no record in ${settings.stateDirectory}`, { hint: "chezmoi-sync" });
}
