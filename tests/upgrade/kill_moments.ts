/** Where an upgrade is killed, and what has to be so after the next one. */
import assert from "node:assert/strict";
import { exits } from "../config/scene.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { push, settled } from "./scene.ts";

/** Where the run is killed: a program of its own that it starts, by words of its command line. */
export const moments: Readonly<
  Record<string, readonly [program: string, words: string, onceThereIs?: string]>
> = {
  "while it fetches": ["git", " fetch "],
  "before the files move": ["git", " read-tree -m -u "],
  "between files and HEAD": ["git", "update-ref .* HEAD "],
  "after HEAD, before the index": ["git", " reset --quiet --mixed"],
  "in the build": ["nh", "os build"],
  "in the mark": ["mark", "switch"],
  "before the profile is set": ["nix-env", "--set"],
  "just before the activation": ["systemctl", "show"],
  "while the units are watched": ["systemctl", "show", "calls"],
  "while it is recorded": ["git", "rev-parse --verify --quiet HEAD", "calls"],
};

/** The side of the program on which a run is killed. */
export type Side = "before" | "after";

/** Kills a run at a moment; the next one has to bring it to an end. */
export async function killAt(when: string, side: Side): Promise<void> {
  const [program, words, onceThereIs = ""] = moments[when] ?? assert.fail(when);
  await using world = await settled({ markCommand: ["mark"], healthWindowSeconds: 0.5 });
  const { a, b } = world;
  await b.host.write("bin/mark", "#!/bin/sh\n", 0o755);
  await b.write({ "untracked.nix": "mine\n" });
  const before = await b.head();
  const pushed = await push(a, { "flake.nix": "second\n" });
  await killedAt(b, program, words, side, onceThereIs);
  await recovered(b, { before, pushed, isEdited: true });
}

/** Runs an upgrade that is killed around a program that it starts. */
async function killedAt(
  b: UpgradeHost,
  program: string,
  words: string,
  side: Side,
  onceThereIs: string,
): Promise<void> {
  const { PATH = "" } = b.environment;
  const kill = 'kill -KILL "$PPID"; sleep 0.2';
  const script = `#!/bin/sh
PATH=\${PATH#*/front:}
if [ ! -e "$SWITCH/killed" ] && [ -e "$SWITCH/${onceThereIs}" ] && echo " $* " | grep -qE -- '${words}'; then
  : > "$SWITCH/killed"
  ${side === "before" ? `${kill}; exit 1` : `${program} "$@"; ${kill}; exit 1`}
fi
exec ${program} "$@"
`;
  await b.host.write(`front/${program}`, script, 0o755);
  const ended = await b.upgrades([], { env: { PATH: `${b.host.path("front")}:${PATH}` } });
  assert.equal(ended.status, 137, ended.stdout + ended.stderr);
}

/** The next run ends well, and its state is whole. */
export async function recovered(
  b: UpgradeHost,
  { before, pushed, isEdited }: {
    readonly before: string;
    readonly pushed: string;
    readonly isEdited: boolean;
  },
): Promise<void> {
  // With the remote away it can only end what was begun.
  await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
  const interrupted = await Deno.stat(`${b.stateDir}/run.json`).catch(() => undefined);
  const ended = await b.upgrades(["--no-switch"]);
  assert.ok([0, 5].includes(ended.status), ended.stdout + ended.stderr);
  if (interrupted) assert.match(ended.stderr, /was cut short in its step/);
  const pair = [await b.head(), await b.running(), await b.default()];
  const whole = [[before, "first", "first"], [pushed, "second", "second"]];
  assert.ok(whole.some((each) => each.join() === pair.join()), `${pair}:\n${ended.stderr}`);
  assert.equal(await b.read("flake.nix"), pair[0] === before ? "first\n" : "second\n");
  assert.equal(await Deno.stat(`${b.stateDir}/run.json`).catch(() => undefined), undefined);
  // And the one after that brings the host to where it should be.
  await b.git("remote", "set-url", "origin", b.host.remote);
  exits(0, await b.upgrades());
  assert.deepEqual([await b.head(), await b.running(), await b.default()], [
    pushed,
    "second",
    "second",
  ]);
  if (isEdited) assert.equal(await b.read("untracked.nix"), "mine\n");
}
