/** Dotfiles beside a rebuild: the real chezmoi-sync, chezmoi and jj. */
import assert from "node:assert/strict";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import type { Host } from "../support/sandbox.ts";
import { succeeded } from "../support/processes.ts";
import { push, rebuilds, rebuilt, reports } from "./scene.ts";

Deno.test("edits are captured before anything else moves, and exchanged once the system is well", async () => {
  await using world = await rebuilt({});
  const { a, b } = world;
  const other = await withDotfiles(b, a.host);
  await b.host.write(".bashrc", "edited on b\n");
  await other.write(".vimrc", "edited on the other\n");
  assert.equal((await other.sync()).status, 0);
  await push(a, { "flake.nix": "second\n" });
  const report = await reports(b, 0);
  const [{ who, kind, sync }] = report.changes.dotfiles;
  assert.deepEqual([who, kind], [null, "synced"]);
  assert.deepEqual(sync.captured, [".bashrc"]);
  assert.deepEqual(sync.received, ["dot_vimrc"]);
  assert.equal(await b.host.read(".vimrc"), "edited on the other\n");
  assert.equal((await other.sync()).status, 0);
  assert.equal(await other.read(".bashrc"), "edited on b\n");
});

Deno.test("a rebuild that fails leaves the home as it was, with its edits in a commit", async () => {
  await using world = await rebuilt({});
  const { a, b } = world;
  const other = await withDotfiles(b, a.host);
  await b.host.write(".bashrc", "edited on b\n");
  await other.write(".vimrc", "edited on the other\n");
  assert.equal((await other.sync()).status, 0);
  await push(a, { "flake.nix": "broken\n" });
  const report = await reports(b, 5);
  assert.deepEqual(report.changes.dotfiles[0].sync.captured, [".bashrc"]);
  assert.equal(await b.host.read(".vimrc"), "first\n");
  const shown = await b.host.jj("file", "show", "-r", "@-", "dot_bashrc");
  assert.equal(shown, "edited on b\n");
  assert.equal((await other.sync()).status, 0);
  assert.equal(await other.read(".bashrc"), "first\n", "nothing was sent yet");
});

Deno.test("what the activation overwrites was captured before", async () => {
  await using world = await rebuilt({});
  const { a, b } = world;
  await withDotfiles(b, a.host);
  await b.host.write(".bashrc", "edited on b\n");
  // As an activation does that puts files of its own into homes.
  const activate = `echo of the system > "$HOME/.bashrc"; ln -sfn "$1" "$RUN/current-system"
    nix-env -p "$PROFILE" --set "$1"`;
  await b.configure({ activate: ["sh", "-euc", activate, "sh", "{toplevel}"] });
  await push(a, { "flake.nix": "second\n" });
  const ended = await rebuilds(b, [], { env: { PROFILE: b.store.profile } });
  assert.equal(ended.status, 0, ended.stderr);
  assert.equal(await b.host.read(".bashrc"), "of the system\n");
  const log = await b.host.jj("log", "--no-graph", "-r", "::@", "-p", "--git");
  assert.match(log, /^\+edited on b$/m);
});

Deno.test("dotfiles that collide stop nothing, and are shown", async () => {
  await using world = await rebuilt({});
  const { a, b } = world;
  const other = await withDotfiles(b, a.host);
  await other.write(".bashrc", "edited on the other\n");
  assert.equal((await other.sync()).status, 0);
  await b.host.write(".bashrc", "edited on b\n");
  await push(a, { "flake.nix": "second\n" });
  const ended = await rebuilds(b);
  assert.equal(ended.status, 3, ended.stderr);
  assert.match(ended.stderr, /dotfiles collide, this host keeps its own: dot_bashrc; chezmoi-reso/);
  assert.match(ended.stdout, /dotfiles +1 captured, 1 collide/);
  assert.equal(await b.running(), "second");
  assert.equal(await b.host.read(".bashrc"), "edited on b\n");
});

