/** From where, by whom and beside whom it is started; what a dry run leaves. */
import assert from "node:assert/strict";
import { nobody, programsForAll } from "../support/programs_for_all.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { noDotfiles, push, rebuildArgs, rebuilds, rebuilt, reports } from "./scene.ts";

Deno.test("in the repository, in a directory of it, or anywhere with --repo", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.write({ "hosts/b.nix": "x\n" });
  const config = JSON.parse(await b.host.read("config.json"));
  delete config.repo;
  await b.host.write("config.json", JSON.stringify(config));
  for (const cwd of [b.repo, `${b.repo}/hosts`]) {
    const ended = await rebuilds(b, [], { cwd });
    assert.equal(ended.status, 0, ended.stderr);
  }
  const lost = await rebuilds(b, [], { cwd: b.host.home });
  assert.equal(lost.status, 2);
  assert.match(lost.stderr, /is not the work tree of a git repository\nhint: give it with --repo/);
  const ended = await rebuilds(b, ["--repo", b.repo], { cwd: "/" });
  assert.equal(ended.status, 0, ended.stderr);
  const gone = await rebuilds(b, ["--repo", "/nonexistent"]);
  assert.equal(gone.status, 2);
  assert.match(gone.stderr, /repository \/nonexistent is no directory\nhint: give one with --repo/);
});

Deno.test("root rebuilds somebody else's repository, and leaves nothing of root's in it", async () => {
  await using world = await rebuilt();
  const { a, b, sandbox } = world;
  const PATH = `${b.host.path("bin")}:${await programsForAll(sandbox)}:${b.environment["PATH"]}`;
  await push(a, { "flake.nix": "second\n" });
  for (const path of [sandbox.root, b.host.home, b.host.path("bin"), b.host.path("systems")]) {
    await Deno.chmod(path, 0o755);
  }
  const build = 'ln -s "$(cat "$2/systems/$(head -n 1 "$3/flake.nix")")" "$1"';
  await b.configure({
    ...noDotfiles,
    buildCommand: ["sh", "-euc", build, "sh", "{outLink}", b.host.home, "{repo}"],
  });
  await b.write({ "mine.nix": "x\n" });
  await b.host.run(["chown", "--recursive", `${nobody}`, b.repo, b.host.remote]);
  const ended = await rebuilds(b, [], { env: { PATH, SUDO_UID: `${nobody}` }, umask: 0o077 });
  assert.equal(ended.status, 0, ended.stderr);
  assert.equal(await b.running(), "second");
  const found = await b.host.run(["find", b.repo, b.host.remote, "!", "-user", `${nobody}`]);
  assert.equal(found.stdout, "");
});

Deno.test("a person who may not activate becomes root by sudo, with the same arguments", async () => {
  await using world = await rebuilt();
  const { b, sandbox } = world;
  for (const path of [b.host.home, sandbox.root, b.host.path("bin")]) {
    await Deno.chmod(path, 0o755);
  }
  await Deno.chmod(b.host.path("config.json"), 0o644);
  await b.host.write("bin/sudo", '#!/bin/sh\nprintf "%s\\n" "$@"\nexit 5\n', 0o755);
  const ended = await byNobody(b, ["--update", "--no-push"]);
  const argv = ended.stdout.trim().split("\n");
  assert.equal(ended.status, 5, ended.stderr);
  assert.deepEqual(argv.slice(0, 2), ["--preserve-env=SSH_AUTH_SOCK,NO_COLOR", "--"]);
  assert.deepEqual(argv.slice(-4), [
    "--config",
    b.host.path("config.json"),
    "--update",
    "--no-push",
  ]);
  assert.equal(ended.status, 5, "the status of whoever did the work");
  await b.host.remove("bin/sudo");
  const alone = await byNobody(b, []);
  assert.equal(alone.status, 2, alone.stderr);
  assert.match(
    alone.stderr,
    /only root can make a system live, and sudo is not there.*\nhint: run/,
  );
});

