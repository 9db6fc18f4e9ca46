import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { Failure, refusal } from "../cli/failure.ts";
import { isInteractive } from "../host/environment.ts";
import { parentOf } from "../host/files.ts";
import { decideRollBack, leftBehind } from "./decide_by_hand.ts";
import type { Effect, Facts } from "./decide_trial.ts";
import { observe } from "./facts.ts";
import type { Golden } from "./golden_state.ts";
import { perform } from "./perform.ts";
import type { rollbackOptions } from "./rollback.ts";
import { settle } from "./settings.ts";
import { loadState, lookAtState } from "./state_files.ts";
import { demandWritable, lockState } from "./state_lock.ts";

/** Does what `rollback-to-golden` was called for. */
export async function runRollback(
  { options, report }: Call<typeof rollbackOptions>,
): Promise<ExitCode> {
  const settings = await settle(options);
  const { stateDir, profile } = settings;
  if (!options.dryRun) demandWritable("rollback-to-golden", stateDir, [parentOf(profile)]);
  const seen = await planned(settings, options.reboot, () => lookAtState(stateDir).state);
  const { golden, facts } = seen;
  const from = leftBehind(golden.path, facts);
  const answer = (done: boolean): void => {
    const plan = { from: from ?? golden.path, to: golden.path, done, reboot: options.reboot };
    report.answer(options.json ? JSON.stringify(plan) : `from  ${plan.from}\nto    ${plan.to}`);
  };
  if (seen.decision.effects.length === 0) {
    answer(false);
    if (facts.booted === golden.path) {
      report.info("golden is the default and booted: nothing to do");
      report.hint("to leave it, pin another one first: pin-golden --generation N");
    } else report.info("golden is the default already: nothing to do, but --reboot to start it");
    return ExitCode.done;
  }
  if (options.dryRun) {
    answer(false);
    for (const step of seen.decision.effects.flatMap(inWords)) report.info(`would ${step}`);
    return ExitCode.done;
  }
  if (!options.yes) await confirm(facts, golden, options.reboot);
  using _lock = await lockState(stateDir);
  // Anew, under the lock: what was shown is what is done, or nothing.
  const now = await planned(
    settings,
    options.reboot,
    () => loadState(stateDir, settings.bootId, report).state,
  );
  if (now.golden.path !== golden.path || leftBehind(golden.path, now.facts) !== from) {
    throw new Failure("something else changed meanwhile: nothing was rolled back", {
      hint: "look again: rollback-to-golden --dry-run",
    });
  }
  const { decision } = now;
  const { rebootCommand, notifyCommand } = options;
  const failure = await perform(decision, { settings, rebootCommand, notifyCommand, report });
  if (failure === undefined) {
    answer(true);
    return ExitCode.done;
  }
  if (failure.failed.kind === "write-trial") return ExitCode.failed;
  report.hint("the next boot tries again; show-boot-status tells what is the default now");
  return ExitCode.rollbackFailed;
}

async function planned(
  settings: Awaited<ReturnType<typeof settle>>,
  reboot: boolean,
  read: () => ReturnType<typeof lookAtState>["state"],
): Promise<{
  readonly golden: Golden;
  readonly facts: Facts;
  readonly decision: ReturnType<typeof decideRollBack>;
}> {
  const state = read();
  const { golden } = state;
  if (golden === undefined) {
    throw refusal("nothing is golden: there is nothing to roll back to", "pin one: pin-golden");
  }
  const facts = await observe(settings, state, { loader: true, generation: false });
  if (facts.goldenTrouble !== undefined) {
    throw refusal(`cannot roll back: ${facts.goldenTrouble}`, "pin another one: pin-golden");
  }
  if (facts.loader.kind === "unreachable") {
    throw new Failure(`cannot roll back: ${facts.loader.reason}`, {
      hint: "mount it, or name the boot loader and where its files are in the configuration",
    });
  }
  return { golden, facts, decision: decideRollBack(state, golden, facts, reboot) };
}

/** Shows from and to, and asks; no is the default. */
async function confirm(facts: Facts, golden: Golden, reboot: boolean): Promise<void> {
  if (!isInteractive()) {
    throw refusal(
      `roll back from ${
        leftBehind(golden.path, facts)
      } to ${golden.path}? Nobody can be asked without a terminal`,
      "say so with --yes",
    );
  }
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({
    message: `Roll back\n  from ${leftBehind(golden.path, facts)}\n  to   ${golden.path}${
      reboot ? "\n  and reboot now" : ""
    }?`,
    initialValue: false,
  });
  if (isCancel(answer) || !answer) throw refusal("not rolled back", "nothing was changed");
}

function inWords(effect: Effect): string[] {
  switch (effect.kind) {
    case "set-profile":
      return [`make ${effect.path} the profile's newest generation`];
    case "install-loader":
      return [`make ${effect.path} the boot loader's default, and verify it`];
    case "write-rejected":
      return [`refuse ${effect.rejected.rejected.at(-1)?.path} from then on`];
    case "reboot":
      return ["reboot"];
    default:
      return [];
  }
}
