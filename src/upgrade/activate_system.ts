import { Failure } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { environment } from "../host/environment.ts";
import { readText } from "../host/files.ts";
import { capture, type Output } from "../host/process.ts";
import { setProfile, toplevelAt } from "../programs/nix.ts";
import { allUnits, isSystemdHere, runTransient } from "../programs/systemctl.ts";
import { filled } from "./bound_command.ts";
import { whyNotLive } from "./build_system.ts";
import { type Action, decideActivated, isInhibited } from "./decide_activation.ts";
import { failedUnits } from "./decide_health.ts";
import { note, places } from "./pull_upstream.ts";
import type { UpgradeRun, UpgradeSettings } from "./run.ts";

/** The unit in which systems are activated. */
export const activationUnit = "holdfast-activation";

/** Makes live what was built and checked: profile, boot loader, units. */
export const activateSystem: Step<UpgradeRun> = {
  name: "activate",
  describe: ({ toplevel, action }) => `${action} to ${toplevel ?? "it"}`,
  skip: (run) => run.settled ?? whyNotLive(run),
  async run(run): Promise<void> {
    const { settings, toplevel = "" } = run;
    const current = toplevelAt(settings.currentSystem);
    const inhibited = run.action === "switch" &&
      isInhibited(inhibitorsOf(current), inhibitorsOf(toplevel));
    const action = inhibited ? "boot" : run.action;
    run.failedBefore = failedUnits(await allUnits());
    note(run, { activating: { toplevel, action, failedBefore: [...run.failedBefore] } });
    const outcome = await activate(run, action);
    if (outcome.kind === "failed") throw new Failure(`it cannot go live: ${outcome.why}`);
    if (outcome.kind === "next-boot") run.pending = outcome.why;
    if (inhibited || outcome.kind === "inhibited") {
      run.pending = "components changed that only a reboot can replace";
      if (outcome.kind === "inhibited") {
        note(run, {
          activating: { toplevel, action: "boot", failedBefore: [...run.failedBefore] },
        });
        const second = await activate(run, "boot");
        if (second.kind === "failed") throw new Failure(`it cannot be booted: ${second.why}`);
      }
    }
    run.firstLook = await allUnits();
  },
};

async function activate(
  run: UpgradeRun,
  action: Action,
): Promise<ReturnType<typeof decideActivated>> {
  const { settings, toplevel = "" } = run;
  const command = settings.activate;
  run.isVital = true;
  try {
    if (command === undefined && action !== "test") await setProfile(settings.profile, toplevel);
    const output = command === undefined
      ? await switchTo(toplevel, action, {}, settings, run.hear)
      : await inUnit(filled(command, { ...places(run), action }), {}, settings, run.hear);
    run.activation = output.stderr;
    return decideActivated(action, output);
  } finally {
    run.isVital = false;
  }
}

/** Runs a system's own `switch-to-configuration`. */
export async function switchTo(
  toplevel: string,
  action: Action,
  env: Readonly<Record<string, string>>,
  settings: UpgradeSettings,
  hear?: (line: string) => void,
): Promise<Output> {
  return await inUnit([`${toplevel}/bin/switch-to-configuration`, action], env, settings, hear);
}

/** Runs a program as the activation, in a unit of its own where systemd is there. */
export async function inUnit(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  { activateTimeoutSeconds, stateDir }: UpgradeSettings,
  hear?: (line: string) => void,
): Promise<Output> {
  const timeout = activateTimeoutSeconds * 1000;
  if (!isSystemdHere()) return await capture({ argv, env, timeout, hear });
  const PATH = environment("PATH") ?? "";
  return await runTransient({
    unit: activationUnit,
    argv,
    environment: { PATH, ...env },
    log: `${stateDir}/activation.log`,
    timeout,
  });
}

function inhibitorsOf(toplevel: string | undefined): string | undefined {
  return toplevel === undefined ? undefined : readText(`${toplevel}/switch-inhibitors`);
}
