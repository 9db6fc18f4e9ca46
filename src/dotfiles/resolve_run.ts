import type { Call } from "../cli/command.ts";
import { ExitCode } from "../cli/exit_code.ts";
import { busyFailure, Failure, refusal, usageFailure } from "../cli/failure.ts";
import { settle as settleOptions } from "../cli/options.ts";
import { now } from "../host/clock.ts";
import { isInteractive, workingDirectory } from "../host/environment.ts";
import type { Ending } from "./ending.ts";
import type { Programs } from "./facts.ts";
import { keptTargets, settleKept } from "./kept.ts";
import { freeOfStaleLocks } from "../programs/stale_locks.ts";
import { lockState } from "./state_lock.ts";
import { UnmergeableError } from "./merge_target.ts";
import { type Parked, type ParkedTarget, pathsOf, readParked, targetsOf } from "./parked.ts";
import { identityFor, programsFor } from "./prepare.ts";
import { recordSync } from "./record.ts";
import { pushResolutions, type Resolution, resolveBy } from "./resolve_parked.ts";
import { type Settings, settle } from "./settings.ts";
import type { resolveOptions } from "./resolve.ts";
import { syncOptions } from "./sync_options.ts";
import { explain } from "./explain.ts";
import { synchronize } from "./synchronize.ts";

type ResolveCall = Call<typeof resolveOptions>;

/** Does what `chezmoi-resolve` was called for. */
export async function runResolve(call: ResolveCall): Promise<ExitCode> {
  const { take, mergeTool } = call.options;
  if (take !== undefined && mergeTool) {
    throw usageFailure("--take and --merge-tool exclude each other");
  }
  if (take === undefined && !isInteractive()) {
    throw usageFailure(
      mergeTool ? "--merge-tool needs a terminal" : "there is no terminal to ask on",
      "say whose text wins: --take local|remote|union|HOST",
    );
  }
  const settings = await settle(call.options);
  const lock = await lockState(settings.stateDirectory, "chezmoi-resolve");
  try {
    return await freeOfStaleLocks(
      { source: settings.source, gitDirectory: `${settings.source}/.git` },
      () => resolveUnderLock(call, settings),
      (who, cause) => busyFailure(who, settings.source, cause),
    );
  } catch (error) {
    throw await explain(error);
  } finally {
    lock.release();
  }
}

/** How often resolving starts over because the branch moved. */
const attempts = 5;

async function resolveUnderLock(call: ResolveCall, settings: Settings): Promise<ExitCode> {
  const { report } = call;
  const programs = programsFor(settings);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const before = await sync(call, settings);
    const { branch } = before;
    const parked = await readParked(programs, { remote: settings.remote, branch });
    const kept = keptTargets(settings);
    const chosen = select(call.operands, settings, targetsOf(parked.conflicts), kept);
    if (chosen.kept.length > 0) {
      await settleKept(settings, programs, chosen.kept, call.options.take);
      await sync(call, settings, `${chosen.kept.join(", ")} is settled here`);
    }
    if (chosen.parked.length === 0 || parked.main === undefined) {
      report.answer(answer(call, chosen.kept, parked.conflicts.length));
      return ExitCode.done;
    }
    const current = { ...parked, main: parked.main };
    const resolutions = await decide(call, settings, programs, current, chosen.parked);
    if (resolutions.length === 0) {
      report.info("nothing was resolved");
      return ExitCode.needsPerson;
    }
    const identity = await identityFor(settings);
    const { secretGate } = call.options;
    const gate = { secretGate, report, warn: (text: string): void => report.warn(text) };
    const { whyNotSend } = await import("./secret_gate.ts");
    const pushed = await pushResolutions(programs, current, resolutions, {
      ...{ remote: settings.remote, branch, host: settings.host, identity },
      whyNot: async (commits) => await whyNotSend(programs.git, commits, gate),
    });
    if (pushed.kind === "moved") continue;
    if (pushed.kind === "secret") throw refusal(pushed.reason, "resolve it without the secret");
    if (pushed.kind === "failed") {
      throw new Failure(`cannot push the resolution to ${settings.remote}: ${pushed.reason}`, {
        hint: "try again; if the push did arrive all the same, nothing is parked then",
      });
    }
    await sync(call, settings, "what was resolved is pushed");
    const left = await readParked(programs, { remote: settings.remote, branch });
    report.answer(answer(call, resolutions.map(({ target }) => target.key), left.conflicts.length));
    return left.conflicts.length > 0 ? ExitCode.needsPerson : ExitCode.done;
  }
  throw new Failure(`${settings.remote} moved ${attempts} times meanwhile`, {
    hint: "nothing was changed; try again",
  });
}

