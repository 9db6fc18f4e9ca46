import { isoSeconds, now } from "../host/clock.ts";
import { namesIn, stat } from "../host/files.ts";
import { bootEntries } from "../programs/boot_loader.ts";
import { generationsOf, toplevelAt } from "../programs/nix.ts";
import type { Facts, LoaderDefault, State } from "./decide_trial.ts";
import type { Settings } from "./settings.ts";

/** What is slow to find out, and looked at only where it is asked for. */
export interface Questions {
  /** What the boot loader starts next. */
  readonly loader:
    | boolean
    | ((facts: Pick<Facts, "bootedIsTarget" | "booted" | "bootId">) => boolean);
  /** The profile's number for the booted system. */
  readonly generation: boolean;
}

/** Observes the host for one decision. Changes nothing. */
export async function observe(
  settings: Settings,
  state: State,
  questions: Questions,
): Promise<Facts> {
  const { trial, golden } = state;
  const booted = toplevelAt(settings.bootedSystem);
  const profile = toplevelAt(settings.profile);
  const current = toplevelAt(settings.currentSystem);
  const bootedIsTarget = trial !== undefined && isOf(booted, trial.target);
  const asks = typeof questions.loader === "boolean"
    ? questions.loader
    : questions.loader({ bootedIsTarget, booted, bootId: settings.bootId });
  const loader = asks ? await askLoader(settings) : notAsked;
  const parent = [trial?.target, profile].find((each) =>
    booted !== undefined && each !== undefined && specialisationOf(booted, each) !== undefined
  );
  return {
    now: isoSeconds(now()),
    bootId: settings.bootId,
    booted,
    current: bootedIsTarget && isOf(current, trial.target) ? booted : current,
    profile,
    bootedIsTarget,
    goldenTrouble: golden === undefined ? undefined : systemTrouble(golden.path, settings),
    loader: loader.default,
    loaderGaveUp: trial !== undefined && loader.spent.includes(trial.target),
    specialisation: parent === undefined
      ? undefined
      : { parent, name: specialisationOf(booted as string, parent) as string },
    generation: booted === undefined || !questions.generation
      ? null
      : generationsOf(settings.profile, parent ?? booted).at(-1) ?? null,
  };
}

/** Whether a toplevel is another one or a specialisation of it. */
function isOf(toplevel: string | undefined, parent: string): boolean {
  return toplevel !== undefined &&
    (toplevel === parent || specialisationOf(toplevel, parent) !== undefined);
}

/** The name under which one toplevel is a specialisation of another. */
export function specialisationOf(toplevel: string, parent: string): string | undefined {
  const directory = `${parent}/specialisation`;
  return namesIn(directory).find((name) => toplevelAt(`${directory}/${name}`) === toplevel);
}

/** Why a path is no system that can be booted, if it is not. */
export function systemTrouble(path: string, { storeDir }: Settings): string | undefined {
  const name = path.startsWith(`${storeDir}/`) ? path.slice(storeDir.length + 1) : "";
  if (!/^[0-9a-z]{32}-[^/\n]+$/.test(name)) return `${path} is not a path of ${storeDir}`;
  if (stat(path) === undefined) return `${path} is gone from the store`;
  for (const part of ["init", "bin/switch-to-configuration"]) {
    if (stat(`${path}/${part}`) === undefined) {
      return `${path} is no NixOS system: it has no ${part}`;
    }
  }
  return undefined;
}

interface Asked {
  readonly default: LoaderDefault;
  readonly spent: readonly string[];
}

const notAsked: Asked = { default: { kind: "unreachable", reason: "not asked" }, spent: [] };

async function askLoader({ bootLoader, loaderMount }: Settings): Promise<Asked> {
  if (bootLoader === "none") return { default: { kind: "none" }, spent: [] };
  const entries = await bootEntries(bootLoader, loaderMount);
  return "reason" in entries
    ? { default: { kind: "unreachable", reason: entries.reason }, spent: [] }
    : { default: { kind: "known", path: entries.default }, spent: entries.spent };
}
