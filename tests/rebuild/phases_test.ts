/** Each phase failing in turn: what goes on, what is undone, and what is said of it. */
import assert from "node:assert/strict";
import { lines } from "../config/scene.ts";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { noDotfiles, outcomes, push, rebuilds, rebuilt, reports } from "./scene.ts";

/** The outcome of one phase in a report. */
// deno-lint-ignore no-explicit-any
function phase(report: any, name: string): { outcome: string; detail: string } {
  // deno-lint-ignore no-explicit-any
  return report.phases.find((each: any) => each.name === name);
}

Deno.test("Preparation: a repository that is no flake ends the run, and nothing moved", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const before = await b.head();
  await push(a, { "flake.nix": "second\n" });
  await b.git("rm", "--quiet", "flake.nix");
  const ended = await rebuilds(b);
  assert.equal(ended.status, 2, ended.stderr);
  assert.match(ended.stderr, /is no flake: it has no flake\.nix\n(.*\n)*hint: give another repos/);
  assert.match(ended.stderr, /\[failed\] Preparation/);
  assert.doesNotMatch(ended.stderr, /Upstream Sync/);
  assert.equal(await b.head(), before);
  assert.equal(await Deno.stat(`${b.stateDir}/run.json`).catch(() => "none"), "none");
});

Deno.test("Upstream Sync: commits that collide are told of, and what is here is rebuilt", async () => {
  await using world = await rebuilt({ ...noDotfiles, conflictStrategy: "abort" });
  const { a, b } = world;
  await push(a, { "x.nix": lines({ 3: "of a" }), "flake.nix": "third\n" });
  const mine = await b.commit("Mine", { "x.nix": lines({ 3: "of b" }), "flake.nix": "second\n" });
  const report = await reports(b, 3);
  assert.equal(phase(report, "Upstream Sync").outcome, "warned");
  assert.match(phase(report, "Upstream Sync").detail, /collide with origin\/main: flake\.nix, x/);
  assert.equal(phase(report, "NixOS Rebuild").outcome, "done");
  assert.equal(await b.running(), "second");
  assert.equal(await b.head(), mine);
});

Deno.test("Dotfiles Sync: a sync that fails is told of, and the host is rebuilt", async () => {
  await using world = await rebuilt({ dotfilesCommand: ["fails"] });
  const { a, b } = world;
  await b.host.write("bin/fails", "#!/bin/sh\necho no jj here >&2\nexit 1\n", 0o755);
  await push(a, { "flake.nix": "second\n" });
  const report = await reports(b, 0);
  assert.equal(phase(report, "Dotfiles Sync").outcome, "warned");
  assert.match(report.warnings[0], /dotfiles may be out of sync: fails: exit status 1: no jj here/);
  assert.equal(await b.running(), "second");
});

Deno.test("Nix-Secrets Update: a checkout that cannot be pulled stays as it is", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  const secrets = await withSecrets(b);
  await secrets.push({ "secrets.yaml": lines({ 1: "theirs" }) });
  await b.host.write("nix-secrets/secrets.yaml", lines({ 1: "mine" }));
  await b.configure({ ...noDotfiles, conflictStrategy: "abort" });
  await push(a, { "flake.nix": "second\n" });
  const report = await reports(b, 3);
  assert.equal(phase(report, "Nix-Secrets Update").outcome, "warned");
  assert.match(phase(report, "Nix-Secrets Update").detail, /collide with origin\/main: secrets\.y/);
  assert.equal(await b.host.read("nix-secrets/secrets.yaml"), lines({ 1: "mine" }));
  assert.equal(await b.running(), "second");
});

Deno.test("Flake Update: inputs that cannot be updated keep their lock", async () => {
  await using world = await rebuilt();
  const { b } = world;
  const lock = JSON.stringify({ version: 7, root: "root", nodes: { root: { inputs: {} } } });
  await b.write({ "flake.lock": lock });
  await b.host.write("bin/nix", "#!/bin/sh\necho no such host >&2\nexit 1\n", 0o755);
  const report = await reports(b, 0, "--update");
  assert.equal(phase(report, "Flake Update").outcome, "warned");
  assert.match(report.warnings[0], /cannot update the inputs, the lock file stays: .*no such host/);
  assert.equal(await b.read("flake.lock"), lock);
  assert.equal(await b.running(), "first");
});

/** How the rebuild itself can fail. */
const failures: Readonly<
  Record<string, readonly [(b: UpgradeHost) => Promise<Record<string, unknown>>, string, RegExp]>
> = {
  "the build": [() => Promise.resolve({}), "broken", /the build failed: .*undefined variable/],
  "a check": [
    () => Promise.resolve({ validationChecks: [["false"]] }),
    "second",
    /check false failed: exit status 1/,
  ],
  "the mark": [
    async (b) => {
      await b.host.write("bin/mark", "#!/bin/sh\necho rejected before >&2; exit 3\n", 0o755);
      return { markCommand: ["mark"] };
    },
    "second",
    /refused by mark: rejected before/,
  ],
  "the activation": [
    async (b) => {
      await b.ends("second", "switch", 2);
      return {};
    },
    "second",
    /the activation script failed; back on .*-first/,
  ],
  "a unit": [
    async (b) => {
      await b.unit("web.service", "active running 0");
      await b.unit("web.service", "failed failed 0", "second");
      return {};
    },
    "second",
    /units are not well since: web\.service; back on .*-first/,
  ],
};

