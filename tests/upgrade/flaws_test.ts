/** What was once wrong here: none of it may come back. */
import assert from "node:assert/strict";
import { exits } from "../config/scene.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { push, settled } from "./scene.ts";

async function statusOf(b: UpgradeHost, code: number): Promise<string> {
  const args = ["--config", b.host.path("config.json")];
  return exits(code, await b.host.program("upgrade-status", args, { env: b.environment }));
}

/** How the runs that are recorded ended. */
async function results(b: UpgradeHost): Promise<readonly string[]> {
  const history = await Deno.readTextFile(`${b.stateDir}/history.jsonl`);
  return history.trim().split("\n").map((line) => JSON.parse(line).result);
}

Deno.test("flaw: after --undo the host said that what was undone runs", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  exits(0, await b.upgrades(["--undo"]));
  await b.git("pull", "--quiet");
  assert.equal(await b.read("flake.nix"), "second\n");
  assert.match(exits(0, await b.upgrades()), /upgraded to .*-second/);
  assert.equal(await b.running(), "second");
});

Deno.test("flaw: --undo left the profile where --action boot had put it", async () => {
  await using world = await settled();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades(["--action", "boot"]));
  // A run of the timer in between moves nothing.
  assert.match(exits(0, await b.upgrades()), /waits for a reboot/);
  assert.deepEqual(await b.told("calls"), ["second boot"]);
  exits(0, await b.upgrades(["--undo"]));
  assert.deepEqual([await b.head(), await b.running(), await b.default()], [
    before,
    "first",
    "first",
  ]);
  assert.deepEqual(await b.told("calls"), ["second boot", "first boot"]);
});

Deno.test("flaw: --undo took the system back alone, when somebody had committed since", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  await b.commit("Since", { "own": "b\n" });
  assert.match(exits(3, await b.upgrades(["--undo"])), /HEAD was moved/);
  assert.equal(await b.running(), "second");
});

Deno.test("flaw: after a way back that failed, --undo did not try it again", async () => {
  await using world = await settled();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n" });
  await b.ends("second", "switch", 2);
  await b.ends("first", "switch", 2);
  exits(6, await b.upgrades());
  // It says what to do then, as the run before did.
  const again = exits(6, await b.upgrades(["--undo"]));
  assert.match(again, /way back failed.*\nhint: the repository stays with what was tried; /);
  await b.ends("first", "switch", 0);
  exits(0, await b.upgrades(["--undo"]));
  assert.deepEqual([await b.head(), await b.running(), await b.default()], [
    before,
    "first",
    "first",
  ]);
  assert.equal((await b.told("calls")).at(-1), "first switch");
});

Deno.test("flaw: recovery put an old system over the one that a person had brought since", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  const run = b.starts();
  while ((await b.told("hanging")).length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  run.kill();
  await run.ended;
  Deno.kill(Number((await b.told("hanging"))[0]), "SIGKILL");
  await b.host.remove("switch/hang-second");
  const third = await b.system("third");
  await b.store.setProfile(third);
  await Deno.remove(b.host.path("run/current-system"));
  await Deno.symlink(third, b.host.path("run/current-system"));
  assert.match(exits(3, await b.upgrades()), /another system was brought since, and is left/);
  assert.deepEqual([await b.running(), await b.default()], ["third", "third"]);
  exits(0, await b.upgrades());
  assert.equal(await b.running(), "second");
});

Deno.test("flaw: a unit that is not well was forgotten by the next run", async () => {
  await using world = await settled({ onValidationFailure: "notify" });
  const { a, b } = world;
  await b.unit("web.service", "active running 0");
  await b.unit("web.service", "failed failed 0", "second");
  await push(a, { "flake.nix": "second\n" });
  exits(4, await b.upgrades());
  exits(4, await b.upgrades());
  await statusOf(b, 4);
  await b.unit("web.service", "active running 0");
  exits(0, await b.upgrades());
  await statusOf(b, 0);
});

