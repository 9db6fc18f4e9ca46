/** Ctrl-C in each phase: programs end, git and system are as before or whole, the journal is closed. */
import assert from "node:assert/strict";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { inFront, noDotfiles, push, rebuildArgs, rebuilds, rebuilt, there } from "./scene.ts";

/** Where it is stopped: a program that hangs, by words of its command line; what is live then. */
const moments: Readonly<
  Record<string, readonly [program: string, words: string, live: "first" | "second"]>
> = {
  "in Preparation, while the remote is asked": ["git", " ls-remote ", "first"],
  "in Preparation, in a hook": ["hook", "pre", "first"],
  "in Upstream Sync, while it fetches": ["git", " fetch ", "first"],
  "in Dotfiles Sync": ["dotfiles", "--offline", "first"],
  "in Flake Update": ["nix", " flake update ", "first"],
  "in NixOS Rebuild, in the build": ["nh", "os build", "first"],
  "in NixOS Rebuild, while the units are watched": ["systemctl", "show", "first"],
  "in Post-Rebuild Checks": ["nix", "diff-closures", "second"],
  "in Commit & Push, in the push": ["git", " push ", "second"],
};

for (const [when, [program, words, live]] of Object.entries(moments)) {
  Deno.test(`Ctrl-C ${when}`, async () => {
    await using world = await rebuilt();
    const { a, b } = world;
    await b.configure({
      hooks: { pre: [["hook", "pre"]], post: [["hook", "post"]] },
      dotfilesCommand: ["dotfiles"],
      updateBeforeRebuild: words.includes("flake"),
      healthWindowSeconds: words === "show" ? 60 : 0.01,
    });
    for (const name of ["hook", "dotfiles"]) {
      await b.host.write(`bin/${name}`, `#!/bin/sh\necho "$*" >> "$SWITCH/${name}"\n`, 0o755);
    }
    await b.write({ "mine.nix": "mine\n" });
    const [before, files] = [await b.head(), await b.git("status", "--porcelain")];
    const pushed = await push(a, { "flake.nix": "second\n" });
    const run = b.host.start("rebuild-smart", rebuildArgs(b, []), {
      env: { ...b.environment, PATH: await hanging(b, program, words) },
    });
    await there(b, "switch/hangs");
    run.kill("SIGINT");
    const ended = await run.ended;
    assert.equal(ended.status, 130, ended.stdout + ended.stderr);
    assert.match(ended.stderr, /warning: stopping/);
    assert.match(ended.stderr, /error: stopped in its step "[a-z-]+"/);
    assert.equal(await b.running(), live);
    assert.equal(await b.default(), live);
    const head = await b.head();
    if (live === "first") {
      assert.equal(head, before);
      assert.equal(await b.git("status", "--porcelain"), files);
    } else assert.equal(await b.read("flake.nix"), "second\n");
    assert.equal(await b.read("mine.nix"), "mine\n");
    assert.equal(await Deno.stat(`${b.stateDir}/run.json`).catch(() => "none"), "none");
    // What hung was ended with it, and no other program is left behind.
    await b.host.quiet();
    // The next run does the rest.
    await b.configure(noDotfiles);
    const next = await rebuilds(b);
    assert.equal(next.status, 0, next.stderr);
    assert.doesNotMatch(next.stderr, /cut short/);
    assert.equal(await b.running(), "second");
    await b.git("merge-base", "--is-ancestor", pushed, "HEAD");
  });
}

Deno.test("Ctrl-C in an activation waits for its end, and then undoes it", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  const run = b.host.start("rebuild-smart", rebuildArgs(b, []), { env: { ...b.environment } });
  await there(b, "switch/hanging");
  run.kill("SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  const [pid] = await b.told("hanging");
  Deno.kill(Number(pid), "SIGTERM"); // It comes to its end.
  const ended = await run.ended;
  assert.equal(ended.status, 130, ended.stderr);
  assert.match(ended.stderr, /stopping once what is under way has ended; a second signal ends/);
  assert.deepEqual([await b.running(), await b.default()], ["first", "first"]);
  assert.equal(await b.head(), before);
});

Deno.test("a second Ctrl-C ends it at once, and the next run brings it to its end", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  const run = b.host.start("rebuild-smart", rebuildArgs(b, []), { env: { ...b.environment } });
  await there(b, "switch/hanging");
  run.kill("SIGINT");
  run.kill("SIGINT"); // As a parent passes on what the whole group got: meant once.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.equal((await b.told("hanging")).length, 1);
  run.kill("SIGINT");
  assert.equal((await run.ended).status, 130);
  await b.host.quiet();
  await b.host.remove("switch/hang-second");
  await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
  const next = await rebuilds(b);
  assert.match(next.stderr, /was cut short in its step "activate"/);
  assert.equal(next.status, 0, next.stderr);
  assert.deepEqual([await b.head(), await b.running()], [before, "first"]);
});

Deno.test("SIGTERM ends it in order as well; a lost terminal does not", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  const PATH = await hanging(b, "nh", "os build", 'sleep 1; exec nh "$@"');
  const start = (): ReturnType<typeof b.host.start> =>
    b.host.start("rebuild-smart", rebuildArgs(b, []), { env: { ...b.environment, PATH } });
  const first = start();
  await there(b, "switch/hangs");
  first.kill("SIGTERM");
  assert.equal((await first.ended).status, 143);
  assert.equal(await b.running(), "first");
  await b.host.remove("switch/hangs");
  const second = start();
  await there(b, "switch/hangs");
  second.kill("SIGHUP");
  assert.equal((await second.ended).status, 0);
  assert.equal(await b.running(), "second");
});

/** A PATH on which a program hangs the first time it is called with some words. */
async function hanging(
  b: UpgradeHost,
  program: string,
  words: string,
  how = "exec sleep 600",
): Promise<string> {
  // The units are looked at before the activation too, which is not what is meant.
  const isTime = words === "show" ? '[ -e "$UNITS/live.service" ]' : "true";
  await b.unit("live.service", "active running 0", "second");
  return await inFront(b, program, { words, mark: "hangs", how, onceIf: isTime });
}
