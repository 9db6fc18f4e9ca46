/** A secret on its way out: nothing is pushed, the commit stays, and the value is told to nobody. */
import assert from "node:assert/strict";
import { settled } from "../upgrade/scene.ts";
import type { ConfigHost } from "../support/config_host.ts";
import { cloned, exits } from "./scene.ts";

/** Made up here, so that no file of this project holds what a scanner looks for. */
const token = ["ghp", "x7Kq2mPd9vRt4wLz8bNc3hYf6jSg1aQe5uVo"].join("_");

Deno.test("a secret is not pushed, its commit stays here, and its value is in nothing that is said", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  const before = (await sandbox.refs())["refs/heads/main"];
  await a.write({ "services.nix": `{\n  token = "${token}";\n}\n` });
  const said = exits(3, await a.commits(["--push"]));
  assert.match(said, /not pushed, it is kept here: secrets were found\n.*services\.nix:2: github-/);
  assert.match(said, /hint: take it out/);
  assert.ok(!said.includes(token));
  assert.equal((await sandbox.refs())["refs/heads/main"], before);
  assert.equal(await a.at("HEAD", "services.nix"), `{\n  token = "${token}";\n}\n`);
  // A later commit that removes it does not help: the push would still carry it.
  await a.write({ "services.nix": "{ }\n" });
  exits(3, await a.commits(["--push"]));
  assert.equal((await sandbox.refs())["refs/heads/main"], before);
  await a.git("reset", "--quiet", "--soft", "origin/main");
  exits(0, await a.commits(["--push"]));
});

Deno.test("without a push a secret is warned of", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  await a.write({ "services.nix": `token = "${token}"\n` });
  const said = exits(0, await a.commits());
  assert.match(said, /warning: secrets are in this commit, which is not pushed/);
  assert.ok(!said.includes(token));
});

Deno.test("what the repository allows is pushed", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  await a.write({
    "services.nix": `token = "${token}"\n`,
    ".holdfast-allow-secrets": "services.nix * # it is an example\n",
  });
  exits(0, await a.commits(["--push"]));
  assert.equal((await sandbox.refs())["refs/heads/main"], await a.head());
});

Deno.test("an upgrade that commits pushes no secret either, and records no value", async () => {
  await using world = await settled({ hostCanCommitConfig: true });
  const { b } = world;
  await b.write({ "services.nix": `token = "${token}"\n` });
  const unbuilt = exits(3, await b.upgrades());
  assert.match(unbuilt, /new files hold secrets, and would be in the store:\nservices\.nix:1: git/);
  assert.match(
    unbuilt,
    /hint: encrypt it, or keep the file from git by \.gitignore; if it is none/,
  );
  assert.ok(!unbuilt.includes(token));
  assert.match(await b.git("status", "--porcelain"), /^\?\? services\.nix$/m);
  // One that git knew already is in the store by the person's own doing; it goes no further.
  await b.git("add", "--intent-to-add", "services.nix");
  const said = exits(3, await b.upgrades());
  assert.match(said, /not pushed, secrets were found:\n.*services\.nix:1: github-/);
  assert.ok(!said.includes(token));
  for await (const { name } of Deno.readDir(b.stateDir)) {
    if (!/json/.test(name)) continue;
    assert.ok(!(await Deno.readTextFile(`${b.stateDir}/${name}`)).includes(token), name);
  }
  await nothingPushed(b);
});

async function nothingPushed(b: ConfigHost): Promise<void> {
  assert.notEqual(await b.head("origin/main"), await b.head());
}
