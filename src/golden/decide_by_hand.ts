import { pinning, rooting } from "./decide_boot.ts";
import { install, isDefault, rejecting } from "./decide_rollback.ts";
import {
  type Decision,
  type Effect,
  type Facts,
  isOver,
  nothing,
  say,
  type State,
} from "./decide_trial.ts";
import type { Golden } from "./golden_state.ts";
import { rejectionOf, withoutRejected } from "./rejected_state.ts";
import type { Trial } from "./trial_state.ts";

/** A person vouches for a toplevel: it becomes golden, and is neither on trial nor rejected. */
export function decidePin(state: State, golden: Golden): Decision {
  const { trial, rejected } = state;
  const { path } = golden;
  return {
    effects: [
      // What tells that the trial has passed is about to be overwritten.
      ...(isOver(state) ? [{ kind: "remove-trial" } as const] : []),
      ...(isSame(state.golden, golden) ? rooting(golden) : pinning(state, golden)),
      ...(rejectionOf(rejected, path) === undefined
        ? []
        : [{ kind: "write-rejected", rejected: withoutRejected(rejected, path) } as const]),
      ...(trial?.target === path && !isOver(state) ? [{ kind: "remove-trial" } as const] : []),
    ],
    ending: "done",
  };
}

/** Whether a person vouched for it before. */
function isSame(former: Golden | undefined, golden: Golden): boolean {
  return former?.path === golden.path && former.bootId === golden.bootId &&
    former.generation === golden.generation;
}

/**
 * A person rolls back. It is written down first, as a rollback that is under way, so that the next
 * boot completes it whatever happens in between; what is left behind is refused from then on.
 */
export function decideRollBack(
  state: State,
  golden: Golden,
  facts: Facts,
  reboot: boolean,
): Decision {
  const { path } = golden;
  const restart: Effect[] = reboot
    ? [{ kind: "reboot", reason: `rolled back to ${path} by hand` }]
    : [];
  const isBooted = facts.booted === path;
  if (isDefault(path, facts)) {
    if (isBooted) return nothing;
    return { effects: restart, ending: "done" };
  }
  const from = leftBehind(path, facts);
  const trial = from === undefined ? state.trial : leaving(state, from, facts);
  return {
    effects: [
      ...(trial === undefined ? [] : [{ kind: "write-trial", trial } as const]),
      ...install(path),
      // Refused only once it is left: until then a failed rollback keeps all as it was.
      ...(trial === undefined || from === undefined ? [] : rejecting(state, trial, facts)),
      say("info", `the next boot starts golden ${path}`),
      ...restart,
    ],
    ending: "done",
  };
}

/** What a rollback to golden leaves: what would boot next, or only the profile's newest. */
export function leftBehind(golden: string, { loader, profile }: Facts): string | undefined {
  if (loader.kind === "known" && loader.path !== golden) return loader.path;
  return profile === golden ? undefined : profile;
}

function leaving({ trial }: State, target: string, facts: Facts): Trial {
  if (trial?.target === target) return { ...trial, phase: "rollback", open: null, aborted: false };
  return {
    schema: 1,
    target,
    markedAt: facts.now,
    markedIn: facts.bootId,
    phase: "rollback",
    failures: 0,
    neutral: 0,
    open: null,
    aborted: false,
    rollbackTries: 0,
    rolledBackIn: null,
    history: [],
  };
}
