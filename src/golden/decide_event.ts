import { decideCheck, decideClose, decideValidate } from "./decide_boot.ts";
import { decideMark } from "./decide_mark.ts";
import type { Decision, Event, Facts, Limits, State } from "./decide_trial.ts";

/**
 * The whole state machine: what an event leads to. The next state is what the effects write, since
 * their order, and that each is durable before the next begins, is part of the decision.
 */
export function decide(state: State, event: Event, facts: Facts, limits: Limits): Decision {
  switch (event.kind) {
    case "mark":
      return decideMark(state, event, facts, limits);
    case "check":
      return decideCheck(state, facts, limits);
    case "close":
      return decideClose(state, facts);
    case "validate":
      return decideValidate(state, event, facts, limits);
  }
}
