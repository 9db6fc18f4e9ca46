import assert from "node:assert/strict";
import { exits } from "../config/scene.ts";
import { nobody, programsForAll } from "../support/programs_for_all.ts";
import { Sandbox } from "../support/sandbox.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";
import { author, push } from "./scene.ts";

Deno.test("root pulls and builds as the repository's owner, and activates as root", async () => {
  assert.equal(Deno.uid(), 0, "this test gives a repository to somebody else, which only root can");
  await using sandbox = await Sandbox.create();
  await using b = await UpgradeHost.create("b", sandbox);
  const PATH = `${b.host.path("bin")}:${await programsForAll(sandbox)}:${b.environment["PATH"]}`;
  const build = 'id -u > "$1.uid"; ln -s "$(cat "$2/systems/$(head -n 1 "$3/flake.nix")")" "$1"';
  await b.configure({
    buildCommand: ["sh", "-euc", build, "sh", "{outLink}", b.host.home, "{repo}"],
  });
  const a = await author(sandbox);
  await push(a, { "flake.nix": "second\n" });
  for (const path of [sandbox.root, b.host.home]) await Deno.chmod(path, 0o755);
  await b.host.run(["chown", "--recursive", `${nobody}`, b.repo, sandbox.remote]);
  // Where the owner may not come, and with nothing left open for others.
  const cwd = `${sandbox.root}/of-root`;
  await Deno.mkdir(cwd, { mode: 0o700 });
  exits(0, await b.upgrades([], { env: { PATH }, cwd, umask: 0o077 }));
  assert.equal(await b.running(), "second");
  const found = await b.host.run(["find", b.repo, "!", "-user", `${nobody}`]);
  assert.equal(found.stdout, "");
  const uid = await Deno.readTextFile(`${b.stateDir}/build/result.uid`);
  assert.equal(uid, `${nobody}\n`);
  assert.equal((await Deno.stat(`${b.stateDir}/host.json`)).uid, 0);
});
