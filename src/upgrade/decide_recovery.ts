import type { Journal } from "./journal_state.ts";

/** What is so after a run was cut short. */
export interface RecoveryFacts {
  readonly journal: Journal;
  /** Toplevels: what is active, what the profile leads to. */
  readonly current: string | undefined;
  readonly profile: string | undefined;
}

/** How a run that was cut short is brought to an end: git and system both before, or both after. */
export type Recovery =
  /** The system is as it was: so has git to be. */
  | { readonly kind: "undo-files" }
  /** The activation, or the way back, was cut short: the system goes back first. */
  | { readonly kind: "undo-all" }
  /** All of it went live: what is left is to see whether it is well. */
  | { readonly kind: "finish" }
  /** Somebody brought another system since: theirs it is to decide. */
  | { readonly kind: "leave" };

/** Decides it from what really runs, not from how far the run had come. */
export function decideRecovery({ journal, current, profile }: RecoveryFacts): Recovery {
  const { activating, before, step } = journal;
  const own = (path: string | undefined, former: string | null): boolean =>
    path === (former ?? undefined) || path === activating?.toplevel;
  if (activating === null) return { kind: "undo-files" };
  if (!own(current, before.toplevel) || !own(profile, before.profile)) return { kind: "leave" };
  const { toplevel, action } = activating;
  const isLive = action === "boot" || current === toplevel;
  const isDefault = action === "test" || profile === toplevel;
  // An activation whose end nobody saw may have left units stopped, wherever the links lead.
  const wasSeen = step !== "activate" && step !== "roll-back";
  return wasSeen && isLive && isDefault ? { kind: "finish" } : { kind: "undo-all" };
}
