/** What else happens in the life of a host. */
import assert from "node:assert/strict";
import { exits, lines } from "../config/scene.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";
import { push, settled } from "./scene.ts";

Deno.test("offline a host goes on with what it has", async () => {
  await using world = await settled();
  const { b } = world;
  await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
  await b.write({ "flake.nix": "second\n" });
  assert.match(
    exits(0, await b.upgrades()),
    /origin cannot be reached, going on with what is here/,
  );
  assert.equal(await b.running(), "second");
  const args = ["--config", b.host.path("config.json")];
  const shown = await b.host.program("upgrade-status", args, { env: b.environment });
  assert.match(exits(0, shown), /^warning {6}origin cannot be reached/m);
});

Deno.test("a remote that says no is no remote that is away", async () => {
  await using world = await settled();
  const { b } = world;
  await b.git("remote", "set-url", "origin", b.host.path("no-repository"));
  assert.match(
    exits(1, await b.upgrades()),
    /cannot fetch main from origin: .*does not appear.*\nhint: .*git -C \S+ ls-remote origin/,
  );
});

Deno.test("nothing older than what runs is ever deployed", async () => {
  await using world = await settled();
  const { a, b } = world;
  const old = await b.head();
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  await b.git("reset", "--quiet", "--hard", old);
  await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
  assert.match(exits(3, await b.upgrades()), /it would be a downgrade/);
  assert.equal(await b.running(), "second");
});

Deno.test("a rewritten remote stops the run, whatever the strategy", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  await a.git("reset", "--quiet", "--hard", "HEAD~");
  await a.commit("Another", { "flake.nix": "third\n" });
  await a.git("push", "--quiet", "--force");
  assert.match(exits(3, await b.upgrades()), /history was rewritten/);
  assert.equal(await b.running(), "second");
  // Meant so: what was there before is no downgrade any more.
  exits(0, await b.upgrades(["--accept-rewritten"]));
  assert.equal(await b.running(), "third");
});

Deno.test("--undo brings git and system back, and the next run does not bring them forward again", async () => {
  await using world = await settled();
  const { a, b } = world;
  const before = await b.head();
  await b.write({ "notes": "mine\n" });
  await push(a, { "flake.nix": "second\n", "more.nix": "m\n" });
  exits(0, await b.upgrades());
  assert.match(exits(0, await b.upgrades(["--undo"])), /undid the run of/);
  assert.deepEqual([await b.head(), await b.running(), await b.default()], [
    before,
    "first",
    "first",
  ]);
  assert.equal(await b.read("notes"), "mine\n");
  assert.match(exits(0, await b.upgrades()), /nothing moved since: a person undid it/);
  assert.equal(await b.running(), "first");
  await push(a, { "flake.nix": "third\n" });
  exits(0, await b.upgrades());
  assert.equal(await b.running(), "third");
});

Deno.test("there is nothing to undo before the first run", async () => {
  await using b = await UpgradeHost.create();
  assert.match(exits(3, await b.upgrades(["--undo"])), /there is no run to undo/);
});

Deno.test("a pause lasts until it is over, or ended", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  assert.match(exits(0, await b.upgrades(["--pause", "2h"])), /paused until 20/);
  assert.match(exits(0, await b.upgrades()), /paused until .*--resume/);
  assert.match(exits(0, await b.upgrades(["--dry-run"])), /paused until .*nothing would be done/);
  assert.equal(await b.running(), "first");
  exits(0, await b.upgrades(["--resume"]));
  exits(0, await b.upgrades());
  assert.equal(await b.running(), "second");
  assert.match(exits(2, await b.upgrades(["--pause", "soon"])), /should be a duration/);
});

Deno.test("a reboot is asked for when kernel or initrd changed, where and when that is allowed", async () => {
  const parts = (n: string): Record<string, string> => ({
    kernel: `/k${n}`,
    initrd: "/etc/hostname",
  });
  for (
    const [config, reboots] of [
      [{ rebootPolicy: "never" }, 0],
      [{ rebootPolicy: "when-needed" }, 1],
      [{ rebootPolicy: "when-needed", rebootWindow: otherTime() }, 0],
    ] as const
  ) {
    await using world = await settled(config);
    const { a, b } = world;
    for (const n of ["1", "2"]) await Deno.writeTextFile(b.host.path(`k${n}`), n);
    const kernel = (n: string): Record<string, string> => ({
      ...parts(n),
      kernel: b.host.path(`k${n}`),
    });
    const booted = await b.system("first-k", kernel("1"));
    await Deno.remove(b.host.path("run/booted-system"));
    await Deno.symlink(booted, b.host.path("run/booted-system"));
    await b.system("second", kernel("2"));
    await push(a, { "flake.nix": "second\n" });
    assert.match(exits(0, await b.upgrades()), /waits for a reboot: kernel changed/);
    assert.equal((await b.told("reboots")).length, reboots);
  }
});

Deno.test("somebody is told when the state of the host changes, and of nothing else", async () => {
  await using world = await settled({ notifyCommand: ["tell"] });
  const { a, b } = world;
  await b.host.write("bin/tell", '#!/bin/sh\ncat >> "$SWITCH/news"\n', 0o755);
  const events = async (): Promise<string[]> =>
    (await b.told("news")).map((line) => JSON.parse(line).event);
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  assert.deepEqual(await events(), []);
  await push(a, { "flake.nix": "broken\n" });
  exits(5, await b.upgrades());
  exits(0, await b.upgrades());
  await push(a, { "flake.nix": "broken\n# still\n" });
  exits(5, await b.upgrades());
  assert.deepEqual(await events(), ["unwell"]);
  await push(a, { "flake.nix": "third\n" });
  exits(0, await b.upgrades());
  assert.deepEqual(await events(), ["unwell", "well"]);
});