async function byNobody(
  b: UpgradeHost,
  args: readonly string[],
): ReturnType<typeof b.host.run> {
  const program = new URL("../../bin/rebuild-smart.ts", import.meta.url).pathname;
  const setpriv = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const deno = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", program];
  const PATH = `${b.host.path("bin")}:/bin`; // without a sudo of this machine
  return await b.host.run([...setpriv, ...deno, ...rebuildArgs(b, args)], {
    env: { ...b.environment, PATH },
  });
}

Deno.test("two at once: the second one is told who is at work, and --wait waits", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  const first = b.host.start("rebuild-smart", rebuildArgs(b, []), { env: { ...b.environment } });
  while ((await b.told("hanging")).length === 0) await soon();
  const second = await rebuilds(b);
  assert.equal(second.status, 75);
  assert.match(
    second.stderr,
    /busy: rebuild-smart \(pid \d+\) is at work since .*\nhint: .*--wait/,
  );
  const upgrade = await b.upgrades();
  assert.equal(upgrade.status, 75);
  assert.match(upgrade.stderr, /busy: rebuild-smart/);
  const third = rebuilds(b, ["--wait", "60"]);
  await b.host.remove("switch/hang-second");
  const [pid] = await b.told("hanging");
  Deno.kill(Number(pid), "SIGTERM");
  assert.equal((await first.ended).status, 5);
  assert.equal((await third).status, 0);
  assert.equal(await b.running(), "second", "a person's command tries again what failed");
});

Deno.test("while auto-upgrade runs it is told so", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  const upgrade = b.starts();
  while ((await b.told("hanging")).length === 0) await soon();
  const ended = await rebuilds(b);
  assert.equal(ended.status, 75);
  assert.match(ended.stderr, /busy: auto-upgrade \(pid \d+\) is at work/);
  Deno.kill(Number((await b.told("hanging"))[0]), "SIGTERM");
  await upgrade.ended;
});

Deno.test("a dry run writes nothing at all, and says what would be done", async () => {
  await using world = await rebuilt({});
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.write({ "mine.nix": "x\n" });
  const before = await everything(b);
  const ended = await rebuilds(b, ["--dry-run", "--update"]);
  assert.equal(ended.status, 0, ended.stderr);
  assert.equal(await everything(b), before);
  for (const [what] of ended.stderr.matchAll(/would .*/g)) assert.ok(what.length > 10);
  assert.match(ended.stderr, /would take over origin\/main/);
  assert.match(ended.stderr, /would update all inputs of the flake/);
  assert.match(ended.stderr, /not committed yet, and part of the build: mine\.nix/);
  assert.match(ended.stderr, /would build b/);
});

/** Every file of the host but what programs cache, with its content and times. */
async function everything(b: UpgradeHost): Promise<string> {
  const find = "find . -not -path './.cache*' -not -path './tmp*' -printf '%p %m %T@ %s %l\\n'";
  const { stdout } = await b.host.run(["sh", "-c", `${find} | sort`]);
  return stdout;
}

Deno.test("wrong options are told with what to do, and nothing moves", async () => {
  await using world = await rebuilt();
  const { b } = world;
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [["--interactive"], /--interactive needs a terminal to ask on/],
    [["3"], /unexpected argument "3"\nhint: a number goes with --rollback/],
    [["--rollback", "x"], /"x" should be a number, as --history shows them/],
    [["--rollback", "9"], /there is no number 9 in the history\nhint: rebuild-smart --history/],
    [["--rollback", "--dry-run"], /--rollback and --dry-run exclude each other/],
    [["--ofline"], /unknown option "--ofline"\nhint: did you mean --offline\?/],
  ];
  for (const [args, said] of refused) {
    const ended = await rebuilds(b, args);
    assert.equal(ended.status, 2, `${args}: ${ended.stderr}`);
    assert.match(ended.stderr, said);
  }
  await b.host.write("config.json", '{ "hooks": { "before": [] } }');
  const ended = await rebuilds(b);
  assert.equal(ended.status, 2);
  assert.match(ended.stderr, /key "hooks": \{"before":\[\]\} should be \{"pre": \[\.\.\.\]/);
});

Deno.test("with --json nothing but the report is on standard output", async () => {
  await using world = await rebuilt();
  const report = await reports(world.b, 0);
  assert.equal(report.schema, 1);
  assert.equal(report.exitCode, 0);
});

async function soon(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