for (const [what, [prepare, name, said]] of Object.entries(failures)) {
  Deno.test(`NixOS Rebuild: ${what} fails, and git, secrets and system are where they were`, async () => {
    await using world = await rebuilt();
    const { a, b } = world;
    await b.configure({ ...noDotfiles, ...await prepare(b) });
    const secrets = await withSecrets(b);
    const before = { head: await b.head(), secrets: await secrets.head() };
    await push(a, { "flake.nix": `${name}\n` });
    await secrets.push({ "secrets.yaml": "newer\n" });
    await b.write({ "mine.nix": "mine\n" });
    const report = await reports(b, 5);
    assert.equal(phase(report, "NixOS Rebuild").outcome, "failed");
    assert.equal(phase(report, "Nix-Secrets Update").outcome, "done");
    assert.match(report.message, said);
    assert.deepEqual({ head: await b.head(), secrets: await secrets.head() }, before);
    assert.deepEqual([await b.running(), await b.default()], ["first", "first"]);
    assert.equal(await b.read("mine.nix"), "mine\n");
    assert.equal(await b.host.read("nix-secrets/secrets.yaml"), "first\n");
    assert.equal(report.phases.length, 6, "nothing comes after it");
    // And once it is mended, the same command goes through.
    await b.configure(noDotfiles);
    await b.ends("second", "switch", 0);
    await b.host.remove("units").then(() => Deno.mkdir(b.host.path("units")));
    await push(a, { "flake.nix": "second\n", "mended.nix": "x\n" });
    await reports(b, 0);
    assert.equal(await b.running(), "second");
    assert.equal(await b.host.read("nix-secrets/secrets.yaml"), "newer\n");
  });
}

Deno.test("Post-Rebuild Checks: units that are failed are told of, whoever is to blame", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await b.unit("old.service", "failed failed 0");
  await push(a, { "flake.nix": "second\n" });
  const report = await reports(b, 0);
  assert.deepEqual(report.changes.failedUnits, ["old.service"]);
  assert.equal(phase(report, "Post-Rebuild Checks").outcome, "warned");
  assert.deepEqual(report.warnings, ["failed units: old.service"]);
});

Deno.test("Commit & Push: a push that is refused leaves the commit here", async () => {
  await using world = await rebuilt();
  const { b } = world;
  const hook = `${b.host.remote}/hooks/pre-receive`;
  await Deno.writeTextFile(hook, "#!/bin/sh\necho not today >&2\nexit 1\n", { mode: 0o755 });
  await b.write({ "flake.nix": "second\n" });
  const report = await reports(b, 0);
  assert.equal(phase(report, "Commit & Push").outcome, "warned");
  assert.match(report.warnings[0], /not pushed, the next run tries again/);
  assert.equal(await b.running(), "second");
  assert.match(await b.git("log", "-1", "--format=%s"), /Auto-commit from b/);
  await Deno.remove(hook);
  const next = await reports(b, 0);
  assert.equal(phase(next, "Commit & Push").outcome, "done");
  assert.equal(await b.head("origin/main"), await b.head());
});

Deno.test("Commit & Push: what the flags turn off stays off", async () => {
  await using world = await rebuilt();
  const { b } = world;
  const before = await b.head();
  await b.write({ "flake.nix": "second\n" });
  const left = await reports(b, 0, "--no-commit");
  assert.equal(await b.head(), before);
  assert.match(phase(left, "Commit & Push").detail, /committing is turned off/);
  assert.equal(await b.running(), "second");
  const kept = await reports(b, 0, "--no-push");
  assert.match(phase(kept, "Commit & Push").detail, /not pushed: as asked/);
  assert.notEqual(await b.head(), before);
  assert.equal(await b.head("origin/main"), before);
});

Deno.test("a secret in a new file is not built, where everybody could read it in the store", async () => {
  await using world = await rebuilt();
  const { b } = world;
  const token = ["ghp", "x7Kq2mPd9vRt4wLz8bNc3hYf6jSg1aQe5uVo"].join("_");
  await b.write({ "flake.nix": "second\n", "new.nix": `token = "${token}";\n` });
  const ended = await rebuilds(b);
  assert.equal(ended.status, 3, ended.stderr);
  assert.match(ended.stderr, /new files hold secrets, and would be in the store:\n.*new\.nix:1/);
  assert.ok(!(ended.stdout + ended.stderr).includes(token));
  assert.match(await b.git("status", "--porcelain"), /^\?\? new\.nix$/m);
  assert.equal(await b.running(), "first");
});

Deno.test("the phases of a run are those of its report, in order, with their time", async () => {
  await using world = await rebuilt();
  const report = await reports(world.b, 0);
  assert.equal(outcomes(report).length, 8);
  // deno-lint-ignore no-explicit-any
  assert.ok(report.phases.every(({ seconds }: any) => seconds >= 0 && seconds < 30));
});

/** A checkout of the secrets' repository beside the configuration, and who pushes to it. */
async function withSecrets(b: UpgradeHost): Promise<{
  readonly push: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly head: () => Promise<string>;
}> {
  const remote = b.host.path("secrets.git");
  const script = `git init -q --bare "$1"; git clone -q "$1" "$2"; cd "$2"
    echo first > secrets.yaml; git add .; git commit -qm First; git push -q origin HEAD
    git clone -q "$1" "$3"`;
  const [theirs, ours] = [b.host.path("secrets-author"), b.host.path("nix-secrets")];
  const made = await b.host.run(["sh", "-euc", script, "sh", remote, theirs, ours]);
  assert.equal(made.status, 0, made.stderr);
  return {
    push: async (files) => {
      for (const [name, text] of Object.entries(files)) {
        await b.host.write(`secrets-author/${name}`, text);
      }
      const argv = ["sh", "-euc", "git commit -qam Change; git push -q", "sh"];
      const pushed = await b.host.run(argv, { cwd: theirs });
      assert.equal(pushed.status, 0, pushed.stderr);
    },
    head: async () => (await b.host.run(["git", "-C", ours, "rev-parse", "HEAD"])).stdout.trim(),
  };
}
