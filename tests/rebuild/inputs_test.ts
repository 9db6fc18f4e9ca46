/** Inputs of a real flake, updated by the real nix: secrets, all of them, and what is old. */
import assert from "node:assert/strict";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { noDotfiles, rebuilds, rebuilt, reports } from "./scene.ts";

Deno.test("new secrets are taken into the lock file and committed; other inputs stay", async () => {
  await using world = await withInputs();
  const { b, change } = world;
  const before = JSON.parse(await b.read("flake.lock")).nodes;
  await change("nix-secrets");
  await change("tools");
  const report = await reports(b, 0);
  const after = JSON.parse(await b.read("flake.lock")).nodes;
  assert.notEqual(after["nix-secrets"].locked.rev, before["nix-secrets"].locked.rev);
  assert.equal(after.tools.locked.rev, before.tools.locked.rev);
  // deno-lint-ignore no-explicit-any
  assert.deepEqual(report.changes.inputs.map(({ name }: any) => name), ["nix-secrets"]);
  assert.match(report.phases[3].detail, /^nix-secrets: [0-9a-f]{8} \(.*\) → [0-9a-f]{8} \(.*\)$/);
  assert.match(await b.git("show", "--stat", "HEAD"), /flake\.lock/);
});

Deno.test("--update brings all inputs up to date, and shows from what to what", async () => {
  await using world = await withInputs();
  const { b, change } = world;
  await change("tools");
  const ended = await rebuilds(b, ["--update"]);
  assert.equal(ended.status, 0, ended.stderr);
  assert.match(ended.stdout, /^inputs +tools: [0-9a-f]{8} .* → [0-9a-f]{8} /m);
  await change("tools");
  const kept = await rebuilds(b, ["--update", "--skip-update"]);
  assert.match(kept.stderr, /\[skipped\] Flake Update: as asked/);
});

Deno.test("old inputs are told of, with how to bring them up to date", async () => {
  await using world = await withInputs();
  const { b } = world;
  const lock = JSON.parse(await b.read("flake.lock"));
  lock.nodes.tools.locked.lastModified -= 9 * 86_400;
  await b.write({ "flake.lock": JSON.stringify(lock) });
  const ended = await rebuilds(b, ["--dry-run"]);
  assert.match(ended.stderr, /Flake Update: not asked for; --update brings .* is old: tools 9 d/);
  await b.configure({ ...noDotfiles, staleDays: 10 });
  assert.doesNotMatch((await rebuilds(b, ["--dry-run"])).stderr, /is old/);
});

Deno.test("a build that fails takes the lock file back as well", async () => {
  await using world = await withInputs();
  const { b, change } = world;
  const before = await b.read("flake.lock");
  await change("nix-secrets");
  await b.configure({ ...noDotfiles, buildCommand: ["false"] });
  await reports(b, 5);
  assert.equal(await b.read("flake.lock"), before);
  assert.equal(await b.git("status", "--porcelain"), "");
});

Deno.test("a lock file that cannot be read is told of, and not acted upon", async () => {
  await using world = await rebuilt();
  const { b } = world;
  await b.write({ "flake.lock": "{ truncated" });
  const ended = await rebuilds(b, ["--dry-run"]);
  assert.match(
    ended.stderr,
    /flake\.lock is no lock file of a flake: nothing is known of the inputs/,
  );
});

/** A host whose flake has two inputs, each a git repository, locked. */
async function withInputs(): Promise<
  & { readonly b: UpgradeHost; readonly change: (name: string) => Promise<void> }
  & AsyncDisposable
> {
  const world = await rebuilt();
  const { b } = world;
  const change = async (name: string): Promise<void> => {
    const script = `mkdir -p "$1"; cd "$1"; [ -d .git ] || git init -q
      date +%s%N > file; echo '{ outputs = _: { }; }' > flake.nix; git add .; git commit -qm x`;
    const made = await b.host.run(["sh", "-euc", script, "sh", b.host.path(`inputs/${name}`)]);
    assert.equal(made.status, 0, made.stderr);
  };
  for (const name of ["nix-secrets", "tools"]) await change(name);
  const inputs = ["nix-secrets", "tools"].map((name) =>
    `  inputs.${name}.url = "git+file://${b.host.path(`inputs/${name}`)}";\n`
  );
  // The first line is what the builder of these tests goes by.
  await b.write({ "flake.nix": `# second\n{\n${inputs.join("")}  outputs = _: { };\n}\n` });
  const build = `ln -s "$(cat "$SYSTEMS/second")" "$1"`;
  await b.configure({ ...noDotfiles, buildCommand: ["sh", "-euc", build, "sh", "{outLink}"] });
  const lock = ["nix", "--extra-experimental-features", "nix-command flakes", "flake", "lock"];
  await b.git("add", "--all");
  const locked = await b.host.run([...lock, b.repo], { env: { ...b.environment } });
  assert.equal(locked.status, 0, locked.stderr);
  await b.git("add", "--all");
  await b.git("commit", "--quiet", "-m", "Inputs");
  await reports(b, 0);
  return {
    b,
    change,
    [Symbol.asyncDispose]: async () => await world[Symbol.asyncDispose](),
  };
}
