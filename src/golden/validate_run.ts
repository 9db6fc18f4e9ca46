import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { usageFailure } from "../cli/failure.ts";
import { pause } from "../host/clock.ts";
import { isStopping } from "../programs/systemctl.ts";
import { healthMatters } from "./decide_boot.ts";
import type { Event } from "./decide_trial.ts";
import { observe } from "./facts.ts";
import { whyUnhealthy } from "./health.ts";
import type { Means } from "./perform.ts";
import { settle } from "./settings.ts";
import { lookAtState } from "./state_files.ts";
import { transact } from "./transact.ts";
import type { validateOptions } from "./validate.ts";

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
    return await transact({ kind: "close" }, { ...means, notifyCommand: undefined }, options);
  }
  const { state } = lookAtState(settings.stateDir);
  const matters = healthMatters(
    state,
    await observe(settings, state, { loader: false, generation: false }),
    options,
  );
  if (matters && waitSeconds > 0) {
    report.warn(
      `this boot is on trial and failed: it is judged in ${waitSeconds} s, which may reboot; ` +
        "`systemctl stop golden-emergency.service` keeps it up",
    );
    await pause(waitSeconds * 1000);
  }
  const late = "it did not come up in time";
  const reason = matters ? deadline ? late : await whyUnhealthy(options) : undefined;
  if (reason !== undefined && await isStopping()) {
    report.info("the host is being shut down: this boot is not judged");
    return ExitCode.done;
  }
  const event: Event = { kind: "validate", reason };
  return await transact(event, means, options);
}