Deno.test("flaw: what was edited during the build was pushed without having been built", async () => {
  await using world = await settled({ hostCanCommitConfig: true });
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  const nh = await b.host.read("bin/nh");
  const edit = `echo edited >> '${b.repo}/notes.nix'`;
  await b.host.write("bin/nh", nh.replace("read -r name", `${edit}\nread -r name`), 0o755);
  await b.commit("Notes", { "notes.nix": "n\n" });
  assert.match(exits(0, await b.upgrades()), /edited since the build/);
  assert.equal(await b.at("HEAD", "notes.nix"), "n\n");
  await b.host.write("bin/nh", nh, 0o755);
  exits(0, await b.upgrades());
  assert.equal(await b.at("origin/main", "notes.nix"), "n\nedited\n");
});

Deno.test("flaw: an untracked file was committed that no build had seen", async () => {
  await using world = await settled({ hostCanCommitConfig: true });
  const { b } = world;
  const nh = await b.host.read("bin/nh");
  const look = `git -C '${b.repo}' ls-files >> "$SWITCH/seen"`;
  await b.host.write("bin/nh", nh.replace("read -r name", `${look}\nread -r name`), 0o755);
  await b.write({ "auto.nix": "{ }\n" });
  exits(0, await b.upgrades());
  assert.ok((await b.told("seen")).includes("auto.nix"));
  assert.equal(await b.at("origin/main", "auto.nix"), "{ }\n");
  assert.match(exits(0, await b.upgrades()), /what is here is what runs/);
});

Deno.test("flaw: a build only, or a kernel from the boot menu, rebooted the host again and again", async () => {
  await using world = await settled({ rebootPolicy: "when-needed" });
  const { a, b } = world;
  await b.host.write("k1", "1");
  await b.host.write("k2", "2");
  const booted = await b.system("first-k", { kernel: b.host.path("k1") });
  await Deno.remove(b.host.path("run/booted-system"));
  await Deno.symlink(booted, b.host.path("run/booted-system"));
  await b.system("second", { kernel: b.host.path("k2") });
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades(["--no-switch"]));
  assert.deepEqual(await b.told("reboots"), []);
  for (let run = 0; run < 3; run++) exits(0, await b.upgrades());
  assert.equal((await b.told("reboots")).length, 1);
});

Deno.test("flaw: a host that waits for a reboot built and activated in each run", async () => {
  await using world = await settled();
  const { a, b } = world;
  await b.host.write("switch/says-second", "There are changes to critical components\n");
  await b.ends("second", "switch", 1);
  await push(a, { "flake.nix": "second\n" });
  for (let run = 0; run < 3; run++) exits(0, await b.upgrades());
  assert.deepEqual(await b.told("calls"), ["second switch", "second boot"]);
  assert.equal((await b.told("builds")).length, 2);
});

Deno.test("flaw: a commit that a hook made was taken off the branch by a rollback", async () => {
  await using world = await settled({
    preUpdateHooks: [[
      "sh",
      "-c",
      'cd "$HOME/nix-config" && date +%N > n && git add n && git commit -qm Hook',
    ]],
  });
  const { a, b } = world;
  await push(a, { "flake.nix": "broken\n" });
  exits(5, await b.upgrades());
  assert.match(await b.git("log", "--format=%s"), /^Hook$/m);
});

Deno.test("flaw: a build that left no link deployed what an earlier one had built", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  await b.host.write("bin/nh", "#!/bin/sh\nexit 0\n", 0o755);
  await push(a, { "flake.nix": "third\n" });
  assert.match(exits(5, await b.upgrades()), /the build left no link/);
  await b.host.write(
    "bin/nh",
    '#!/bin/sh\n[ "$1" = --version ] || ln -s "$HOME" "$HOME/state/build/result"\n',
    0o755,
  );
  await push(a, { "flake.nix": "third\n# again\n" });
  assert.match(exits(5, await b.upgrades()), /which is no valid store path/);
  assert.equal(await b.running(), "second");
});

