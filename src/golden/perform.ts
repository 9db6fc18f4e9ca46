import type { Report } from "../cli/report.ts";
import { linkDurably, makeDirectory, renameDurably } from "../host/files.ts";
import { capture } from "../host/process.ts";
import { installBootLoader, setProfile } from "../programs/nix.ts";
import { reboot } from "../programs/systemctl.ts";
import type { Decision, Effect, News } from "./decide_trial.ts";
import { isDefault } from "./decide_rollback.ts";
import { noneRejected } from "./rejected_state.ts";
import { observe } from "./facts.ts";
import type { Settings } from "./settings.ts";
import { removeTrial, writeState } from "./state_files.ts";

/** What the effects need to know. */
export interface Means {
  readonly settings: Settings;
  readonly rebootCommand: readonly string[];
  /** Nobody is told when absent. */
  readonly notifyCommand: readonly string[] | undefined;
  readonly report: Report;
}

/** Bound in milliseconds. */
const notifyBound = 20_000;

/**
 * Carries out a decision, effect by effect; what comes after a failed one is not done. Returns why it
 * ended early, if it did.
 */
export async function perform(
  decision: Decision,
  means: Means,
): Promise<{ readonly failed: Effect; readonly reason: string } | undefined> {
  const failure = await performAll(decision.effects, means);
  if (failure === undefined) return undefined;
  means.report.error(`cannot ${inWords(failure.failed)}: ${failure.reason}`);
  if (decision.otherwise !== undefined) {
    const second = await performAll(decision.otherwise, means);
    if (second !== undefined) means.report.error(`cannot ${inWords(second.failed)} either`);
  }
  return failure;
}

async function performAll(
  effects: readonly Effect[],
  means: Means,
): Promise<{ readonly failed: Effect; readonly reason: string } | undefined> {
  for (const effect of effects) {
    try {
      await performOne(effect, means);
    } catch (error) {
      return { failed: effect, reason: (error as Error).message };
    }
  }
  return undefined;
}

async function performOne(effect: Effect, means: Means): Promise<void> {
  const { settings, report } = means;
  const { stateDir, gcRootsDir, profile } = settings;
  switch (effect.kind) {
    case "say":
      return report[effect.level](effect.text);
    case "write-trial":
      return writeState(stateDir, "trial", effect.trial);
    case "remove-trial":
      return removeTrial(stateDir);
    case "write-rejected":
      return writeState(stateDir, "rejected", effect.rejected);
    case "protect":
      // Straight to the store: the link of a generation goes away with it.
      makeDirectory(gcRootsDir, 0o755);
      return linkDurably(effect.path, `${gcRootsDir}/golden-next`);
    case "write-golden":
      return writeState(stateDir, "golden", effect.golden);
    case "release-former":
      return renameDurably(`${gcRootsDir}/golden-next`, `${gcRootsDir}/golden`);
    case "set-profile":
      return await setProfile(profile, effect.path);
    case "install-loader":
      return await installBootLoader(effect.path);
    case "verify-default":
      return await verifyDefault(effect.path, settings);
    case "reboot":
      report.warn(`rebooting: ${effect.reason}`);
      return await reboot(means.rebootCommand);
    case "notify":
      return await notify(effect.news, means);
  }
}

/** A loader that ignored the request without a word would bring the failed generation back. */
async function verifyDefault(path: string, settings: Settings): Promise<void> {
  const state = { trial: undefined, golden: undefined, rejected: noneRejected };
  const facts = await observe(settings, state, { loader: true, generation: false });
  if (isDefault(path, facts)) return;
  const { profile, loader } = facts;
  if (profile !== path) throw new Error(`the profile is ${profile}, not ${path}`);
  throw new Error(
    loader.kind === "known"
      ? `the boot loader's default is ${loader.path}, not ${path}` +
        (settings.bootLoader === "systemd-boot"
          ? "; an EFI variable may override it: `bootctl set-default ''` removes that"
          : "")
      : `the boot loader cannot be asked: ${loader.kind === "none" ? "none" : loader.reason}`,
  );
}

/** Telling somebody is worth a try, and never stops what else is to be done. */
async function notify(news: News, { notifyCommand, report, settings }: Means): Promise<void> {
  if (notifyCommand === undefined) return;
  try {
    const stdin = JSON.stringify({ ...news, bootId: settings.bootId }) + "\n";
    const { status, timedOut } = await capture({
      argv: notifyCommand,
      stdin,
      timeout: notifyBound,
    });
    if (status === 0 && !timedOut) return;
    report.warn(`${notifyCommand[0]} ended with ${timedOut ? "its time bound" : status}`);
  } catch (error) {
    report.warn((error as Error).message);
  }
}

function inWords(effect: Effect): string {
  switch (effect.kind) {
    case "write-trial":
    case "remove-trial":
      return "record the trial";
    case "write-rejected":
      return "record what is rejected";
    case "protect":
    case "release-former":
      return "keep golden from the garbage collector";
    case "write-golden":
      return "record what is golden";
    case "set-profile":
      return `make ${effect.path} the profile's newest generation`;
    case "install-loader":
      return `make ${effect.path} the boot loader's default`;
    case "verify-default":
      return `be sure that ${effect.path} is booted next`;
    case "reboot":
      return "reboot";
    case "say":
    case "notify":
      return effect.kind;
  }
}
