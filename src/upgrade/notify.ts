import { capture, ProgramMissingError } from "../host/process.ts";
import { type LastRun, mood } from "./last_run_state.ts";
import { type News, type Telling, tellingBy } from "./news.ts";
import type { UpgradeRun } from "./run.ts";

/** Bound in milliseconds: telling somebody never delays a host for long. */
const bound = 30_000;

/** Tells somebody when the state of the host changed, and of nothing else. */
export async function tellChange(
  { records, settings, repository, report }:
    & Pick<UpgradeRun, "records" | "settings" | "report">
    & { readonly repository: { readonly host: string } },
  last: LastRun,
): Promise<void> {
  const { host } = records;
  const event = mood(last.result);
  if (event === undefined || event === (host.told ?? "well")) return;
  const news: News = {
    schema: 1,
    event,
    host: repository.host,
    result: last.result,
    message: last.message,
    commit: last.after.commit,
    toplevel: last.after.toplevel,
    time: last.endedAt,
  };
  const { notifyCommand, notify } = settings;
  const tellings: Telling[] = notify.map((preset) => tellingBy(preset, news));
  if (notifyCommand !== undefined) {
    tellings.push({ argv: notifyCommand, stdin: JSON.stringify(news) + "\n" });
  }
  const troubles = (await Promise.all(tellings.map(whyNotTold))).filter((why) => why !== undefined);
  for (const why of troubles) report.warn(why);
  // When nobody was told, the next run tries again.
  if (troubles.length > 0 && troubles.length === tellings.length) return;
  // Read again: a pause may have begun meanwhile.
  records.host = { ...records.host, told: event };
}

async function whyNotTold({ argv, stdin }: Telling): Promise<string | undefined> {
  try {
    const { status, timedOut, stderr } = await capture({ argv, stdin, timeout: bound });
    if (status === 0 && !timedOut) return undefined;
    const last = stderr.trim().split("\n").at(-1) ?? "";
    return `${argv[0]} did not take the news: status ${status}${last === "" ? "" : `: ${last}`}`;
  } catch (error) {
    if (error instanceof ProgramMissingError) return error.message;
    throw error;
  }
}
