import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { Failure, usageFailure } from "../cli/failure.ts";
import { fileSystemType } from "../host/file_system.ts";
import { toplevelAt } from "../programs/nix.ts";
import { isLasting } from "./decide_mark.ts";
import { specialisationOf, systemTrouble } from "./facts.ts";
import type { markOptions } from "./mark.ts";
import { type Settings, settle } from "./settings.ts";
import { demandWritable } from "./state_lock.ts";
import { transact } from "./transact.ts";

/** Does what `golden-mark-pending` was called for. */
export async function runMark(
  { options, operands, report }: Call<typeof markOptions>,
): Promise<ExitCode> {
  const [given, action, ...more] = operands;
  if (given === undefined || action === undefined || more.length > 0) {
    throw usageFailure(`expected TOPLEVEL and ACTION, got ${JSON.stringify(operands)}`);
  }
  if (!isLasting(action)) return ExitCode.done;
  const settings = await settle(options);
  const toplevel = toplevelOf(given, settings);
  demandWritable("golden-mark-pending", settings.stateDir);
  await demandDurable(settings.stateDir);
  const means = { settings, report, rebootCommand: [], notifyCommand: undefined };
  const event = { kind: "mark", toplevel, action, force: options.force } as const;
  const code = await transact(event, means, options);
  if (code === ExitCode.needsPerson) {
    report.hint(
      "deploy another configuration, or try it again: " +
        `golden-mark-pending --force ${toplevel} ${action}, then deploy it once more`,
    );
  }
  return code;
}

/**
 * What will be booted: a specialisation is switched to live, but the loader's default is what it is
 * a specialisation of.
 */
function toplevelOf(given: string, settings: Settings): string {
  const path = toplevelAt(given);
  if (path === undefined) throw usageFailure(`there is no toplevel ${given}`);
  const trouble = systemTrouble(path, settings);
  if (trouble !== undefined) throw usageFailure(`cannot put ${given} on trial: ${trouble}`);
  const profile = toplevelAt(settings.profile);
  const isSpecialisation = profile !== undefined && specialisationOf(path, profile) !== undefined;
  return isSpecialisation ? profile : path;
}

/** A state that a reboot forgets could neither count nor end: better not to begin. */
async function demandDurable(stateDir: string): Promise<void> {
  const type = await fileSystemType(stateDir);
  if (type === undefined || !/^(tmpfs|ramfs|overlayfs)$/.test(type)) return;
  throw new Failure(`${stateDir} is on ${type}: a trial there would not survive a reboot`, {
    hint:
      "keep it on a disk (persist /var/lib/golden-generation), or give another with --state-dir",
  });
}
