import type { FlakeLock } from "./flake_lock_state.ts";

/** An input of the flake itself, as it is locked. */
export interface Input {
  readonly name: string;
  /** A commit id where it has one, else the hash of its content. */
  readonly revision: string;
  /** When that was made; `undefined` where the lock file does not say. */
  readonly date: Date | undefined;
}

/** An input that is locked to something else than before. */
export interface InputChange {
  readonly name: string;
  /** `undefined`: there was, or is, no such input. */
  readonly from: Input | undefined;
  readonly to: Input | undefined;
}

/** The inputs that the flake names itself, by name. */
export function inputsOf({ nodes, root }: FlakeLock): readonly Input[] {
  return Object.entries(nodes[root]?.inputs ?? {}).flatMap(([name, target]) => {
    // One that follows another input is no input of its own.
    const locked = typeof target === "string" ? nodes[target]?.locked : undefined;
    const revision = locked?.rev ?? locked?.narHash;
    if (locked === undefined || revision === undefined) return [];
    const { lastModified } = locked;
    const date = lastModified === undefined ? undefined : new Date(lastModified * 1000);
    return [{ name, revision, date }];
  }).sort((a, b) => a.name < b.name ? -1 : 1);
}

/** The inputs that are older than some days, oldest first. */
export function staleInputs(
  inputs: readonly Input[],
  days: number,
  now: Date,
): readonly (Input & { readonly days: number })[] {
  return inputs.flatMap((input) => {
    if (input.date === undefined) return [];
    const age = Math.floor((now.getTime() - input.date.getTime()) / 86_400_000);
    return age > days ? [{ ...input, days: age }] : [];
  }).sort((a, b) => b.days - a.days);
}

/** What differs between two looks at the lock file, by name. */
export function inputChanges(
  before: readonly Input[],
  after: readonly Input[],
): readonly InputChange[] {
  const names = [...new Set([...before, ...after].map(({ name }) => name))].sort();
  return names.map((name) => ({
    name,
    from: before.find((input) => input.name === name),
    to: after.find((input) => input.name === name),
  })).filter(({ from, to }) => from?.revision !== to?.revision);
}

/** A change in words: `nixpkgs: 1a2b3c4d (2026-11-01) → 5e6f7a8b (2026-11-20)`. */
export function inputInWords({ name, from, to }: InputChange): string {
  const side = (input: Input | undefined): string => {
    if (input === undefined) return "none";
    const revision = input.revision.replace(/^sha256-/, "").slice(0, 8);
    return input.date === undefined
      ? revision
      : `${revision} (${input.date.toISOString().slice(0, 10)})`;
  };
  return `${name}: ${side(from)} → ${side(to)}`;
}
