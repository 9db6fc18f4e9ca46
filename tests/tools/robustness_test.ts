import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Lifeline } from "../support/lifeline.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { treeOf } from "../support/tree.ts";
import { changes, exits, holds, inFrontOf, inSync, onMain, settle, syncs, word } from "./scene.ts";

/** Home, source (with .git and .jj), state directory (but for who holds the lock) and remote. */
async function everything(sandbox: Sandbox): Promise<Record<string, string>> {
  return await treeOf(sandbox.root, ["tmp", "lock"]);
}

Deno.test("of two syncs at once one works; the other says at once who does, and exits 75", async () => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n" });
  await b.write(".f", "f by b\n");
  const line = await Lifeline.in(b.environment.TMPDIR as string);
  const { PATH, directory } = await inFrontOf(b, {
    chezmoi: `once held && { echo here >'${line.path}'; read -r _ <"$here/gate"; }`,
  });
  await sandbox.run(["mkfifo", `${directory}/gate`], { cwd: directory });
  const first = b.start("chezmoi-sync", ["--host", "b"], { env: { PATH } });
  match(await line.hears(), /here/);
  const from = performance.now();
  for (const program of ["chezmoi-sync", "chezmoi-resolve"]) {
    const args = ["--host", "b", ...(program === "chezmoi-resolve" ? ["--take", "remote"] : [])];
    const second = exits(75, await b.program(program, args));
    match(second.stderr, /busy: chezmoi-sync \(pid \d+\) is at work since \d{4}-/);
  }
  ok(performance.now() - from < 5000, "at once");
  const running = await b.program("chezmoi-status", ["--host", "b"], {});
  match(exits(0, running).stdout, /running +chezmoi-sync \(pid \d+\)/);
  await Deno.writeTextFile(`${directory}/gate`, "go\n");
  exits(0, await first.ended);
  await line.ends();
  equal(await onMain(sandbox, "dot_f"), "f by b\n");
});

Deno.test("lock files that a killed git left stop nothing", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  await a.write(".g", "g by a\n");
  await syncs(a);
  await b.write(".f", "f by b\n");
  const refs = ["refs/heads/main.lock", "refs/remotes/origin/main.lock", "packed-refs.lock"];
  for (const lock of ["index.lock", "HEAD.lock", "config.lock", ...refs]) {
    await Deno.writeTextFile(`${b.source}/.git/${lock}`, "");
  }
  await syncs(b);
  await holds(".g", "g by a\n", b);
  equal(await onMain(sandbox, "dot_f"), "f by b\n");
});

Deno.test("a lock of a git that is still at work is left to it: exit 75", async () => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n" });
  await b.write(".f", "f by b\n");
  await Deno.writeTextFile(`${b.source}/.git/index.lock`, "");
  const command = new Deno.Command("git", {
    args: ["-C", b.source, "cat-file", "--batch"],
    cwd: b.source,
    env: { ...b.environment },
    stdin: "piped",
    stdout: "null",
  });
  const git = command.spawn();
  try {
    match(exits(75, await b.sync()).stderr, /busy: .* is at work in/);
    equal(await Deno.readTextFile(`${b.source}/.git/index.lock`), "");
    await holds(".f", "f by b\n", b);
  } finally {
    await git.stdin.close();
    await git.status;
  }
  await syncs(b);
  equal(await onMain(sandbox, "dot_f"), "f by b\n");
});

Deno.test("a chezmoi that holds its database delays nothing for long and costs no edit", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  await a.write(".g", "g by a\n");
  await syncs(a);
  await b.write(".f", "f by b\n");
  const line = await Lifeline.in(b.environment.TMPDIR as string);
  const hold = `${b.source}/run_hold.sh`;
  await Deno.writeTextFile(hold, `#!/bin/sh\necho $$ >'${line.path}'\nexec sleep 60\n`);
  const holder = b.run(["chezmoi", "--no-tty", "apply", "--force", "--include=scripts"]);
  const sleeping = Number(await line.hears());
  try {
    await Deno.remove(hold);
    const from = performance.now();
    const busy = exits(75, await b.sync());
    ok(performance.now() - from < 20_000, "in bounded time");
    match(busy.stderr, /another chezmoi is at work/);
    await holds(".g", "g\n", b);
    await holds(".f", "f by b\n", b);
  } finally {
    Deno.kill(sleeping, "SIGKILL");
    await holder;
  }
  await settle(b, a);
  await holds(".f", "f by b\n", a, b);
  await holds(".g", "g by a\n", a, b);
});

Deno.test("a second sync changes nothing, byte for byte", async (t) => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  const same = async (host: Host, status: number): Promise<void> => {
    const operations = await host.jj("op", "log", "--no-graph", "-T", 'id ++ "\\n"');
    const before = await everything(sandbox);
    exits(status, await host.sync());
    deepEqual(changes(before, await everything(sandbox)), []);
    equal(await host.jj("op", "log", "--no-graph", "-T", 'id ++ "\\n"'), operations);
  };
  await t.step("after both sides edited", async () => {
    await a.write(".f", "f by a\n");
    await b.write(".g", "g by b\n");
    await settle(a, b);
    await same(a, 0);
    await same(b, 0);
  });
  await t.step("with something parked", async () => {
    await a.write(".f", "f again by a\n");
    await b.write(".f", "f again by b\n");
    await syncs(a);
    exits(3, await b.sync());
    await same(b, 3);
    await syncs(a);
    await same(a, 0);
  });
  await t.step("with drift that is left alone", async () => {
    await Deno.remove(a.path(".g"));
    await syncs(a);
    await same(a, 0);
  });
});

Deno.test("no terminal: what would ask fails or is left out, and nothing waits", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  await Deno.writeTextFile(
    `${a.source}/dot_asks.tmpl`,
    '{{ promptString "name" }}\n',
  );
  await a.write(".f", "f by a\n");
  const detached = async (host: Host, env: Record<string, string> = {}): Promise<number> => {
    const sync = [Deno.execPath(), "run", "-A", "--cached-only"];
    const program = new URL("../../bin/chezmoi-sync.ts", import.meta.url).pathname;
    const compiled = Deno.env.get("HOLDFAST_BIN_DIR");
    const argv = compiled ? [`${compiled}/chezmoi-sync`] : [...sync, program];
    const closed = ["setsid", "-w", "sh", "-c", `exec 0<&-; exec "$@"`, "sh", ...argv];
    return (await host.run([...closed, "--host", host.name], { env })).status;
  };
  const from = performance.now();
  equal(await detached(a), 0);
  const status = await detached(b);
  ok([0, 3].includes(status), `exit ${status}`);
  ok(performance.now() - from < 20_000);
  await holds(".f", "f by a\n", a, b);
  await b.write(".f", "f by b\n");
  equal(await detached(b, { PAGER: "less", EDITOR: "vi", VISUAL: "vi", GIT_EDITOR: "vi" }), 0);
  equal(await onMain(sandbox, "dot_f"), "f by b\n");
  equal(await word(b), "success");
});
