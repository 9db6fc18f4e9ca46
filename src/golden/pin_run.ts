import type { Call } from "../cli/command.ts";
import type { ExitCode } from "../cli/exit_code.ts";
import { usageFailure } from "../cli/failure.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { generationsOf, toplevelAt } from "../programs/nix.ts";
import { decidePin } from "./decide_by_hand.ts";
import { specialisationOf, systemTrouble } from "./facts.ts";
import type { Golden } from "./golden_state.ts";
import { perform } from "./perform.ts";
import type { pinOptions } from "./pin.ts";
import { type Settings, settle } from "./settings.ts";
import { loadState } from "./state_files.ts";
import { demandWritable, lockState } from "./state_lock.ts";
import { exitCode } from "./transact.ts";

/** Does what `pin-golden` was called for. */
export async function runPin({ options, report }: Call<typeof pinOptions>): Promise<ExitCode> {
  const settings = await settle(options);
  const { stateDir, gcRootsDir } = settings;
  const golden = chosen(options, settings);
  demandWritable("pin-golden", stateDir, [gcRootsDir]);
  using _lock = await lockState(stateDir);
  const { state } = loadState(stateDir, settings.bootId, report);
  const isBooted = golden.path === toplevelAt(settings.bootedSystem);
  if (!isBooted) report.warn(`${golden.path} is not what this boot started with: it goes unproven`);
  const { rebootCommand, notifyCommand } = options;
  const decision = decidePin(state, golden);
  const failure = await perform(decision, { settings, rebootCommand, notifyCommand, report });
  if (failure === undefined) {
    report.answer(options.json ? JSON.stringify(golden, null, 2) : `golden: ${golden.path}`);
  }
  return exitCode(decision, failure?.failed);
}

/** What the options name, as it will be recorded. */
function chosen(
  { generation, path }: Call<typeof pinOptions>["options"],
  settings: Settings,
): Golden {
  if (generation !== undefined && path !== undefined) {
    throw usageFailure("--generation and --path exclude each other");
  }
  if (generation !== undefined && !/^\d+$/.test(generation)) {
    throw usageFailure(`--generation ${JSON.stringify(generation)} should be a number`);
  }
  const link = path ??
    (generation === undefined ? settings.bootedSystem : `${settings.profile}-${generation}-link`);
  const toplevel = toplevelAt(link);
  if (toplevel === undefined) {
    throw usageFailure(`there is no ${link}`, `generations: ls -d ${settings.profile}-*-link`);
  }
  const trouble = systemTrouble(toplevel, settings);
  if (trouble !== undefined) throw usageFailure(`cannot pin ${link}: ${trouble}`);
  const profile = toplevelAt(settings.profile);
  const name = profile === undefined ? undefined : specialisationOf(toplevel, profile);
  const parent = name === undefined ? null : profile as string;
  return {
    schema: 1,
    path: toplevel,
    parent,
    specialisation: name ?? null,
    generation: generationsOf(settings.profile, parent ?? toplevel).at(-1) ?? null,
    pinnedAt: isoSeconds(now()),
    bootId: null,
  };
}
