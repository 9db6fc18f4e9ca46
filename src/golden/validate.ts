import type { Command } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { enable, type Option } from "../cli/options.ts";
import {
  actionOptions,
  goldenConfig,
  healthOptions,
  limitOptions,
  pathOptions,
} from "./golden_options.ts";

/** What `golden-boot-validate` takes. */
export const validateOptions = {
  deadline: enable("this boot took too long: judge it as failed, without a look at its health", {
    flagOnly: true,
  }),
  close: enable("this boot is shut down cleanly: it does not count, if it was not judged yet", {
    flagOnly: true,
  }),
  waitSeconds: wait(),
  ...pathOptions,
  ...limitOptions,
  ...healthOptions,
  ...actionOptions,
};

/** `golden-boot-validate`. */
export const goldenBootValidate: Command<typeof validateOptions> = {
  name: "golden-boot-validate",
  summary:
    "Judge this boot: pin a healthy generation as golden, or reboot or roll back a failed one.",
  options: validateOptions,
  exits: [
    [ExitCode.done, "healthy, or nothing to judge"],
    [ExitCode.failed, "not healthy, or the outcome could not be recorded"],
    [ExitCode.usage, "wrong option or configuration"],
    [ExitCode.rolledBack, "golden is the default again, and the reboot was asked for"],
    [ExitCode.rollbackFailed, "a step of the rollback failed: the next boot tries again"],
    [ExitCode.busy, "another golden program was at work all the time: nothing was judged"],
  ],
  details: [
    "Only a boot of the generation on trial is ever rebooted. Where nothing was golden yet and the\n" +
    "booted system is the profile's, a healthy boot makes it golden.",
  ],
  config: goldenConfig,
  run: async (call) => await (await import("./validate_run.ts")).runValidate(call),
};

function wait(): Option<number> {
  return {
    help: "with --deadline: seconds between the judgement and what it leads to, for a person " +
      "to step in",
    value: "SECONDS",
    fallback: 0,
    flag: "--wait",
    flagOnly: true,
    parse: (given) => {
      const value = /^\d+(\.\d+)?$/.test(String(given)) ? Number(given) : NaN;
      return value <= 3600 ? { value } : { expected: "a number of seconds from 0 to 3600" };
    },
  };
}