function answer(call: ResolveCall, resolved: readonly string[], left: number): string {
  if (call.options.json) return JSON.stringify({ resolved, stillParkedHosts: left }, null, 2);
  if (resolved.length === 0) return "nothing is parked";
  return `resolved ${resolved.join(", ")}${left > 0 ? `; parked conflicts left: ${left}` : ""}`;
}

/**
 * Captures this host's edits and learns of all others; resolving works on what is published.
 *
 * @param done what has come of it so far, in words
 */
async function sync(
  call: ResolveCall,
  settings: Settings,
  done = "nothing was resolved",
): Promise<Ending> {
  const syncing = { ...settleOptions(syncOptions, call.config, {}), ...call.options };
  const ending = await synchronize(settings, { ...syncing, onConflict: "park" }, call.report);
  recordSync(settings.stateDirectory, { host: settings.host, ...ending.sync }, now());
  const { result, message } = ending.sync;
  // The gate's own hints say what to do.
  if (ending.heldBack) {
    throw refusal(`${done}: ${message}`, "this host's own edits have to be sent first");
  }
  if (!["success", "conflicts-preserved"].includes(result)) {
    throw new Failure(`resolving needs the remote: ${message}`, {
      hint: `${done}; try again when the remote can be reached`,
    });
  }
  return ending;
}

/** What the operands mean: parked targets, and targets that the sync left alone. */
function select(
  operands: readonly string[],
  settings: Settings,
  parked: readonly ParkedTarget[],
  kept: readonly string[],
): { readonly parked: readonly ParkedTarget[]; readonly kept: readonly string[] } {
  if (operands.length === 0) return { parked, kept: [] };
  const chosen = { parked: [] as ParkedTarget[], kept: [] as string[] };
  for (const operand of operands) {
    const name = nameInHome(operand, settings);
    const named = parked.filter((target) =>
      target.key === name || target.conflicts.some((it) => pathsOf(target, it).includes(operand))
    );
    // The sources may lie in a directory of the repository (.chezmoiroot).
    const [target, ...others] = named.length > 0
      ? named
      : parked.filter(({ key }) => key.endsWith(`/${name}`));
    if (others.length > 0) {
      const keys = [target, ...others].map((it) => it?.key).join(", ");
      throw usageFailure(`${JSON.stringify(operand)} may be any of ${keys}`, "name it in full");
    }
    const here = kept.find((path) => path === `${settings.home}/${name}`);
    if (target !== undefined) chosen.parked.push(target);
    else if (here !== undefined) chosen.kept.push(here);
    else {
      const all = [...parked.map(({ key }) => key), ...kept];
      throw usageFailure(
        `${JSON.stringify(operand)} is not parked`,
        all.length > 0 ? `to be resolved: ${all.join(", ")}` : "nothing is",
      );
    }
  }
  return chosen;
}

/** An operand as a path relative to the home: a relative one is taken as a shell user means it. */
function nameInHome(operand: string, settings: Settings): string {
  const { home } = settings;
  const inHome = (path: string): string | undefined =>
    path.startsWith(`${home}/`) ? path.slice(home.length + 1) : undefined;
  if (operand.startsWith("~/")) return operand.slice(2);
  if (operand.startsWith("/")) return inHome(operand) ?? operand;
  const name = operand.replace(/^\.\//, "");
  const fromHere = inHome(`${workingDirectory()}/${name}`);
  return fromHere ?? name;
}

async function decide(
  call: ResolveCall,
  settings: Settings,
  programs: Programs,
  parked: Parked & { readonly main: string },
  targets: readonly ParkedTarget[],
): Promise<readonly Resolution[]> {
  const { take } = call.options;
  if (take === undefined) {
    const { resolveInteractively } = await import("./resolve_interactively.ts");
    return await resolveInteractively(programs, parked.main, targets, {
      host: settings.host,
      mergeTool: call.options.mergeTool,
    });
  }
  const hosts = [...new Set(parked.conflicts.map(({ host }) => host))];
  const word = take === "local" ? settings.host : take;
  if (!["local", "remote", "union"].includes(take) && !hosts.includes(take)) {
    throw usageFailure(
      `--take ${
        JSON.stringify(take)
      } should be local, remote, union or a host that parked something`,
      hosts.length > 0 ? `those hosts: ${hosts.join(", ")}` : "no host did",
    );
  }
  const resolutions: Resolution[] = [];
  for (const target of targets) {
    try {
      resolutions.push(await resolveBy(programs, parked.main, target, word));
    } catch (error) {
      if (!(error instanceof UnmergeableError)) throw error;
      call.report.warn(`${target.key} stays parked: ${error.message}`);
    }
  }
  return resolutions;
}
