import { type Decisions, gaveUp, isTried, type Question } from "./exploration_decisions.ts";
import { Effects, isLeftOver, withoutTrial } from "./exploration_effects.ts";
import { happened, powerOff, type Scope, start } from "./exploration_events.ts";
import type { Script } from "./exploration_script.ts";
import { type Exploration, inWords } from "./exploration_search.ts";
import { NumberTable } from "./exploration_table.ts";
import { none, pack, sketchOf, unknown, unpack, type World } from "./exploration_world.ts";

/** What came of the futures of many worlds. */
export interface Futures {
  /** The most boots until nothing changes any more, over all that can fail. */
  readonly failing: number;
  /** The same where every boot is healthy. */
  readonly healthy: number;
  /** The first world that does not come to a good end, and how. */
  readonly trouble: string | undefined;
}

/**
 * Where every reachable world ends when no person does anything and all that is asked of the host
 * succeeds, but each boot of what is on trial fails, in each mix of ways: before the check where the
 * loader counts, after it without a trace, or judged as unhealthy; and where every boot is healthy.
 * A host that stays up is power cycled, so that it is seen whether the next boot is any better.
 */
export function futuresOf({ states, decisions }: Exploration, scope: Scope): Futures {
  const failing = new Future(scope, false, decisions);
  const healthy = new Future(scope, true, decisions);
  let trouble: string | undefined;
  const most = { failing: 0, healthy: 0 };
  const seen = new NumberTable();
  for (let at = 0; at < states.size; at++) {
    // The future does not depend on what is not part of the host.
    const w = { ...unpack(states.at(at)), ...unknown };
    if (w.trial === 0 || !seen.add(pack(w))) continue;
    for (const off of failing.offs(w)) most.failing = Math.max(most.failing, failing.boots(off));
    for (const off of healthy.offs(w)) most.healthy = Math.max(most.healthy, healthy.boots(off));
    trouble ??= failing.trouble ?? healthy.trouble;
    if (trouble !== undefined) break;
  }
  return { ...most, trouble };
}

/** The boots to come, each from "off" to "off". */
class Future {
  trouble: string | undefined;
  /** The most boots until a world repeats itself; -1 while it is being found out. */
  readonly #boots = new Map<number, number>();
  readonly #effects: Effects;

  constructor(
    readonly scope: Scope,
    readonly isHealthy: boolean,
    readonly decisions: Decisions,
  ) {
    this.#effects = new Effects(scope);
  }

  /** How a boot under way can end. */
  offs(w: World): readonly World[] {
    return w.booted === none ? [w] : [this.#off(w), ...this.#judged(w)];
  }

  boots(w: World): number {
    const key = pack(w);
    const known = this.#boots.get(key);
    if (known === -1) {
      this.trouble ??= `boots for ever: ${inWords(w)}`;
      return 0;
    }
    if (known !== undefined) return known;
    this.#boots.set(key, -1);
    const next = this.#nextOf(w).filter((each) => pack(each) !== key);
    if (next.length === 0 && !this.#isEnd(w)) this.trouble ??= `stays like this: ${inWords(w)}`;
    const boots = next.reduce((most, each) => Math.max(most, 1 + this.boots(each)), 0);
    this.#boots.set(key, boots);
    return boots;
  }

  #nextOf(w: World): World[] {
    const next: World[] = [];
    start(w, this.scope, (booted) => {
      const fails = !this.isHealthy && isTried(booted);
      if (fails && this.scope.tries > 0) next.push(this.#off(booted));
      const checked = this.#run({ kind: "check" }, booted);
      if (fails) next.push(this.#off(checked.w));
      if (checked.rebooted) next.push(this.#closed(checked.w));
      else next.push(...this.#judged(checked.w));
    });
    return next;
  }

  /** The rest of a boot, with the validation. */
  #judged(w: World): World[] {
    const fails = !this.isHealthy && isTried(w);
    const seen = fails ? "unhealthy" : "healthy";
    const { w: after } = this.#run({ kind: this.decisions.examines(w) ? seen : "unexamined" }, w);
    const isPinned = after.golden === w.booted && after.trial === 0;
    const isOpen = w.trial !== 0 && sketchOf(w.trial).open === "here";
    if (isOpen && isTried(w) && !fails && w.switched === 0 && !isPinned) {
      if (this.scope.limits.autoPin && sketchOf(w.trial).judgedHere === "no" && isPending(w)) {
        this.trouble ??= `healthy, and not pinned: ${inWords(w)}`;
      }
    }
    return [this.#closed(after)];
  }

  #closed(w: World): World {
    return this.#off(this.#run({ kind: "close" }, w).w);
  }

  #off(w: World): World {
    return { ...powerOff(w, this.scope), ...unknown };
  }

  #run(question: Question, before: World): { readonly w: World; readonly rebooted: boolean } {
    const w = happened(question, before, this.#effects);
    const script = this.decisions.of(question, w)[0] as Script;
    const done = this.#effects.succeed(script, w, { kind: question.kind, before });
    this.#effects.violated.clear();
    return done.w.trial === 0 ? { ...done, w: withoutTrial(done.w) } : done;
  }

  /** Golden or what passed runs, or nothing can be done, or what is on trial is not the default. */
  #isEnd(w: World): boolean {
    if (w.trial === 0) return true;
    const trial = sketchOf(w.trial);
    if (trial.phase === "exhausted") return true;
    if (isLeftOver(w)) return false;
    let isElsewhere = true;
    start(w, this.scope, (booted) => isElsewhere &&= !isTried(booted));
    // Of a trial that is lost only what cannot be replaced may be left.
    return isElsewhere && (w.golden === none || isPending(w) && !gaveUp(w));
  }
}

function isPending(w: World): boolean {
  return sketchOf(w.trial).phase === "pending";
}