Deno.test("the dotfiles are captured while the remote is fetched, and before files move", async () => {
  await using world = await rebuilt({ dotfilesCommand: ["dotfiles"] });
  const { a, b } = world;
  // Each waits for the other, so that both are under way at once; the move comes after.
  const wait = (name: string): string =>
    `n=0; while [ ! -e "$SWITCH/${name}" ]; do sleep 0.05; n=$((n + 1)); [ $n -lt 200 ] || exit 1; done`;
  await b.host.write(
    "bin/dotfiles",
    `#!/bin/sh
case " $* " in *" --offline "*) ;; *) exit 0 ;; esac
: > "$SWITCH/captures"; ${wait("fetches")}; sleep 0.5; : > "$SWITCH/captured"
`,
    0o755,
  );
  await b.host.write(
    "front/git",
    `#!/bin/sh
PATH=\${PATH#*/front:}
case " $* " in
*" fetch "*) : > "$SWITCH/fetches"; ${wait("captures")} ;;
*" read-tree -m -u "*) [ -e "$SWITCH/captured" ] || : > "$SWITCH/too-early" ;;
esac
exec git "$@"
`,
    0o755,
  );
  await push(a, { "flake.nix": "second\n" });
  const PATH = `${b.host.path("front")}:${b.environment["PATH"]}`;
  const ended = await rebuilds(b, [], { env: { PATH } });
  assert.equal(await b.running(), "second", ended.stderr);
  const made = [...Deno.readDirSync(b.host.path("switch"))].map(({ name }) => name);
  assert.ok(made.includes("captured") && made.includes("fetches"), made.join());
  assert.ok(!made.includes("too-early"));
});

Deno.test("root syncs the dotfiles of whoever called sudo, and of those that are named", async () => {
  await using world = await rebuilt({ dotfilesCommand: ["dotfiles"] });
  const { b } = world;
  await Deno.mkdir(b.host.path("open"), { mode: 0o777 });
  await Deno.chmod(b.host.path("open"), 0o777);
  for (const path of [b.host.home, b.host.home.replace(/\/b$/, ""), b.host.path("bin")]) {
    await Deno.chmod(path, 0o755);
  }
  const tells = `#!/bin/sh\necho "$(id -u) $HOME $USER $(pwd)" >> "${b.host.path("open/told")}"\n`;
  await b.host.write("bin/dotfiles", tells, 0o755);
  const told = async (): Promise<string> => {
    const text = await b.host.read("open/told");
    await b.host.remove("open/told");
    return text.split("\n")[0] ?? "";
  };
  await rebuilds(b, [], { env: { SUDO_UID: "65534" } });
  assert.equal(await told(), "65534 /nonexistent nobody /");
  await b.configure({ dotfilesCommand: ["dotfiles"], dotfilesUsers: ["daemon"] });
  await rebuilds(b, [], { env: { SUDO_UID: "65534" } });
  assert.equal(await told(), "1 /usr/sbin daemon /");
});

/** Gives the host the real chezmoi-sync and dotfiles in sync with those of another host. */
async function withDotfiles(b: UpgradeHost, other: Host): Promise<Host> {
  const remote = `${other.home}/dotfiles.git`;
  const program = new URL("../../bin/chezmoi-sync.ts", import.meta.url).pathname;
  const run = `exec '${Deno.execPath()}' run -A --no-check --cached-only '${program}' "$@"`;
  await b.host.write("bin/chezmoi-sync", `#!/bin/sh\n${run}\n`, 0o755);
  const made = ["git", "init", "-q", "--bare", remote];
  succeeded(made, await other.run(made));
  for (const host of [other, b.host]) {
    const argv = ["chezmoi", "--no-tty", "init"];
    succeeded(argv, await host.run(argv));
    await host.git("remote", "add", "origin", remote);
    if (host === other) {
      for (const name of [".bashrc", ".vimrc"]) await host.write(name, "first\n");
      await host.chezmoi("add", host.path(".bashrc"), host.path(".vimrc"));
    }
    assert.equal((await host.sync()).status, 0);
  }
  assert.equal(await b.host.read(".bashrc"), "first\n");
  return other;
}
