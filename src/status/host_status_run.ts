import type { Call } from "../cli/command.ts";
import type { ExitCode } from "../cli/exit_code.ts";
import { Failure, usageFailure } from "../cli/failure.ts";
import type { Report } from "../cli/report.ts";
import { now } from "../host/clock.ts";
import { answersToTerminal, workingDirectory } from "../host/environment.ts";
import { isMissing, lstat, publishText } from "../host/files.ts";
import { terminalSize } from "../host/terminal.ts";
import { exitOf } from "./exit_of.ts";
import type { hostStatusOptions } from "./host_status.ts";
import { lookAtHost } from "./look.ts";
import { hostText } from "./text_page.ts";
import type { Level } from "./report_state.ts";
import { reportStaleAfter, settle } from "./settings.ts";

type StatusCall = Call<typeof hostStatusOptions>;

/** An answer in each of its forms; what nobody asked for is not even loaded. */
interface Answer {
  readonly value: { readonly level: Level };
  text(columns: number): Promise<string>;
  html(): Promise<string>;
}

/** Does what `host-status` was called for. */
export async function runHostStatus(call: StatusCall): Promise<ExitCode> {
  const { options, report } = call;
  const answer = options.fleet === undefined ? await ofHost(call) : await ofFleet(call);
  if (options.html !== undefined) writePage(absolute(options.html), await answer.html());
  if (options.json) report.answer(JSON.stringify(answer.value, null, 2));
  else await tell(answer, report);
  return exitOf(answer.value.level);
}

async function ofHost({ options }: StatusCall): Promise<Answer> {
  const time = now();
  const value = await lookAtHost(settle(options), time);
  return {
    value,
    text: (columns) => Promise.resolve(hostText(value, time, columns)),
    html: async () => (await import("./html_page.ts")).hostPage(value),
  };
}

async function ofFleet({ options }: StatusCall): Promise<Answer> {
  const [{ readFleet }, { decideFleet }] = await Promise.all([
    import("./read_fleet.ts"),
    import("./decide_fleet.ts"),
  ]);
  const time = now();
  const files = readFleet(absolute(options.fleet ?? ""));
  const value = decideFleet(files, { now: time, staleAfter: reportStaleAfter(options) });
  return {
    value,
    text: async (columns) => (await import("./text_page.ts")).fleetText(value, time, columns),
    html: async () => (await import("./html_page.ts")).fleetPage(value),
  };
}

async function tell(answer: Answer, report: Report): Promise<void> {
  const { levelColours } = await import("./text_page.ts");
  const columns = answersToTerminal() ? terminalSize()?.columns ?? 0 : 0;
  report.answer(await answer.text(columns), levelColours);
}

/** Writes the page; anything but a file in its place, as a link or a device, is left alone. */
function writePage(path: string, page: string): void {
  try {
    const info = lstat(path);
    if (info !== undefined && !info.isFile) {
      throw usageFailure(`--html ${path} is there and no regular file`);
    }
    publishText(path, page);
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (error instanceof Error && error.name === "NotCapable") throw error;
    throw new Failure(`cannot write ${path}: ${(error as Error).message}`, {
      hint: isMissing(error) ? "make its directory first" : "give another FILE with --html",
      cause: error,
    });
  }
}

function absolute(path: string): string {
  return path.startsWith("/") ? path : `${workingDirectory()}/${path}`;
}
