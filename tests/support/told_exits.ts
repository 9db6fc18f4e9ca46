/** Whether our programs end as they say they do; asked of every run on a throwaway host. */
import assert from "node:assert/strict";
import { commands } from "../../src/build/commands.ts";
import type { Ended } from "./processes.ts";

/** What a program's `--help`, manual page and reference say of how it ends. */
const exits = new Map(commands.map(({ name, exits }) => [name, exits.map(([code]) => code)]));

/**
 * Fails when a program ended with a code that its record does not tell of, a bug's among them. What a
 * signal ended is told of once for all programs.
 */
export function asTold(name: string, ended: Ended): Ended {
  const { status, stdout, stderr } = ended;
  const told: readonly number[] = exits.get(name) ?? assert.fail(`no program is called ${name}`);
  assert(
    told.includes(status) || status > 128,
    `${name} ended with ${status}, and its record does not say so:\n${stdout}${stderr}`,
  );
  return ended;
}
