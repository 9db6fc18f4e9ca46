import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { ProcessError, ProgramMissingError } from "../host/process.ts";
import { toplevelAt } from "../programs/nix.ts";
import type { Facts, Limits, State } from "./decide_trial.ts";
import { observe, systemTrouble } from "./facts.ts";
import { healthNow } from "./health.ts";
import { type Settings, settle } from "./settings.ts";
import type { bootStatusOptions } from "./show_boot_status.ts";
import { lookAtState } from "./state_files.ts";
import type { Trial } from "./trial_state.ts";

/** Does what `show-boot-status` was called for. */
export async function runBootStatus(
  { options, report }: Call<typeof bootStatusOptions>,
): Promise<ExitCode> {
  const settings = await settle(options);
  const { state, troubles } = lookAtState(settings.stateDir);
  const facts = await observe(settings, state, { loader: true, generation: false });
  const health = await healthOrTrouble(options.requiredUnits);
  const told = [
    ...troubles.map(({ path, reason }) => `${path} is corrupt: ${reason}`),
    ...(facts.loader.kind === "unreachable" ? [facts.loader.reason] : []),
    ...("trouble" in health ? [health.trouble] : []),
  ];
  const units = "units" in health ? health.units : [];
  const status = statusOf(state, facts, settings, units, told);
  report.answer(options.json ? JSON.stringify(status, null, 2) : asText(status, options));
  if (state.trial?.phase === "exhausted") return ExitCode.needsPerson;
  if (told.length > 0) return ExitCode.failed;
  return units.every(({ isActive }) => isActive) ? ExitCode.done : ExitCode.degraded;
}

type Units = Awaited<ReturnType<typeof healthNow>>;

interface Status {
  readonly booted: string | null;
  readonly current: string | null;
  readonly profile: string | null;
  /** The toplevel of the boot loader's default entry. */
  readonly loaderDefault: string | null;
  readonly trial: Trial | null;
  readonly golden: State["golden"] | null;
  readonly goldenTrouble: string | null;
  readonly rejected: State["rejected"]["rejected"];
  readonly units: Units;
  readonly troubles: readonly string[];
}

async function healthOrTrouble(
  units: readonly string[],
): Promise<{ readonly units: Units } | { readonly trouble: string }> {
  try {
    return { units: await healthNow(units) };
  } catch (error) {
    if (error instanceof ProcessError || error instanceof ProgramMissingError) {
      return { trouble: error.message };
    }
    throw error;
  }
}

function statusOf(
  { trial, golden, rejected }: State,
  { booted, profile, loader }: Facts,
  settings: Settings,
  units: Units,
  troubles: readonly string[],
): Status {
  return {
    booted: booted ?? null,
    current: toplevelAt(settings.currentSystem) ?? null,
    profile: profile ?? null,
    loaderDefault: loader.kind === "known" ? loader.path : null,
    trial: trial ?? null,
    golden: golden ?? null,
    goldenTrouble: golden === undefined ? null : systemTrouble(golden.path, settings) ?? null,
    rejected: rejected.rejected,
    units,
    troubles,
  };
}

function asText(status: Status, limits: Limits): string {
  const { booted, current, profile, loaderDefault, golden, trial } = status;
  const differing = (name: string, path: string | null): string[] =>
    path === booted ? [] : [`${name}${path ?? "unknown"}`];
  const trialLines = trial === null ? ["on trial    nothing"] : [
    `on trial    ${trial.target}`,
    `            ${inWords(trial, limits)}`,
    ...trial.history.map(({ time, outcome, reason }) =>
      `            ${time} ${outcome}: ${reason}`
    ),
  ];
  return [
    `booted      ${booted ?? "unknown"}`,
    ...differing("active      ", current),
    ...differing("profile     ", profile),
    `next boot   ${loaderDefault ?? "unknown"}`,
    ...trialLines,
    golden === null || golden === undefined
      ? "golden      nothing yet: pin-golden pins the booted generation"
      : `golden      ${golden.path} since ${golden.pinnedAt}`,
    ...(status.goldenTrouble === null ? [] : [`            ${status.goldenTrouble}`]),
    ...status.rejected.map(({ path, time, reason }) => `rejected    ${path} ${time}: ${reason}`),
    ...status.units.map(({ unit, state, isActive }) =>
      `unit        ${isActive ? "ok " : "BAD"} ${unit}: ${state}`
    ),
    ...status.troubles.map((trouble) => `trouble     ${trouble}`),
  ].join("\n");
}

function inWords(trial: Trial, { maxFailures, maxNeutral, maxRollbackTries }: Limits): string {
  switch (trial.phase) {
    case "pending":
      return `${trial.failures} of ${maxFailures} boots failed, ${trial.neutral} of ${maxNeutral} ` +
        `did not count; ${trial.open === null ? "waits for its boot" : "this boot is judged soon"}`;
    case "rollback":
      return `is being rolled back, try ${trial.rollbackTries} of ${maxRollbackTries}`;
    case "exhausted":
      return "failed and could not be replaced: the host stays up, a person is needed";
  }
}
