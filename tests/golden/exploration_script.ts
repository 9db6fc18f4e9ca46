import type { Decision, Effect } from "../../src/golden/decide_trial.ts";
import { codeOf, maskOf, none, Pinned, sketch, toplevelAt } from "./exploration_world.ts";

/** One effect that leaves a trace in the world; the words are for traces. */
export interface Step {
  readonly kind: Exclude<Effect["kind"], "say" | "notify">;
  /**
   * A toplevel, the code of a trial, a set of rejected ones, or what is golden and where it was
   * pinned.
   */
  readonly value: number;
  readonly words: {
    readonly before: string;
    readonly after: string;
  };
}

/** What a decision comes to in the world. */
export interface Script {
  readonly steps: readonly Step[];
  readonly otherwise: readonly Step[];
  readonly refused: boolean;
}

/** What a decision changes, and how it ends. */
export function scriptOf(decision: Decision, bootId: string): Script {
  const { effects, otherwise, ending } = decision;
  return {
    steps: effects.flatMap((each) => stepOf(each, bootId)),
    otherwise: (otherwise ?? []).flatMap((each) => stepOf(each, bootId)),
    refused: ending === "refused",
  };
}

function stepOf(effect: Effect, bootId: string): Step[] {
  const { kind } = effect;
  if (kind === "say" || kind === "notify") return [];
  const words = {
    before: `crash before ${kind}, or it fails`,
    after: `crash after ${kind}`,
  };
  return [{ kind, value: valueOf(effect, bootId), words }];
}

function valueOf(effect: Effect, bootId: string): number {
  switch (effect.kind) {
    case "write-trial":
      return codeOf(sketch(effect.trial, bootId));
    case "write-rejected":
      return maskOf(effect.rejected);
    case "write-golden":
      return toplevelAt(effect.golden.path) +
        none * (effect.golden.bootId === bootId ? Pinned.here : Pinned.else);
    case "protect":
    case "set-profile":
    case "install-loader":
    case "verify-default":
      return toplevelAt(effect.path);
    default:
      return 0;
  }
}
