import { rejecting } from "./decide_rollback.ts";
import {
  type Decision,
  type Effect,
  type Facts,
  isLost,
  isOver,
  type Limits,
  nothing,
  say,
  type State,
} from "./decide_trial.ts";
import { rejectionOf, withoutRejected } from "./rejected_state.ts";
import type { Trial } from "./trial_state.ts";

const lasting: readonly string[] = ["switch", "boot"];

/** Whether an action of switch-to-configuration decides what is booted next. */
export function isLasting(action: string): boolean {
  return lasting.includes(action);
}

/** A toplevel is about to become the default: it goes on trial, or is refused. */
export function decideMark(
  state: State,
  { toplevel, action, force }: {
    readonly toplevel: string;
    readonly action: string;
    readonly force: boolean;
  },
  facts: Facts,
  limits: Limits,
): Decision {
  if (!isLasting(action)) return nothing;
  const { trial, golden } = state;
  // What failed is refused from now on, whatever takes its place.
  const former = trial !== undefined && trial.target !== toplevel && isLost(trial, limits) &&
      !isOver(state)
    ? rejecting(state, trial, facts)
    : [];
  if (toplevel === golden?.path) {
    return trial === undefined ? nothing : {
      effects: [
        ...former,
        { kind: "remove-trial" },
        say("info", `${toplevel} is golden: no trial`),
      ],
      ending: "done",
    };
  }
  const rejection = rejectionOf(state.rejected, toplevel);
  const isLosing = trial?.target === toplevel && isLost(trial, limits);
  if (!force && (rejection !== undefined || isLosing)) {
    const why = rejection === undefined
      ? trial?.phase === "exhausted"
        ? "it failed and could not be replaced"
        : "its rollback is under way"
      : `it was rejected on ${rejection.time}: ${rejection.reason}`;
    return { effects: [say("error", `refused: ${toplevel}: ${why}`)], ending: "refused" };
  }
  if (trial?.target === toplevel && !force) return nothing;
  const fresh: Trial = {
    schema: 1,
    target: toplevel,
    markedAt: facts.now,
    markedIn: facts.bootId,
    phase: "pending",
    failures: 0,
    neutral: 0,
    open: null,
    aborted: false,
    rollbackTries: 0,
    rolledBackIn: null,
    history: [],
  };
  const rejected = former.find((effect) => effect.kind === "write-rejected")?.rejected ??
    state.rejected;
  const pardon: Effect[] = rejection === undefined
    ? []
    : [{ kind: "write-rejected", rejected: withoutRejected(rejected, toplevel) }];
  return {
    effects: [
      ...former,
      // Before the trial, so that what passes it is never golden and rejected at once.
      ...pardon,
      { kind: "write-trial", trial: fresh },
      say("info", `on trial from the next boot on: ${toplevel}`),
    ],
    ending: "done",
  };
}
