/** A host with a configuration repository and dotfiles, which a person rebuilds. */
import assert from "node:assert/strict";
import { type Settled, settledBy } from "../upgrade/scene.ts";
import type { Ended, RunOptions } from "../support/processes.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";

export { push } from "../upgrade/scene.ts";

/** The arguments of every call: where this host's configuration is. */
export function rebuildArgs(b: UpgradeHost, args: readonly string[]): readonly string[] {
  return ["--config", b.host.path("config.json"), ...args];
}

/** Runs `rebuild-smart` on a host. */
export async function rebuilds(
  b: UpgradeHost,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Ended> {
  return await b.host.program("rebuild-smart", rebuildArgs(b, args), {
    ...options,
    env: { ...b.environment, ...options.env },
  });
}

/** The report of a run with `--json`, which has to end so. */
// deno-lint-ignore no-explicit-any
export async function reports(b: UpgradeHost, status: number, ...args: string[]): Promise<any> {
  const ended = await rebuilds(b, ["--json", ...args]);
  assert.equal(ended.status, status, ended.stdout + ended.stderr);
  return JSON.parse(ended.stdout);
}

/** What stands for `chezmoi-sync`, where dotfiles are not what a test is about. */
export const noDotfiles = { syncDotfiles: false };

/** A host that runs `first`, rebuilt once so that this is known, and somebody who pushes. */
export async function rebuilt(config: Record<string, unknown> = noDotfiles): Promise<Settled> {
  return await settledBy("rebuild-smart", config);
}

/** The name of each phase with its outcome, as `Preparation done`. */
export function outcomes(
  report: { readonly phases: readonly { readonly name: string; readonly outcome: string }[] },
): readonly string[] {
  return report.phases.map(({ name, outcome }) => `${name}: ${outcome}`);
}

/** Returns once a file of the host is there. */
export async function there(b: UpgradeHost, name: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await Deno.stat(b.host.path(name)).catch(() => undefined)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${name} never came`);
}

/**
 * A PATH on which something is done once, the first time that a program is called with some words:
 * before the program itself, whose command line `"$@"` is. `mark` is left in `switch` by then.
 */
export async function inFront(
  b: UpgradeHost,
  program: string,
  { words, mark, how, onceIf = "true" }: {
    readonly words: string;
    readonly mark: string;
    /** Lines of a shell. */
    readonly how: string;
    /** A shell's condition that has to hold as well. */
    readonly onceIf?: string;
  },
): Promise<string> {
  const script = `#!/bin/sh
PATH=\${PATH#*/front:}
if [ ! -e "$SWITCH/${mark}" ] && ${onceIf} && echo " $* " | grep -qE -- '${words}'; then
  : > "$SWITCH/${mark}"
  ${how}
fi
exec ${program} "$@"
`;
  await b.host.write(`front/${program}`, script, 0o755);
  return `${b.host.path("front")}:${b.environment["PATH"]}`;
}
