/** A commit or push that is killed after a call of git's: the next run ends it, and no line is lost. */
import assert from "node:assert/strict";
import type { ConfigHost } from "../support/config_host.ts";
import { cloned, exits, lines } from "./scene.ts";

/** More calls than a run makes. */
const most = 80;

/** Kills a run after one call in so many. */
export async function killAfterCalls(t: Deno.TestContext, every: number): Promise<void> {
  let survived = false;
  for (let call = 1; !survived; call += every) {
    assert.ok(call < most, "a run makes fewer calls than that");
    await t.step(`call ${call}`, async () => {
      await using world = await cloned(["a", "b"]);
      const { a, b, sandbox } = world;
      await a.commit("Remote", { "flake.nix": lines({ 2: "by a" }), "new": "a\n" });
      await a.git("push", "--quiet");
      await b.write({ "flake.nix": lines({ 2: "by b", 11: "also by b" }), "own": "b\n" });
      const status = await killedAfter(b, call);
      survived = status === 0;
      exits(0, await b.commits(["--push", "--on-conflict", "prefer-remote"]));
      assert.equal(await b.git("status", "--porcelain"), "");
      assert.equal((await sandbox.refs())["refs/heads/main"], await b.head());
      assert.equal(await b.at("HEAD", "flake.nix"), lines({ 2: "by a", 11: "also by b" }));
      assert.equal(await b.at("HEAD", "own"), "b\n");
      assert.equal(await b.at("HEAD", "new"), "a\n");
      // What the remote won over is still here.
      const all = await b.git("log", "--all", "--reflog", "-p", "--format=");
      assert.match(all, /^\+by b$/m);
      assert.equal(await b.git("for-each-ref", "refs/worktree/holdfast/moving"), "");
    });
  }
}

/** Runs `host-commit`, which is killed when its `call`th git has ended; 0 when it has fewer. */
async function killedAfter(b: ConfigHost, call: number): Promise<number> {
  const { PATH = "" } = b.host.environment;
  const script = `#!/bin/sh
PATH=\${PATH#*/front:}
case " $* " in *" --literal-pathspecs "*) ;; *) exec git "$@" ;; esac
number=1
while ! mkdir "$HOME/call-$number" 2>/dev/null; do number=$((number + 1)); done
git "$@"; status=$?
[ $number != ${call} ] || { kill -KILL "$PPID"; sleep 0.1; }
exit $status
`;
  await b.host.write("front/git", script, 0o755);
  const { status, stderr } = await b.commits(["--push", "--on-conflict", "prefer-remote"], {
    env: { PATH: `${b.host.path("front")}:${PATH}` },
  });
  assert.ok([0, 137].includes(status), stderr);
  return status;
}