Deno.test("flaw: a system whose activation takes the run down was tried for ever", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  for (const _ of [1, 2]) {
    await Deno.remove(b.host.path("switch/hanging")).catch(() => {});
    const run = b.starts();
    while ((await b.told("hanging")).length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    run.kill();
    await run.ended;
    Deno.kill(Number((await b.told("hanging"))[0]), "SIGKILL");
  }
  assert.match(exits(0, await b.upgrades()), /nothing moved since: twice it was cut short/);
  assert.deepEqual([await b.running(), await b.default()], ["first", "first"]);
});

Deno.test("flaw: a lock of git's at the commit took git back, and left the new system running", async () => {
  await using world = await settled({ hostCanCommitConfig: true });
  const { a, b } = world;
  const pushed = await push(a, { "flake.nix": "second\n" });
  await b.write({ "own.nix": "{ }\n" });
  await b.host.write(
    "nix-config/.git/hooks/pre-commit",
    "#!/bin/sh\necho \"fatal: Unable to create '.git/index.lock': File exists.\" >&2\nexit 128\n",
    0o755,
  );
  const ended = await b.upgrades();
  assert.ok([0, 3].includes(ended.status), ended.stderr);
  assert.equal(await b.running(), "second");
  await b.git("merge-base", "--is-ancestor", pushed, "HEAD");
  assert.equal(await b.read("own.nix"), "{ }\n");
});

Deno.test("flaw: an ignored file made during the build was overwritten by the rollback, in no ref", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "cache": "tracked\n" });
  exits(0, await b.upgrades());
  const nh = await b.host.read("bin/nh");
  const make = `echo precious > '${b.repo}/cache'`;
  await b.host.write("bin/nh", nh.replace("read -r name", `${make}\nread -r name`), 0o755);
  await push(a, { "flake.nix": "broken\n", "cache": null, ".gitignore": "cache\n" });
  exits(5, await b.upgrades());
  const texts = await Promise.all(
    (await b.autosaves()).map((each) => b.git("show", `${each}:cache`).catch(() => "")),
  );
  assert.ok([await b.read("cache"), ...texts].includes("precious\n"), texts.join());
});

Deno.test("flaw: a lock of git's that was gone at once was recorded and told as a refused run", async () => {
  await using world = await settled({ notifyCommand: ["sh", "-c", 'cat >> "$SWITCH/said"'] });
  const { b } = world;
  const once = 'mkdir "$SWITCH/once" 2>/dev/null';
  const says = "fatal: Unable to create '/x/.git/index.lock': File exists.";
  await b.host.write(
    "bin/git",
    `#!/bin/sh\nPATH=\${PATH#*:}\ncase " $* " in *" status "*) ` +
      `if ${once}; then echo "${says}" >&2; exit 128; fi ;; esac\nexec git "$@"\n`,
    0o755,
  );
  exits(0, await b.upgrades());
  await Deno.stat(b.host.path("switch/once"));
  assert.deepEqual(await b.told("said"), []);
  assert.deepEqual((await results(b)).slice(1), ["unchanged"]);
});

Deno.test("flaw: why a run was refused was not told when it could not be recorded", async () => {
  await using world = await settled({ branch: "main" });
  const { b } = world;
  await b.git("switch", "--quiet", "--create", "other");
  await Deno.remove(`${b.stateDir}/history.jsonl`);
  await Deno.mkdir(`${b.stateDir}/history.jsonl`);
  assert.match(
    exits(3, await b.upgrades()),
    /warning: the refusal is not recorded: .*history\.jsonl[^]*error: .* on branch other, not on main\nhint: /,
  );
});

Deno.test("flaw: a host that was refused again and again forgot what it could go back to", async () => {
  await using world = await settled({ branch: "main" });
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  await b.git("switch", "--quiet", "--create", "other");
  for (let run = 0; run < 3; run++) exits(3, await b.upgrades());
  await b.git("switch", "--quiet", "main");
  exits(0, await b.upgrades());
  assert.deepEqual((await results(b)).slice(1), ["upgraded", "refused", "unchanged"]);
});
