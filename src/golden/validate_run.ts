import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { usageFailure } from "../cli/failure.ts";
import type { Report } from "../cli/report.ts";
import { pause } from "../host/clock.ts";
import { type UnitState, unitStates } from "../programs/systemctl.ts";
import { ProcessError, ProgramMissingError } from "../host/process.ts";
import { healthMatters } from "./decide_boot.ts";
import { observe } from "./facts.ts";
import { whyUnhealthy } from "./health.ts";
import type { Means } from "./perform.ts";
import { type Settings, settle } from "./settings.ts";
import { lookAtState } from "./state_files.ts";
import { transact } from "./transact.ts";
import type { validateOptions } from "./validate.ts";

/** How long a shutdown waits for another program, in milliseconds: less than its unit may take. */
const closePatience = 20_000;

/** Does what `golden-boot-validate` was called for. */
export async function runValidate(
  { options, report }: Call<typeof validateOptions>,
): Promise<ExitCode> {
  const { deadline, close, waitSeconds } = options;
  if (deadline && close) throw usageFailure("--deadline and --close exclude each other");
  if (waitSeconds > 0 && !deadline) throw usageFailure("--wait goes with --deadline only");
  const settings = await settle(options);
  const { rebootCommand, notifyCommand } = options;
  const means: Means = { settings, report, rebootCommand, notifyCommand };
  if (close) {
    const silent = { ...means, notifyCommand: undefined };
    return await transact({ kind: "close" }, silent, options, closePatience);
  }
  const reason = await whyFailed(options, settings, report);
  if (reason === "not judged") return ExitCode.done;
  return await transact({ kind: "validate", ...reason }, means, options);
}

/** What is to be said of this boot's health, unless it is not to be judged now. */
async function whyFailed(
  options: Call<typeof validateOptions>["options"],
  settings: Settings,
  report: Report,
): Promise<{ readonly reason: string | undefined; readonly unexamined: boolean } | "not judged"> {
  const { deadline, waitSeconds } = options;
  if (!await matters(options, settings)) return { reason: undefined, unexamined: true };
  if (waitSeconds > 0) {
    report.warn(
      `this boot is on trial and failed: it is judged in ${waitSeconds} s, which may reboot; ` +
        "`systemctl stop golden-emergency.service` keeps it up",
    );
    await pause(waitSeconds * 1000);
  }
  if (deadline) {
    const postponed = await whyNotLate(waitSeconds > 0);
    if (postponed === undefined) return { reason: "it did not come up in time", unexamined: false };
    report.info(postponed);
    return "not judged";
  }
  const reason = await whyUnhealthy(options);
  if (reason === undefined || !await isComing("shutdown.target")) {
    return { reason, unexamined: false };
  }
  report.info(stopping);
  return "not judged";
}

const stopping = "the host is being shut down: this boot is not judged";

/** Why the deadline does not decide: something else does, or a person. */
async function whyNotLate(fromEmergency: boolean): Promise<string | undefined> {
  if (await isComing("shutdown.target")) return stopping;
  const inEmergency = await isComing("emergency.target") || await isComing("rescue.target");
  if (fromEmergency && !inEmergency) return "emergency mode was left: it does not count";
  if (!fromEmergency && inEmergency) {
    return "in emergency mode golden-emergency.service judges, unless a person stopped it";
  }
  return await isSo("golden-boot-validate.service", ({ active }) => active === "activating")
    ? "the validation is at work: it judges"
    : undefined;
}

/** Whether a target is active or about to be; the state of the whole host is `starting` until late. */
async function isComing(target: string): Promise<boolean> {
  return await isSo(target, ({ active, hasJob }) => active === "active" || hasJob);
}

async function isSo(name: string, holds: (unit: UnitState) => boolean): Promise<boolean> {
  try {
    return (await unitStates([name])).some(holds);
  } catch (error) {
    // A systemd that does not answer is not shutting down, and the boot is judged by it.
    if (error instanceof ProcessError || error instanceof ProgramMissingError) return false;
    throw error;
  }
}

async function matters(
  options: Call<typeof validateOptions>["options"],
  settings: Settings,
): Promise<boolean> {
  const { state } = lookAtState(settings.stateDir);
  const facts = await observe(settings, state, { loader: false, generation: false });
  return healthMatters(state, facts, options);
}
