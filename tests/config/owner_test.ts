/** Whose the repository is: git runs as its owner, and nobody else's hands are in it. */
import assert from "node:assert/strict";
import { nobody, programsForAll } from "../support/programs_for_all.ts";
import { cloned, exits } from "./scene.ts";

Deno.test("root works on a repository as its owner, and leaves nothing of root's behind", async () => {
  assert.equal(Deno.uid(), 0, "this test gives a repository to somebody else, which only root can");
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  // As on a real host, where everybody can come as far as the home, and run git.
  for (const path of [sandbox.root, a.host.home]) await Deno.chmod(path, 0o755);
  const PATH = await programsForAll(sandbox);
  await a.host.run(["chown", "--recursive", `${nobody}`, a.repo, sandbox.remote]);
  await a.write({ "new": "n\n" });
  await Deno.chown(`${a.repo}/new`, nobody, null);
  exits(0, await a.commits(["--push"], { env: { PATH } }));
  const found = await a.host.run(["find", a.repo, sandbox.remote, "!", "-user", `${nobody}`]);
  assert.equal(found.stdout, "");
  await a.host.run(["chown", "--recursive", "0", a.repo, sandbox.remote]);
  assert.equal((await sandbox.refs())["refs/heads/main"], await a.head());
});

Deno.test("flaw: root followed a link in the repository to a file of its own", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  for (const path of [sandbox.root, a.host.home]) await Deno.chmod(path, 0o755);
  const PATH = await programsForAll(sandbox);
  const shadow = `${sandbox.root}/shadow`;
  await Deno.writeTextFile(shadow, "of root alone\n", { mode: 0o600 });
  await Deno.symlink(shadow, `${a.repo}/.git/holdfast-in-use`);
  await a.host.run(["chown", "--recursive", "--no-dereference", `${nobody}`, a.repo]);
  await a.write({ "new": "n\n" });
  exits(1, await a.commits([], { env: { PATH } }));
  assert.equal(await Deno.readTextFile(shadow), "of root alone\n");
  assert.equal((await Deno.stat(shadow)).uid, 0);
});

Deno.test("anybody else is refused, with who may", async () => {
  await using world = await cloned(["a"]);
  const { a, sandbox } = world;
  for (const path of [sandbox.root, a.host.home]) await Deno.chmod(path, 0o755);
  await a.write({ "new": "n\n" });
  const program = new URL("../../bin/host-commit.ts", import.meta.url).pathname;
  const argv = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const deno = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", program];
  const ended = await a.host.run([...argv, ...deno, "--repo", a.repo]);
  assert.match(exits(2, ended), /belongs to root\nhint: run this as root/);
});
