/** A rebuild that is killed anywhere: the next run finds all of it before or all of it after. */
import assert from "node:assert/strict";
import type { UpgradeHost } from "../support/upgrade_host.ts";
import { inFront, noDotfiles, push, rebuilds, rebuilt } from "./scene.ts";

/** Where it is killed, by words of the command line of a program it starts. */
const moments: Readonly<Record<string, readonly [program: string, words: string]>> = {
  "while the secrets' checkout moves": ["git", "nix-secrets.* read-tree -m -u"],
  "once the secrets' checkout moved": ["git", "nix-secrets.* reset --quiet --mixed"],
  "while the inputs are updated": ["nix", "flake update"],
  "while new files are announced": ["git", "add --intent-to-add"],
  "in the build": ["nh", "os build"],
  "after the profile was set": ["nix-env", "--set"],
  "while the packages are compared": ["nix", "diff-closures"],
  "in the commit": ["git", " commit "],
  "in the push": ["git", " push "],
};

for (const [when, [program, words]] of Object.entries(moments)) {
  Deno.test(`killed ${when}`, async () => {
    await using world = await rebuilt();
    const { a, b } = world;
    const secrets = b.host.path("nix-secrets");
    await withSecrets(b);
    await b.configure({ ...noDotfiles, updateBeforeRebuild: true });
    await b.write({ "mine.nix": "mine\n" });
    const [before, secretsBefore] = [await b.head(), await headOf(b, secrets)];
    await push(a, { "flake.nix": "second\n" });
    const PATH = await inFront(b, program, {
      words,
      mark: "killed",
      how: `${program} "$@"; kill -KILL "$PPID"; sleep 0.2; exit 1`,
    });
    const killed = await rebuilds(b, [], { env: { PATH } });
    assert.equal(killed.status, 137, killed.stdout + killed.stderr);
    // With the remotes away the next run can only end what was begun.
    await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
    const ended = await b.upgrades(["--no-switch"]);
    assert.ok([0, 5].includes(ended.status), ended.stderr);
    assert.match(ended.stderr, /was cut short in its step/);
    const isBefore = await b.running() === "first";
    assert.equal(await b.default(), isBefore ? "first" : "second");
    assert.equal(await headOf(b, secrets) === secretsBefore, isBefore, "the secrets go along");
    const text = await b.host.read("nix-secrets/secrets.yaml");
    assert.equal(text, isBefore ? "first\n" : "second\n");
    assert.equal(await b.head() === before, isBefore);
    assert.equal(await b.read("flake.nix"), isBefore ? "first\n" : "second\n");
    assert.equal(await b.read("mine.nix"), "mine\n");
    // And then it goes through.
    await b.git("remote", "set-url", "origin", b.host.remote);
    const next = await rebuilds(b);
    assert.equal(next.status, 0, next.stderr);
    assert.equal(await b.running(), "second");
    assert.equal(await b.head("origin/main"), await b.head());
    assert.equal(await b.read("mine.nix"), "mine\n");
  });
}

async function withSecrets(b: UpgradeHost): Promise<void> {
  const script = `git init -q --bare s.git; git clone -q s.git author; cd author
    echo first > secrets.yaml; git add .; git commit -qm First; git push -q origin HEAD
    git clone -q ../s.git ../nix-secrets
    echo second > secrets.yaml; git commit -qam Second; git push -q`;
  const made = await b.host.run(["sh", "-euc", script]);
  assert.equal(made.status, 0, made.stderr);
}

async function headOf(b: UpgradeHost, repo: string): Promise<string> {
  return (await b.host.run(["git", "-C", repo, "rev-parse", "HEAD"])).stdout.trim();
}
