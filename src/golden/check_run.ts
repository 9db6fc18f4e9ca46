import type { Call } from "../cli/command.ts";
import type { ExitCode } from "../cli/exit_code.ts";
import type { checkOptions } from "./check.ts";
import { settle } from "./settings.ts";
import { transact } from "./transact.ts";

/** Does what `golden-boot-check` was called for. */
export async function runCheck({ options, report }: Call<typeof checkOptions>): Promise<ExitCode> {
  const settings = await settle(options);
  // So early there is no network to tell anybody over; the validation does.
  const means = {
    settings,
    report,
    rebootCommand: options.rebootCommand,
    notifyCommand: undefined,
  };
  return await transact({ kind: "check" }, means, options);
}
