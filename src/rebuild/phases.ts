import type { Step } from "../cli/steps.ts";
import { short } from "../config/decide_pull.ts";
import { activateSystem } from "../upgrade/activate_system.ts";
import { buildSystem, checkSystem, compareFiles, markPending } from "../upgrade/build_system.ts";
import { pullUpstream, runHooks } from "../upgrade/pull_upstream.ts";
import { commitChanges, recordDeployed } from "../upgrade/steps.ts";
import { watchHealth } from "../upgrade/watch_health.ts";
import { inputInWords } from "./decide_inputs.ts";
import { packagesInWords } from "./decide_packages.ts";
import { beginCapture, captureDotfiles, dotfilesInWords, exchangeDotfiles } from "./dotfiles.ts";
import { pullSecrets, updateInputs, updateSecrets } from "./inputs.ts";
import { confirmActivation, previewCommit, previewPull } from "./interactive.ts";
import { checkFlake, lookAround, lookAtInputs, probeRemote } from "./look.ts";
import { checkSecrets, comparePackages, lookAtUnits } from "./post_checks.ts";
import type { RebuildOptions } from "./rebuild.ts";
import type { RebuildRun } from "./run.ts";
import { counted } from "./summary.ts";
import { tagBuild } from "./tag.ts";

/** Steps that a person sees as one. */
export interface Phase {
  readonly name: string;
  /** Without it there is no rebuild; any other one that fails is told of, and no more. */
  readonly isFatal?: true;
  /** Why it is left out. */
  skip?(run: RebuildRun): string | undefined;
  readonly steps: readonly Step<RebuildRun>[];
  /** Why there turned out to be nothing to do. */
  idle?(run: RebuildRun): string | undefined;
  /** What came of it, in one line. */
  tell?(run: RebuildRun): string | undefined;
  /** What it is about to apply, for a person who is asked first. */
  preview?(run: RebuildRun): Promise<readonly string[]>;
}

/** Pulls, once what is in the homes is captured. */
const pull: Step<RebuildRun> = {
  ...pullUpstream,
  async run(run): Promise<void> {
    // Beside the fetch; where each phase is asked about, that one came before.
    if (run.options.syncDotfiles && !run.options.interactive) beginCapture(run);
    const from = run.head;
    await pullUpstream.run(run);
    if (run.head === from) return;
    lookAtInputs(run);
    const { repository: { tree } } = run;
    // Not this host's own commits, which have other ids above those.
    const range = `${from}..${run.upstream ?? run.head}`;
    const log = await tree.plumbing(["log", "--format=%s", "--max-count=50", range]);
    const subjects = log.split("\n").filter(Boolean);
    run.changes.pulled = { from, to: run.head, subjects };
  },
};

const commit: Step<RebuildRun> = {
  ...commitChanges,
  describe: ({ repository: { remote }, holdsBack }) =>
    `commit what changed here${holdsBack === undefined ? `, and push to ${remote}` : ""}`,
  skip: (run) =>
    run.options.commitAfterRebuild ? commitChanges.skip?.(run) : "committing is turned off",
};

/** The phases in their order. A person is asked about the dotfiles before files move. */
export function phasesOf({ interactive }: Pick<RebuildOptions, "interactive">): readonly Phase[] {
  const [first, second, third, ...others] = phases as [Phase, Phase, Phase, ...Phase[]];
  return interactive ? [first, third, second, ...others] : phases;
}

/** A rebuild, from beginning to end. */
const phases: readonly Phase[] = [
  {
    name: "Preparation",
    isFatal: true,
    steps: [checkFlake, probeRemote, lookAround, { ...runHooks, name: "hooks" }],
    tell: ({ offline, options }) =>
      offline === undefined ? undefined : options.offlineMode ? "offline, as asked" : "offline",
  },
  {
    name: "Upstream Sync",
    skip: ({ options, offline }) => options.skipUpstream ? "as asked" : isOffline(offline),
    steps: [pull],
    preview: previewPull,
    tell: ({ changes: { pulled } }) =>
      pulled === undefined
        ? "nothing new"
        : `${short(pulled.from)} → ${short(pulled.to)}, ${
          counted(pulled.subjects.length, "commit")
        }`,
  },
  {
    name: "Dotfiles Sync",
    skip: ({ options }) => options.syncDotfiles ? undefined : "as asked",
    steps: [captureDotfiles],
    idle: ({ changes }) =>
      changes.dotfiles.every(({ outcome }) => outcome.kind === "none")
        ? dotfilesInWords(changes.dotfiles)
        : undefined,
    tell: ({ changes }) => dotfilesInWords(changes.dotfiles),
  },
  {
    name: "Nix-Secrets Update",
    skip: ({ offline }) => isOffline(offline),
    steps: [pullSecrets, updateSecrets],
    tell: updatedInWords,
  },
  {
    name: "Flake Update",
    skip: (run) => whyNoUpdate(run),
    steps: [updateInputs],
    preview: ({ stale }) =>
      Promise.resolve(stale.map(({ name, days }) => `${name} is ${days} days old`)),
    tell: updatedInWords,
  },
  {
    name: "NixOS Rebuild",
    isFatal: true,
    steps: [
      compareFiles,
      buildSystem,
      checkSystem,
      confirmActivation,
      markPending,
      activateSystem,
      watchHealth,
      recordDeployed,
    ],
    tell: ({ settled, toplevel, pending }) =>
      settled ?? [toplevel, pending].filter(Boolean).join("; "),
  },
  {
    name: "Post-Rebuild Checks",
    steps: [checkSecrets, lookAtUnits, comparePackages],
    tell: ({ changes: { secrets, failedUnits, packages } }) =>
      [
        secrets,
        failedUnits.length === 0 ? "no failed units" : counted(failedUnits.length, "failed unit"),
        packages.length === 0 ? undefined : `packages: ${packagesInWords(packages)}`,
      ].filter(Boolean).join(", "),
  },
  {
    name: "Commit & Push",
    steps: [commit, tagBuild, exchangeDotfiles],
    preview: previewCommit,
    tell: ({ head, holdsBack, changes }) =>
      [
        `at ${short(head)}`,
        holdsBack === undefined ? undefined : `not pushed: ${holdsBack}`,
        changes.areExchanged ? `dotfiles: ${dotfilesInWords(changes.dotfiles)}` : undefined,
      ].filter(Boolean).join("; "),
  },
];

function updatedInWords({ updated }: RebuildRun): string {
  return updated.map(inputInWords).join("; ") || "nothing new";
}

function isOffline(offline: string | undefined): string | undefined {
  return offline === undefined ? undefined : "offline";
}

function whyNoUpdate({ options, offline, stale }: RebuildRun): string | undefined {
  if (options.skipUpdate) return "as asked";
  if (offline !== undefined) return "offline";
  if (options.updateBeforeRebuild || options.interactive && stale.length > 0) return undefined;
  if (stale.length === 0) return "not asked for";
  const old = stale.map(({ name, days }) => `${name} ${days} d`).join(", ");
  return `not asked for; --update brings up to date what is old: ${old}`;
}