Deno.test("upgrade-status and metrics tell what runs and how the last runs went", async () => {
  await using world = await settled();
  const { a, b } = world;
  await b.configure({ metrics: b.host.path("metrics.prom") });
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  await push(a, { "flake.nix": "broken\n" });
  exits(5, await b.upgrades());
  const args = ["--config", b.host.path("config.json")];
  const status = async (...more: string[]): Promise<string> =>
    exits(0, await b.host.program("upgrade-status", [...args, ...more], { env: b.environment }));
  assert.match(
    await status(),
    /^runs {9}\/.*-second\n.*since .*\nhealth.*\nquarantined .*the build failed.*\nlast runs .* rolled-back: /,
  );
  const answer = JSON.parse(await status("--json"));
  assert.deepEqual(
    answer.runs.map(({ result }: { result: string }) => result),
    ["rolled-back", "upgraded", "unchanged"],
  );
  assert.equal(answer.deployed.commit, await b.head());
  const metrics = await Deno.readTextFile(b.host.path("metrics.prom"));
  assert.match(metrics, /^holdfast_upgrade_last_run_result\{result="rolled-back"\} 1$/m);
  assert.match(metrics, /^holdfast_upgrade_quarantined_commits 1$/m);
  assert.match(
    metrics,
    /^holdfast_upgrade_deployed_info\{commit="[0-9a-f]{40}",toplevel="\/.*-second"\} 1$/m,
  );
});

Deno.test("a dry run changes nothing at all, not even what is known of the remote", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  const before = [await b.everything(), await b.git("for-each-ref"), await stateOf(b)];
  assert.match(exits(0, await b.upgrades(["--dry-run"])), /would take over origin\/main\n.*would/);
  assert.deepEqual([await b.everything(), await b.git("for-each-ref"), await stateOf(b)], before);
});

Deno.test("of a timer and a person at once one is told who is at work, or waits", async () => {
  await using world = await settled({ buildTimeoutSeconds: 60 });
  const { a, b } = world;
  await b.host.write(
    "bin/nh",
    "#!/bin/sh\n: > ../in-build\nwhile [ ! -e ../go-on ]; do sleep 0.05; done\nexit 1\n",
    0o755,
  );
  await push(a, { "flake.nix": "second\n" });
  const first = b.starts([], { cwd: b.repo });
  while (!(await Deno.stat(b.host.path("in-build")).catch(() => undefined))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.match(exits(75, await b.upgrades()), /busy: auto-upgrade \(pid \d+\) is at work since/);
  await b.write({ "more.nix": "m\n" });
  assert.match(exits(75, await b.commits()), /busy: auto-upgrade/);
  await Deno.remove(`${b.repo}/more.nix`);
  const waiting = b.upgrades(["--wait", "60"]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await b.host.write("go-on", "");
  exits(5, await first.ended);
  exits(0, await waiting);
});

Deno.test("state that cannot be read is kept aside, told of and not acted upon", async () => {
  await using world = await settled();
  const { a, b } = world;
  await b.host.write("state/host.json", "{ torn");
  await b.host.write("state/run.json", "{ torn");
  await push(a, { "flake.nix": "second\n" });
  assert.match(exits(0, await b.upgrades()), /host\.json is corrupt .*not acted upon/);
  assert.equal(await b.running(), "second");
  const names = (await Array.fromAsync(Deno.readDir(b.stateDir))).map(({ name }) => name);
  assert.equal(names.filter((name) => name.includes("corrupt")).length, 2, names.join());
});

Deno.test("hooks run first, and one that fails is told of and no more", async () => {
  await using world = await settled({
    preUpdateHooks: [["sh", "-c", 'echo hook >> "$SWITCH/hooks"'], ["false"]],
  });
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  assert.match(exits(0, await b.upgrades()), /warning: hook false: exit status 1/);
  assert.equal(await b.running(), "second");
  assert.equal((await b.told("hooks")).length, 2);
});

Deno.test("a host whose own edits collide takes what its strategy says", async () => {
  for (const [strategy, expected] of [["prefer-remote", "second"], ["prefer-local", "third"]]) {
    await using world = await settled({ conflictStrategy: strategy });
    const { a, b } = world;
    await b.write({ "flake.nix": "third\n" });
    await push(a, { "flake.nix": "second\n", "more.nix": lines() });
    exits(0, await b.upgrades());
    assert.equal(await b.running(), expected);
    assert.equal(await b.read("more.nix"), lines());
  }
});

Deno.test("files of Git LFS that are only pointers are not built", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, {
    "flake.nix": "second\n",
    ".gitattributes": "*.iso filter=lfs\n",
    "disk.iso": "version https://git-lfs.github.com/spec/v1\n",
  });
  assert.match(exits(3, await b.upgrades()), /only pointers here: disk\.iso\n.*git lfs pull/);
  assert.equal(await b.running(), "first");
  await push(a, { "disk.iso": "large\n" });
  exits(0, await b.upgrades());
  assert.equal(await b.running(), "second");
});

async function stateOf(b: UpgradeHost): Promise<unknown> {
  const names = (await Array.fromAsync(Deno.readDir(b.stateDir))).map(({ name }) => name).sort();
  return await Promise.all(
    names.filter((name) => /json/.test(name)).map((name) =>
      Deno.readTextFile(`${b.stateDir}/${name}`)
    ),
  );
}

/** A window that is not now. */
function otherTime(): string {
  const hour = (new Date().getUTCHours() + 3) % 24;
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${two(hour)}:00-${two((hour + 1) % 24)}:00`;
}
