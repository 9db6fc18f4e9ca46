import type { LastRun } from "../upgrade/last_run_state.ts";

/** A system that was live and well once, and the commit that it goes with. */
export interface Deployment {
  /** Which run brought it. */
  readonly id: string;
  readonly program: string;
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly commit: string;
  readonly toplevel: string;
  /** All that it was built from is in that commit. */
  readonly isClean: boolean;
  /** It is what runs. */
  readonly isCurrent: boolean;
}

/** Results after which a system stays. */
const successes: readonly string[] = ["upgraded", "unchanged", "reboot-pending", "undone"];

/**
 * The systems that were well here, newest first, each once: what `--rollback N` counts. The first
 * one is number 0, most often the one that runs.
 */
export function deployments(
  history: readonly LastRun[],
  current: string | undefined,
  profile: string | undefined,
): readonly Deployment[] {
  const found = new Map<string, Deployment>();
  for (const { id, program, result, after } of history) {
    // What waits for a reboot is in the profile only.
    const toplevel = after.profile ?? after.toplevel;
    if (!successes.includes(result) || toplevel === null || after.commit === null) continue;
    const known = found.get(toplevel);
    found.set(toplevel, {
      ...(known ?? { id, program, date: id }),
      commit: after.commit,
      isClean: after.isClean !== false,
      toplevel,
      isCurrent: toplevel === current && toplevel === profile,
    });
  }
  return [...found.values()].reverse();
}
