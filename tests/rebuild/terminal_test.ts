/** What a person sees of the real program, on terminals of all kinds, and what they are asked. */
import assert from "node:assert/strict";
import { Terminal } from "../terminal/fixtures/terminal.ts";
import { onPty, type Setup } from "../support/pty.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { push, rebuildArgs, rebuilt } from "./scene.ts";

interface Seen {
  readonly status: number;
  readonly terminal: Terminal;
  readonly bytes: string;
}

/** Runs `rebuild-smart` on a terminal of its own. */
async function sees(
  b: UpgradeHost,
  args: readonly string[] = [],
  { columns = 80, rows = 30, env = {}, ...setup }: Partial<Setup> = {},
): Promise<Seen> {
  const source = new URL("../../bin/rebuild-smart.ts", import.meta.url).pathname;
  const argv = [Deno.execPath(), "run", "--quiet", "-A", "--no-check", "--cached-only", source];
  const line = [...argv, ...rebuildArgs(b, args)].map((each) => `'${each}'`).join(" ");
  const { status, bytes } = await onPty(line, {
    ...setup,
    columns,
    rows,
    cwd: b.host.home,
    env: { TERM: "xterm-256color", ...b.environment, ...env },
  });
  return { status, bytes, terminal: new Terminal(columns || 80, rows || 30).write(bytes) };
}

/** What has to be on every terminal, whole or cut into lines. */
const said = ["Commit&Push", "upgradedto", "pulled1commit", "secretsthissystemhasnosops"];

const terminals: Readonly<Record<string, readonly [Partial<Setup>, live: boolean]>> = {
  "80 columns": [{}, true],
  "40 columns": [{ columns: 40 }, true],
  "0 columns, as a serial console has": [{ columns: 0, rows: 0 }, false],
  "no colours": [{ env: { NO_COLOR: "1" } }, true],
  "a dumb terminal": [{ env: { TERM: "dumb" } }, false],
  "a VT100 without UTF-8": [{ env: { TERM: "vt100", LC_ALL: "C" } }, true],
};

for (const [what, [setup, isLive]] of Object.entries(terminals)) {
  Deno.test(`on ${what} nothing is lost, and nothing is garbled`, async () => {
    await using world = await rebuilt({});
    const { a, b } = world;
    await push(a, { "flake.nix": "second\n" });
    const { status, terminal, bytes } = await sees(b, [], setup);
    assert.equal(status, 0, bytes);
    assert.deepEqual(terminal.unknown, []);
    assert.ok(terminal.isCursorShown && terminal.isWrapping);
    assert.equal(bytes.includes("\x1b["), isLive, bytes);
    // deno-lint-ignore no-control-regex
    assert.equal(/\x1b\[\d*m/.test(bytes), isLive && setup.env?.["NO_COLOR"] === undefined);
    const bare = terminal.text.replaceAll(/\s/g, "");
    for (const each of said) assert.ok(bare.includes(each), `${each}:\n${terminal.text}`);
    // One list: no phase is left over from an earlier drawing.
    const list = terminal.text.slice(terminal.text.lastIndexOf("rebuild-smart"));
    assert.equal(list.split("Post-Rebuild Checks").length, 2, terminal.text);
    if (setup.env?.["LC_ALL"] === "C") assert.match(list, /\[ok\] Preparation/);
  });
}

Deno.test("each phase is asked about, shows what it applies, and no is the default", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await b.write({ "mine.nix": "mine\n" });
  await push(a, { "flake.nix": "second\n" });
  const { status, terminal, bytes } = await sees(b, ["--interactive"], {
    type: [
      ["Preparation?", "y"],
      ["Upstream Sync?", "y"],
      ["Nix-Secrets Update?", "\r"],
      ["NixOS Rebuild?", "y"],
      ["live?", "y"],
      ["Post-Rebuild Checks?", "n"],
      ["Commit & Push?", "y"],
    ],
  });
  assert.equal(status, 0, bytes);
  const { text } = terminal;
  assert.match(
    text,
    /[0-9a-f]{7} Change\n.*flake\.nix \| 2 \+-/,
    "the commits and files of the pull",
  );
  assert.match(text, /mine\.nix/, "what is about to be committed");
  const flat = text.replaceAll(/\s+/g, " ");
  assert.match(flat, /skipped .*Nix-Secrets Update \(declined\).*Post-Rebuild Checks \(declined\)/);
  assert.equal(await b.running(), "second");
  assert.ok(terminal.isCursorShown);
});

Deno.test("a system that is declined does not go live, and git is back", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n" });
  const { status, bytes } = await sees(b, ["--interactive"], {
    type: [
      ["Preparation?", "y"],
      ["Upstream Sync?", "y"],
      ["Nix-Secrets Update?", "y"],
      ["NixOS Rebuild?", "y"],
      ["live?", "n"],
    ],
  });
  assert.equal(status, 1, bytes);
  assert.match(bytes, /it was declined: nothing went live/);
  assert.deepEqual([await b.head(), await b.running()], [before, "first"]);
  assert.equal(await Deno.stat(`${b.stateDir}/run.json`).catch(() => "none"), "none");
});

Deno.test("Ctrl-C at a question ends the run, and git is back", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n" });
  const { status, bytes, terminal } = await sees(b, ["--interactive"], {
    type: [["Preparation?", "y"], ["Upstream Sync?", "y"], ["Nix-Secrets Update?", "\x03"]],
  });
  assert.equal(status, 1, bytes);
  assert.match(bytes, /Nix-Secrets Update was declined; nothing went live/);
  assert.equal(await b.head(), before);
  assert.ok(terminal.isCursorShown);
});

Deno.test("Ctrl-C on the keyboard ends a build, and the terminal is as it was", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const build = "echo under way; exec sleep 600";
  await b.configure({ syncDotfiles: false, buildCommand: ["sh", "-c", build] });
  await push(a, { "flake.nix": "second\n" });
  const { status, bytes, terminal } = await sees(b, [], { type: [["under way", "\x03"]] });
  assert.equal(status, 130, bytes);
  assert.match(terminal.text, /stopped in its step "build"; nothing went live/);
  assert.ok(terminal.isCursorShown && terminal.isWrapping);
  assert.equal(await b.running(), "first");
});

Deno.test("what a build says is shown while it runs, and its end when it fails", async () => {
  await using world = await rebuilt();
  const { b } = world;
  const build = 'for i in $(seq 1 40); do echo "building part-$i"; done; sleep 0.5; exit 1';
  await b.configure({ syncDotfiles: false, buildCommand: ["sh", "-c", build] });
  await b.write({ "flake.nix": "second\n" });
  const { status, bytes, terminal } = await sees(b);
  assert.equal(status, 5, bytes);
  assert.match(terminal.text, /^ {2}building part-16\n(.*\n)*? {2}building part-40$/m);
  assert.doesNotMatch(terminal.text, /part-15\b/);
});
