import type { Step } from "../cli/steps.ts";
import { type LastSync, parseLastSync } from "../dotfiles/last_sync_state.ts";
import { environment, userId } from "../host/environment.ts";
import { capture, ProgramMissingError } from "../host/process.ts";
import { userOf } from "../programs/getent.ts";
import type { Owner } from "../programs/git_repository.ts";
import { inShort } from "../upgrade/bound_command.ts";
import { warn } from "../upgrade/run.ts";
import type { RebuildRun } from "./run.ts";

/** Bound in milliseconds on one person's sync, whose own remote operations are bounded. */
const bound = 300_000;

/** How one person's dotfiles were synced. */
export interface Synced {
  /** Whose; `undefined` for whoever runs this. */
  readonly who: string | undefined;
  readonly outcome:
    | { readonly kind: "synced"; readonly sync: LastSync }
    /** There are none here, or nothing to sync them with. */
    | { readonly kind: "none"; readonly why: string }
    | { readonly kind: "trouble"; readonly why: string };
}

/**
 * Captures what was edited in the homes, and exchanges nothing with other hosts yet. Begun as early
 * as possible: nothing that comes later may overwrite an edit that is in no commit.
 */
export function beginCapture(run: RebuildRun): Promise<readonly Synced[]> {
  return run.capture ??= syncAll(run, ["--offline"]);
}

/** Waits for the capture, and tells what it came to. */
export const captureDotfiles: Step<RebuildRun> = {
  name: "capture-dotfiles",
  describe: ({ options }) => `capture what was edited, by ${options.dotfilesCommand[0]} --offline`,
  async run(run): Promise<void> {
    run.changes.dotfiles = await beginCapture(run);
    tellTrouble(run);
  },
};

/**
 * Exchanges dotfiles with other hosts, once the new system is well: a rebuild that fails leaves the
 * homes as they were.
 */
export const exchangeDotfiles: Step<RebuildRun> = {
  name: "exchange-dotfiles",
  describe: ({ options }) => `exchange dotfiles with other hosts, by ${options.dotfilesCommand[0]}`,
  skip: (run) => {
    if (!run.options.syncDotfiles) return "as asked";
    if (run.noSwitch) return "only a build was asked for";
    if (run.isDry) return run.offline;
    if (run.changes.dotfiles.length === 0) return "they were not captured";
    const isThere = run.changes.dotfiles.some(({ outcome }) => outcome.kind === "synced");
    return isThere ? run.offline : "there are none";
  },
  async run(run): Promise<void> {
    const captured = run.changes.dotfiles;
    const { pushAfterRebuild, commitAfterRebuild } = run.options;
    const pushes = pushAfterRebuild && commitAfterRebuild;
    const exchanged = await syncAll(run, pushes ? [] : ["--no-push"]);
    run.changes.dotfiles = exchanged.map((after, at) => together(captured[at], after));
    run.changes.areExchanged = true;
    tellTrouble(run);
  },
};

/** What was captured counts, also where the second sync found nothing left to capture. */
function together(before: Synced | undefined, after: Synced): Synced {
  if (before?.outcome.kind !== "synced" || after.outcome.kind !== "synced") return after;
  const [first, second] = [before.outcome.sync, after.outcome.sync];
  const both = (key: "captured" | "committed"): string[] => [
    ...new Set([...first[key], ...second[key]]),
  ];
  const sync = { ...second, captured: both("captured"), committed: both("committed") };
  return { ...after, outcome: { kind: "synced", sync } };
}

/** Trouble with dotfiles never stops a rebuild. */
function tellTrouble(run: RebuildRun): void {
  // The second sync may tell again what the first one told.
  const tell = (text: string): void => run.warnings.includes(text) ? undefined : warn(run, text);
  for (const { who, outcome } of run.changes.dotfiles) {
    const whose = who === undefined ? "dotfiles" : `dotfiles of ${who}`;
    if (outcome.kind === "trouble") tell(`${whose} may be out of sync: ${outcome.why}`);
    if (outcome.kind !== "synced") continue;
    const { parked, warnings } = outcome.sync;
    for (const each of warnings) tell(`${whose}: ${each}`);
    if (parked.length > 0) {
      tell(`${whose} collide, this host keeps its own: ${parked.join(", ")}; chezmoi-resolve`);
      run.needsPerson = true;
    }
  }
}

async function syncAll(run: RebuildRun, args: readonly string[]): Promise<readonly Synced[]> {
  try {
    const people = await peopleOf(run);
    return await Promise.all(people.map(async (person) => ({
      who: person?.name,
      outcome: await sync(run, person, args),
    })));
  } catch (error) {
    // Nothing about dotfiles ends a rebuild: a user that is not there, no memory for a process.
    return [{ who: undefined, outcome: { kind: "trouble", why: (error as Error).message } }];
  }
}

/** Whose dotfiles: those that are named, else whoever called sudo, else the repository's owner. */
async function peopleOf(
  { options, repository }: RebuildRun,
): Promise<readonly ((Owner & { readonly name: string }) | undefined)[]> {
  if (userId() !== 0) return [undefined];
  if (options.dotfilesUsers.length > 0) return await Promise.all(options.dotfilesUsers.map(userOf));
  const caller = environment("SUDO_UID") ?? repository.tree.owner?.uid;
  return [caller === undefined || Number(caller) === 0 ? undefined : await userOf(caller)];
}

async function sync(
  { options, stop }: RebuildRun,
  as: Owner | undefined,
  args: readonly string[],
): Promise<Synced["outcome"]> {
  if (stop?.aborted) return { kind: "trouble", why: "it was stopped" };
  const argv = [...options.dotfilesCommand, "--json", ...args];
  try {
    const output = await capture({
      argv,
      as,
      timeout: bound,
      ...(as === undefined ? {} : { env: as.env }),
    });
    const parsed = parseLastSync(output.stdout);
    if (parsed.kind === "valid") {
      const { result, message } = parsed.state;
      if (result === "not-initialized") return { kind: "none", why: message };
      if (result === "failed") return { kind: "trouble", why: message };
      return { kind: "synced", sync: parsed.state };
    }
    const why = output.timedOut
      ? `no end within ${bound / 1000} s`
      : `exit status ${output.status}${inShort(output.stderr || output.stdout)}`;
    return { kind: "trouble", why: `${argv[0]}: ${why}` };
  } catch (error) {
    if (!(error instanceof ProgramMissingError)) throw error;
    return { kind: "none", why: `${argv[0]} is not installed` };
  }
}

/** What became of the dotfiles, in one line. */
export function dotfilesInWords(dotfiles: readonly Synced[]): string {
  return dotfiles.map(({ who, outcome }) => {
    const said = outcome.kind === "synced" ? countsInWords(outcome.sync) : outcome.why;
    return who === undefined ? said : `${who}: ${said}`;
  }).join("; ");
}

function countsInWords(sync: LastSync): string {
  const counts = [
    [sync.captured.length + sync.committed.length, "captured"],
    [sync.received.length, "received"],
    [sync.sent.length, "sent"],
    [sync.parked.length, "collide"],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return told.length === 0 ? "nothing new" : told.join(", ");
}
