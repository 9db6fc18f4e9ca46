import type { Call, Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { Failure } from "../cli/failure.ts";
import { now } from "../host/clock.ts";
import { ProcessError } from "../host/process.ts";
import { ChezmoiBusyError } from "./capture.ts";
import { lockState } from "./state_lock.ts";
import type { Ending } from "./ending.ts";
import type { LastSync } from "./last_sync_state.ts";
import { NotInitialized, requireVersions } from "./prepare.ts";
import { previewSync } from "./preview.ts";
import { recordSync } from "./record.ts";
import { dotfilesConfig, settle, syncOptions } from "./settings.ts";
import { synchronize } from "./synchronize.ts";
import { freeOfStaleLocks } from "./stale_locks.ts";

/** `chezmoi-sync`. */
export const chezmoiSync: Command<typeof syncOptions> = {
  name: "chezmoi-sync",
  summary: "Sync one person's chezmoi dotfiles over many hosts; no edit is lost, nothing blocks.",
  options: syncOptions,
  details: [
    "Edits in the home are captured, merged with those of other hosts and pushed; what came in is\n" +
    "applied to the home. Files that two hosts edited in the same place are parked: each host keeps\n" +
    "its own text until `chezmoi-resolve`, and all other files sync.",
  ],
  exits: [
    [ExitCode.done, "synced, nothing to do, or offline with a warning"],
    [ExitCode.failed, "failed, nothing lost"],
    [ExitCode.usage, "wrong option, configuration or environment; nothing changed"],
    [ExitCode.needsPerson, "a conflict is parked on this host, or the source was refused"],
    [ExitCode.busy, "another sync is running"],
  ],
  config: dotfilesConfig,
  run: runSync,
};

async function runSync(call: Call<typeof syncOptions>): Promise<ExitCode> {
  const { options, report } = call;
  const settings = await settle(options);
  if (options.dryRun) return await previewSync(settings, options, report);

  const lock = await lockState(settings.stateDirectory, "chezmoi-sync");
  const record = async (ending: Pick<Ending, "sync">): Promise<LastSync> =>
    await recordSync(settings.stateDirectory, { host: settings.host, ...ending.sync }, now());
  try {
    const ending = await freeOfStaleLocks(
      settings.source,
      () => synchronize(settings, options, report),
    );
    const last = await record(ending);
    report.answer(options.json ? JSON.stringify(last, null, 2) : last.message);
    return ending.exit;
  } catch (error) {
    const told = await explain(error);
    await record(failedEnding(told));
    throw told;
  } finally {
    lock.release();
  }
}

/** An error as the person should see it: an old program explains much that looks strange. */
export async function explain(error: unknown): Promise<unknown> {
  if (error instanceof ChezmoiBusyError) {
    return new Failure(`another chezmoi is at work: ${error.message}`, {
      code: ExitCode.busy,
      hint: "nothing was lost; the next run goes on",
    });
  }
  if (error instanceof ProcessError) {
    try {
      await requireVersions();
    } catch (tooOld) {
      return tooOld;
    }
  }
  return error;
}

function failedEnding(error: unknown): Pick<Ending, "sync"> {
  return {
    sync: {
      result: error instanceof NotInitialized ? "not-initialized" : "failed",
      message: (error as Error).message.split("\n")[0] ?? "",
      captured: [],
      received: [],
      sent: [],
      parked: [],
      warnings: [],
    },
  };
}
