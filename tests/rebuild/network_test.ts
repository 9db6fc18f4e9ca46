/** Without the network, with a remote that refuses, with none at all. */
import assert from "node:assert/strict";
import { noDotfiles, outcomes, push, rebuilds, rebuilt, reports } from "./scene.ts";

const offlinePhases = [
  "Preparation: warned",
  "Upstream Sync: skipped",
  "Dotfiles Sync: skipped",
  "Nix-Secrets Update: skipped",
  "Flake Update: skipped",
  "NixOS Rebuild: done",
  "Post-Rebuild Checks: done",
  "Commit & Push: done",
];

Deno.test("a remote that cannot be reached makes it an offline run, which says so and builds", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.write({ "flake.nix": "second\n" });
  await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
  const report = await reports(b, 0, "--update");
  assert.match(report.offline, /origin cannot be reached: .*(connect|localhost)/i);
  assert.deepEqual(outcomes(report), offlinePhases);
  assert.equal(await b.running(), "second");
  assert.match(await b.git("log", "-1", "--format=%s"), /Auto-commit/, "committed, and not pushed");
  await b.git("remote", "set-url", "origin", b.host.remote);
  const next = await reports(b, 0);
  assert.equal(next.offline, null);
  assert.equal(await b.head("origin/main"), await b.head(), "the next run pushes");
});

Deno.test("a remote that says nothing is waited for no longer than the bound", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.configure({ ...noDotfiles, probeTimeout: 0.5 });
  // A network that swallows everything, as behind some gateways.
  await b.host.write(
    "front/git",
    '#!/bin/sh\nPATH=${PATH#*/front:}\ncase " $* " in *" ls-remote "*) exec sleep 600 ;; esac\nexec git "$@"\n',
    0o755,
  );
  const PATH = `${b.host.path("front")}:${b.environment["PATH"]}`;
  const started = performance.now();
  const ended = await rebuilds(b, [], { env: { PATH } });
  assert.equal(ended.status, 0, ended.stderr);
  assert.match(ended.stderr, /working offline: origin cannot be reached: no answer within 0.5 s/);
  assert.ok(performance.now() - started < 15_000);
});

Deno.test("--offline asks no remote at all", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.host.write(
    "front/git",
    '#!/bin/sh\nPATH=${PATH#*/front:}\ncase " $* " in *" ls-remote "*|*" fetch "*|*" push "*) : > "$SWITCH/asked" ;; esac\nexec git "$@"\n',
    0o755,
  );
  await b.write({ "flake.nix": "second\n" });
  const PATH = `${b.host.path("front")}:${b.environment["PATH"]}`;
  const ended = await rebuilds(b, ["--offline"], { env: { PATH } });
  assert.equal(ended.status, 0, ended.stderr);
  assert.match(ended.stderr, /\[ok\] Preparation .*: offline, as asked/);
  assert.equal(await Deno.stat(b.host.path("switch/asked")).catch(() => "none"), "none");
  assert.equal(await b.running(), "second");
});

Deno.test("a repository without a remote is rebuilt and committed", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.git("remote", "remove", "origin");
  await b.write({ "flake.nix": "second\n" });
  const report = await reports(b, 0);
  assert.equal(report.offline, "there is no remote called origin");
  assert.equal(await b.running(), "second");
});

Deno.test("a remote that refuses is told of, and what is here is rebuilt", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.write({ "flake.nix": "second\n" });
  await b.git("remote", "set-url", "origin", b.host.path("no-repository"));
  const report = await reports(b, 0);
  assert.equal(report.offline, null);
  assert.equal(report.phases[1].outcome, "warned");
  assert.match(report.phases[1].detail, /cannot fetch main from origin: .*does not appear to be/);
  assert.equal(await b.running(), "second");
});

Deno.test("an old checkout is not deployed over a newer one, also offline", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await reports(b, 0);
  await b.git("reset", "--quiet", "--hard", "HEAD^");
  await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
  const ended = await rebuilds(b);
  assert.equal(ended.status, 3, ended.stderr);
  assert.match(ended.stderr, /which runs here: it would be a downgrade/);
  assert.equal(await b.running(), "second");
});
