import { Failure } from "../cli/failure.ts";
import { addToHistory } from "../cli/history_state.ts";
import { type ParsedState, serializeState } from "../cli/parse_state.ts";
import type { Report } from "../cli/report.ts";
import { readStateFile, readStateText } from "../cli/state_file.ts";
import { isoSeconds, now } from "../host/clock.ts";
import { keepAside, makeDirectory, removeDurably, writeDurably } from "../host/files.ts";
import { type HostState, newHost, parseHost } from "./host_state.ts";
import { type Journal, parseJournal } from "./journal_state.ts";
import { isSameRefusal, type LastRun, parseLastRun } from "./last_run_state.ts";

/** The state files of the upgrades of a host. Whoever writes holds the repository's lock. */
export class Records {
  constructor(
    readonly directory: string,
    readonly report: Report,
    /** Whoever only looks moves nothing. */
    readonly onlyLooks = false,
  ) {}

  /** What is known of the host. */
  get host(): HostState {
    return this.#read("host.json", parseHost) ?? newHost;
  }

  set host(state: HostState) {
    this.#write("host.json", state);
  }

  /** The run that is under way, or was cut short. */
  get journal(): Journal | undefined {
    return this.#read("run.json", parseJournal);
  }

  /** Notes how far a run has come, durably, before it goes on. */
  set journal(journal: Journal | undefined) {
    if (journal === undefined) removeDurably(`${this.directory}/run.json`);
    else this.#write("run.json", journal);
  }

  /** The report of the last run. */
  get lastRun(): LastRun | undefined {
    return this.#read("last-run.json", parseLastRun);
  }

  /** The last runs, oldest first. */
  get history(): readonly LastRun[] {
    const lines = (readStateText(`${this.directory}/history.jsonl`) ?? "").split("\n");
    return lines.map((line) => parseLastRun(line)).flatMap((parsed) =>
      parsed.kind === "valid" ? [parsed.state] : []
    );
  }

  /** Records how a run ended; one that was refused as the one before it, in its place. */
  record(run: LastRun): void {
    const lines = (readStateText(`${this.directory}/history.jsonl`) ?? "").trimEnd().split("\n");
    // A host that is refused each hour must not forget what it can go back to.
    const last = parseLastRun(lines.at(-1) ?? "");
    if (last.kind === "valid" && isSameRefusal(last.state, run)) lines.pop();
    this.#replace("history.jsonl", addToHistory(lines.join("\n"), run));
    this.#write("last-run.json", run);
  }

  #read<T>(name: string, parse: (text: string) => ParsedState<T>): T | undefined {
    const path = `${this.directory}/${name}`;
    const parsed = readStateFile(path, parse);
    if (parsed?.kind !== "corrupt") return parsed?.state;
    this.report.error(`${path} is corrupt (${parsed.reason}): not acted upon`);
    if (this.onlyLooks) return undefined;
    try {
      this.report.error(`it is kept as ${keepAside(path, isoSeconds(now()))}`);
    } catch (error) {
      this.report.error(`it stays: ${(error as Error).message}`);
    }
    return undefined;
  }

  #write(name: string, state: unknown): void {
    this.#replace(name, serializeState(state));
  }

  #replace(name: string, text: string): void {
    try {
      makeDirectory(this.directory, 0o755);
      // Readable by all: `upgrade-status` is no secret.
      writeDurably(`${this.directory}/${name}`, text, 0o644);
    } catch (error) {
      throw new Failure(`cannot write ${this.directory}/${name}: ${(error as Error).message}`, {
        hint: "run this as root, or give another directory with --state-dir",
        cause: error,
      });
    }
  }
}
