/** Recovery procedures for upgrades: each on a host that is in that very trouble, to its good end. */
import assert from "node:assert/strict";
import { exits } from "../config/scene.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { noDotfiles, there } from "../rebuild/scene.ts";
import { push, settled } from "../upgrade/scene.ts";
import { everySection, type Scene } from "./follow.ts";
import { atUpgrades } from "./readers.ts";

const web = "web.service";
const well = "active running 0";

/** Git and system are where they should be, together, and no run is left unfinished. */
async function rests(b: UpgradeHost, name: string, head: string): Promise<void> {
  assert.deepEqual([await b.running(), await b.default(), await b.head()], [name, name, head]);
  assert.equal(await b.read("flake.nix"), `${name}\n`);
  const names = await Array.fromAsync(Deno.readDir(b.stateDir), (entry) => entry.name);
  assert.ok(!names.includes("run.json"), names.join());
}

/** A web server that `second` cannot run. */
async function breaksWeb(b: UpgradeHost): Promise<void> {
  await b.unit(web, well);
  await b.unit(web, "failed failed 0", "second");
  for (const name of ["first", "third"]) await b.unit(web, well, name);
  await b.ends("second", "switch", 4);
}

const scenes: Readonly<Record<string, Scene>> = {
  "An upgrade failed and went back (exit 5)": async (follow) => {
    await using world = await settled();
    const { a, b } = world;
    const reader = await atUpgrades(b);
    const before = await b.head();
    await breaksWeb(b);
    await push(a, { "flake.nix": "second\n" });
    exits(5, await b.upgrades());
    await rests(b, "first", before);
    await follow(reader);
    const fixed = await push(a, { "flake.nix": "third\n" });
    await follow(reader);
    await rests(b, "third", fixed);
  },

  "It is live and units are not well (exit 4)": async (follow) => {
    await using world = await settled({ onValidationFailure: "notify" });
    const { a, b } = world;
    const reader = await atUpgrades(b);
    await breaksWeb(b);
    const pushed = await push(a, { "flake.nix": "second\n" });
    exits(4, await b.upgrades());
    await follow(reader);
    await follow(reader, { UNIT: web });
    assert.deepEqual(await b.told("restarts"), [`restart ${web}`]);
    await b.unit(web, well);
    await follow(reader);
    await rests(b, "second", pushed);
    assert.deepEqual((await b.state("host")).deployed.failedUnits, []);
  },

  "The way back failed (exit 6)": async (follow) => {
    await using world = await settled();
    const { a, b } = world;
    const reader = await atUpgrades(b);
    const before = await b.head();
    await push(a, { "flake.nix": "second\n" });
    for (const name of ["first", "second"]) await b.ends(name, "switch", 2);
    exits(6, await b.upgrades());
    await follow(reader);
    await b.ends("first", "switch", 0);
    const activations = (await b.told("calls")).length;
    await follow(reader);
    await rests(b, "first", before);
    assert.deepEqual((await b.told("calls")).slice(activations), ["first switch"]);
  },

  "A run was cut short": async (follow) => {
    await using world = await settled();
    const { a, b } = world;
    const reader = await atUpgrades(b);
    const pushed = await push(a, { "flake.nix": "second\n" });
    await b.host.write("switch/hang-second", "");
    const run = b.starts();
    await there(b, "switch/hanging");
    run.kill();
    await run.ended;
    const [activation] = await b.told("hanging");
    Deno.kill(Number(activation), "SIGKILL");
    await b.host.remove("switch/hang-second");
    await follow(reader);
    await follow(reader);
    await rests(b, "second", pushed);
  },

  "This host and the remote changed the same lines (exit 3)": async (follow) => {
    await using world = await settled({ conflictStrategy: "abort" });
    const { a, b } = world;
    const reader = await atUpgrades(b);
    await b.write({ "flake.nix": "third\n" });
    const theirs = await push(a, { "flake.nix": "second\n" });
    exits(3, await b.upgrades());
    await follow(reader);
    await follow(reader);
    await rests(b, "second", theirs);
    const [kept = ""] = await b.autosaves();
    assert.equal(await b.at(kept, "flake.nix"), "third\n");
    // Once more, and line by line.
    await b.write({ "flake.nix": "third\n" });
    const more = await push(a, { "flake.nix": "first\n" });
    exits(3, await b.upgrades());
    await follow(reader);
    assert.match(await b.read("flake.nix"), /<<<<<<</);
    await b.write({ "flake.nix": "third\n" });
    await follow(reader);
    await rests(b, "third", await b.head());
    assert.equal(await b.head("HEAD^"), more);
  },

  "Commits of this host are not pushed": async (follow) => {
    await using world = await settled();
    const { a, b } = world;
    const reader = await atUpgrades(b);
    const hook = `${b.host.remote}/hooks/pre-receive`;
    await Deno.writeTextFile(hook, "#!/bin/sh\necho protected >&2; exit 1\n", { mode: 0o755 });
    await b.write({ "hosts/b.nix": "of this host\n" });
    await b.git("add", "--all");
    await b.git("commit", "--quiet", "--message", "Of this host");
    const before = await b.head("origin/main");
    assert.match(await follow(reader), /protected/);
    assert.equal(await b.head("origin/main"), before);
    await Deno.remove(hook);
    await follow(reader);
    assert.equal((await b.git("ls-remote", "origin", "main")).split("\t")[0], await b.head());
    await a.git("pull", "--quiet");
    assert.equal(await a.read("hosts/b.nix"), "of this host\n");
  },

  "A host has stopped upgrading": async (follow) => {
    await using world = await settled({
      ...noDotfiles,
      branch: "main",
      validationChecks: [["sh", "-c", '[ ! -e "$SWITCH/no-network" ]']],
    });
    const { a, b } = world;
    const reader = await atUpgrades(b);
    exits(0, await b.upgrades(["--pause", "3d"]));
    const second = await push(a, { "flake.nix": "second\n" });
    assert.match(exits(0, await b.upgrades()), /^paused until/);
    await follow(reader);
    await follow(reader);
    await rests(b, "second", second);
    // The remote is away.
    await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
    exits(0, await b.upgrades());
    await follow(reader);
    await b.git("remote", "set-url", "origin", b.host.remote);
    // Somebody left another branch.
    await b.git("switch", "--quiet", "--create", "attempt");
    const third = await push(a, { "flake.nix": "third\n" });
    exits(3, await b.upgrades());
    await follow(reader);
    await rests(b, "third", third);
    // A check failed for want of the network.
    await b.host.write("switch/no-network", "");
    const first = await push(a, { "flake.nix": "first\n" });
    exits(5, await b.upgrades());
    await b.host.remove("switch/no-network");
    assert.match(exits(0, await b.upgrades()), /nothing moved since/);
    await follow(reader);
    await rests(b, "first", first);
  },

  "The remote's history was rewritten": async (follow) => {
    await using world = await settled();
    const { a, b } = world;
    const reader = await atUpgrades(b);
    const pushed = await push(a, { "flake.nix": "second\n" });
    exits(0, await b.upgrades());
    await a.write({ "flake.nix": "third\n" });
    await a.git("commit", "--quiet", "--all", "--amend", "--message", "Amended");
    await a.git("push", "--quiet", "--force");
    const rewritten = await a.head();
    exits(3, await b.upgrades());
    // Commits of the same second come in any order.
    assert.match(await follow(reader), /^< \w+ Change$/m);
    await follow(reader);
    await rests(b, "second", pushed);
    const remote = async (branch: string): Promise<string | undefined> =>
      (await b.git("ls-remote", "origin", `refs/heads/${branch}`)).split("\t")[0];
    assert.deepEqual([await remote("main"), await remote("rewritten")], [pushed, rewritten]);
    // And one that was meant.
    await a.git("push", "--quiet", "--force");
    exits(3, await b.upgrades());
    await follow(reader);
    await rests(b, "third", rewritten);
  },

  "An upgrade went well and is bad all the same": async (follow) => {
    await using world = await settled(noDotfiles);
    const { a, b } = world;
    const reader = await atUpgrades(b);
    const commits = [await b.head()];
    for (const name of ["second", "third"]) {
      commits.unshift(await push(a, { "flake.nix": `${name}\n` }));
      exits(0, await b.upgrades());
    }
    const [third = "", second = "", first = ""] = commits;
    await follow(reader);
    await follow(reader);
    await rests(b, "second", second);
    await follow(reader, { NUMBER: "2" });
    await rests(b, "first", first);
    await follow(reader, { COMMIT: `${third} ${second}` });
    await rests(b, "first", await b.head("origin/main"));
    await a.git("pull", "--quiet");
    assert.equal(await a.read("flake.nix"), "first\n");
    // The timer's next run has nothing to bring back.
    const calls = await b.told("calls");
    exits(0, await b.upgrades());
    assert.deepEqual(await b.told("calls"), calls);
  },

  "An edit seems gone": async (follow) => {
    await using world = await settled({ conflictStrategy: "prefer-remote" });
    const { a, b } = world;
    const reader = await atUpgrades(b);
    await b.write({ "hosts/b.nix": "of this host\n" });
    const pushed = await push(a, { "hosts/b.nix": "of the author\n" });
    exits(0, await b.upgrades());
    assert.equal(await b.read("hosts/b.nix"), "of the author\n");
    await follow(reader);
    const found = await follow(reader, { TEXT: "of this host" });
    const [, ref = "", file = ""] = /^(refs\S+):(\S+)$/m.exec(found) ?? [];
    await follow(reader, { REF: ref, FILE: file });
    assert.equal(await b.read("hosts/b.nix"), "of this host\n");
    assert.equal(await b.head(), pushed);
    // It stays, as any edit.
    exits(0, await b.upgrades());
    assert.equal(await b.read("hosts/b.nix"), "of this host\n");
  },

  "Busy: another run is at work (exit 75)": async (follow) => {
    await using world = await settled({ buildTimeoutSeconds: 60 });
    const { a, b } = world;
    const reader = await atUpgrades(b);
    await Deno.rename(b.host.path("bin/nh"), b.host.path("bin/nh-itself"));
    const waits = ': > "$SWITCH/in-build"\nwhile [ ! -e "$SWITCH/go-on" ]; do sleep 0.05; done';
    await b.host.write("bin/nh", `#!/bin/sh\n${waits}\nexec nh-itself "$@"\n`, 0o755);
    const pushed = await push(a, { "flake.nix": "second\n" });
    const timer = b.starts();
    await there(b, "switch/in-build");
    await follow(reader);
    const waiting = follow(reader);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await b.host.write("switch/go-on", "");
    exits(0, await timer.ended);
    assert.match(await waiting, /what is here is what runs/);
    await rests(b, "second", pushed);
  },
};

await everySection("docs/recovery-procedures.md", scenes, "Upgrades");
