import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { treeOf } from "../support/tree.ts";
import { add, exits, holds, inSync, onMain, settle, syncs, word } from "./scene.ts";

const lines = "1\n2\n3\n4\n5\n6\n";

/** All of a host and of the remote that a person would miss, without what only our programs keep. */
async function visible(sandbox: Sandbox, host: Host): Promise<unknown> {
  return {
    home: await treeOf(host.home, [".git", ".jj", "chezmoi-sync"]),
    head: await Deno.readTextFile(`${host.source}/.git/HEAD`),
    refs: await host.git("for-each-ref", "refs/heads", "refs/tags"),
    status: await host.git("--no-optional-locks", "status", "--porcelain"),
    remote: await sandbox.refs(),
  };
}

/** A sync that has to refuse the source with a reason, and to change nothing. */
async function refuses(sandbox: Sandbox, host: Host, reason: RegExp): Promise<void> {
  const before = await visible(sandbox, host);
  const ended = exits(3, await host.sync());
  match(ended.stderr, reason);
  match(ended.stderr, /^hint: /m);
  equal(await word(host), "failed");
  deepEqual(await visible(sandbox, host), before);
}

async function commit(host: Host, path: string, text: string, message = "Mine"): Promise<void> {
  await Deno.writeTextFile(`${host.source}/${path}`, text);
  await host.git("add", path);
  await host.git("commit", "-q", "-m", message);
}

Deno.test("work in the source, committed or not, is published and reaches all homes", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": lines, ".g": "g\n" });
  await commit(b, "dot_g", "g, committed\n", "A person's words");
  await Deno.writeTextFile(`${b.source}/dot_f`, "1, uncommitted\n2\n3\n4\n5\n6\n");
  await Deno.writeTextFile(`${b.source}/dot_new`, "new\n");
  // The same file in the home: other lines, and another host edits as well.
  await b.write(".f", "1\n2\n3\n4\n5\n6, in the home\n");
  await a.write(".f", "1\n2\n3, elsewhere\n4\n5\n6\n");
  await syncs(a);
  await settle(b, a);
  await holds(".f", "1, uncommitted\n2\n3, elsewhere\n4\n5\n6, in the home\n", a, b);
  await holds(".g", "g, committed\n", a, b);
  await holds(".new", "new\n", a, b);
  match(await sandbox.git("log", "--format=%s", "main"), /^A person's words$/m);
});

Deno.test("an edit in the source and another of the same line in the home both survive", async () => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": lines });
  await Deno.writeTextFile(`${b.source}/dot_f`, lines.replace("1", "1 in the source"));
  await b.write(".f", lines.replace("1", "1 in the home"));
  await b.sync();
  await b.sync();
  await holds(".f", lines.replace("1", "1 in the home"), b);
  const blobs = [...(await sandbox.reachableBlobs()).values()].join("");
  match(blobs, /1 in the source/);
  match(blobs, /1 in the home/);
});

Deno.test("what git has not finished in the source is refused, and the sync works after it", async (t) => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n", ".g": "g\n" });
  await b.git("checkout", "-q", "-b", "side");
  await commit(b, "dot_f", "side\n");
  await b.git("checkout", "-q", "main");
  await commit(b, "dot_f", "mine\n");
  await b.write(".g", "g by b\n");
  for (const [what, command] of [["merge", "merge"], ["rebase", "rebase"], ["cherry-pick", ""]]) {
    await t.step(`a ${what} in progress`, async () => {
      const name = command || "cherry-pick";
      equal((await b.run(["git", "-C", b.source, name, "side"])).status, 1, "it conflicts");
      await refuses(sandbox, b, new RegExp(`a ${what} is in progress`));
      await b.git(name, "--abort");
    });
  }
  await t.step("another branch that is checked out", async () => {
    await b.git("checkout", "-q", "side");
    await refuses(sandbox, b, /has branch "side" checked out, not "main"/);
    await b.git("checkout", "-q", "main");
  });
  await t.step("afterwards all of it is published", async () => {
    await settle(b);
    equal(await onMain(sandbox, "dot_f"), "mine\n");
    equal(await onMain(sandbox, "dot_g"), "g by b\n");
    await holds(".f", "mine\n", b);
    match(await b.git("log", "-1", "--format=%s", "side"), /Mine/, "the branch is left alone");
  });
});

Deno.test("a detached HEAD syncs where nothing can be lost, and is refused where it could", async (t) => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  await a.write(".f", "f by a\n");
  await settle(a, b);
  await t.step("at an old commit: the home is not taken back", async () => {
    await b.git("checkout", "-q", "--detach", "HEAD~1");
    await settle(b, a);
    await holds(".f", "f by a\n", a, b);
    equal(await onMain(sandbox, "dot_f"), "f by a\n");
  });
  await t.step("with commits on the branch that are not checked out", async () => {
    await commit(b, "dot_f", "f, committed\n");
    await b.git("checkout", "-q", "--detach", "HEAD~1");
    await refuses(sandbox, b, /commits on main that are not below what is checked out/);
    await b.git("checkout", "-q", "main");
    await settle(b, a);
    await holds(".f", "f, committed\n", a, b);
  });
});

Deno.test("a working copy of jj that merges or conflicts is refused", async (t) => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n", ".g": "g\n" });
  const side = 'description(substring:"side")';
  await t.step("a merge", async () => {
    await b.jj("new", "main", "-m", "side");
    await Deno.writeTextFile(`${b.source}/dot_f`, "side\n");
    await b.jj("new", "main", "-m", "another");
    await Deno.writeTextFile(`${b.source}/dot_g`, "another\n");
    await b.jj("new", 'description(substring:"another")', side);
    await refuses(sandbox, b, /merges 2 commits/);
  });
  await t.step("a conflict", async () => {
    await b.jj("new", "main", "-m", "other");
    await Deno.writeTextFile(`${b.source}/dot_f`, "other\n");
    await b.jj("rebase", "-s", "@", "-o", side);
    await refuses(sandbox, b, /unresolved conflicts/);
  });
});

Deno.test("a pull by hand reverts nobody, and edits of the home merge with it", async () => {
  await using sandbox = await Sandbox.create();
  const files = { ".f": lines, ".g": "g\n", ".h": "h\n" };
  const { a, b } = await inSync(sandbox, ["a", "b"], files);
  await a.write(".f", lines.replace("1", "1 by a"));
  await a.write(".g", "g by a\n");
  await a.write(".h", "h by a\n");
  await syncs(a);
  await b.write(".f", lines.replace("6", "6 by b"));
  await b.write(".h", "h by b\n");
  await b.git("pull", "-q", "--ff-only", "origin", "main");
  const ended = exits(3, await b.sync());
  match(ended.stdout, /1 file is parked/);
  await settle(a);
  await holds(".f", lines.replace("1", "1 by a").replace("6", "6 by b"), a, b);
  await holds(".g", "g by a\n", a, b);
  await holds(".h", "h by b\n", b);
  await holds(".h", "h by a\n", a);
});

// The hint was `git init`, beside which jj would have had another history.
Deno.test("a source that only jj knows is refused, and the hint makes git know it", async () => {
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".f": "f\n" });
  const b = await sandbox.host("b");
  await Deno.mkdir(b.path(".local/share"), { recursive: true });
  exits(0, await b.run(["jj", "git", "clone", "--no-colocate", sandbox.remote, b.source]));
  const { stderr } = exits(2, await b.sync());
  const [, hint = ""] = /^hint: .*: (jj -R \S+ git colocation enable)$/m.exec(stderr) ?? [];
  exits(0, await b.run(["sh", "-c", hint]));
  await syncs(b);
  await b.write(".f", "f by b\n");
  await syncs(b);
  await syncs(a);
  await holds(".f", "f by b\n", a, b);
});

// It passed for a remote that is away: exit 0, and nothing was ever pushed again.
Deno.test("a commit made by jj without a name is told, and the hint gets it pushed", async () => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n", ".g": "g\n" });
  await Deno.writeTextFile(`${b.source}/dot_f`, "f, committed\n");
  await b.jj("commit", "-m", "Mine");
  await b.write(".g", "g by b\n");
  const { stderr } = exits(1, await b.sync());
  match(stderr, /cannot push main.*no author.*\nhint: somebody committed by jj/);
  const [, reset = "", remove = ""] = /(git -C \S+ reset .*?\)"), (rm \S+), and/.exec(stderr) ?? [];
  exits(0, await b.run(["sh", "-c", `${reset} && ${remove}`]));
  await syncs(b);
  equal(await onMain(sandbox, "dot_f"), "f, committed\n");
  equal(await onMain(sandbox, "dot_g"), "g by b\n");
});

Deno.test("a corrupt record is kept aside and costs no edit", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": lines, ".g": "g\n" });
  await a.write(".f", lines.replace("1", "1 by a"));
  await a.write(".g", "g by a\n");
  await syncs(a);
  await b.write(".f", lines.replace("6", "6 by b"));
  await Deno.writeTextFile(`${b.stateDirectory}/home.json`, "{");
  const ended = await syncs(b);
  match(ended.stderr, /home\.json is corrupt .*kept as .*starting anew/);
  const aside = [...Deno.readDirSync(b.stateDirectory)].filter(({ name }) => /corrupt/.test(name));
  equal(aside.length, 1);
  await settle(a, b);
  await holds(".f", lines.replace("1", "1 by a").replace("6", "6 by b"), a, b);
  await holds(".g", "g by a\n", a, b);
});

Deno.test("a state directory that has the record of another source is refused", async () => {
  await using sandbox = await Sandbox.create();
  const { b } = await inSync(sandbox, ["b"], { ".f": "f\n" });
  const other = b.path("other");
  await sandbox.run(["git", "clone", "-q", sandbox.remote, other], { cwd: sandbox.root });
  const before = await visible(sandbox, b);
  const ended = exits(2, await b.sync("--source", other));
  match(ended.stderr, /record of another source: .*chezmoi, not .*other\n.*--state-dir/s);
  deepEqual(await visible(sandbox, b), before);
});

Deno.test("a .chezmoiroot, ignored files and large ones sync as any other", async () => {
  await using sandbox = await Sandbox.create();
  const first = await sandbox.host("a");
  await Deno.writeTextFile(
    `${sandbox.root}/gitconfig`,
    `[core]\nexcludesFile = ${sandbox.root}/ignored\n`,
    { append: true },
  );
  await Deno.writeTextFile(`${sandbox.root}/ignored`, "*.log\n");
  await first.beginSource();
  await Deno.writeTextFile(`${first.source}/.chezmoiroot`, "home\n");
  await Deno.mkdir(`${first.source}/home`);
  const large = "a line of some length\n".repeat(200_000);
  await add(first, { ".f": lines, ".build.log": "log\n", ".large": large });
  await syncs(first);
  const second = await sandbox.host("b");
  await syncs(second, "--repo-url", sandbox.remote);
  await holds(".large", large, second);
  await second.write(".build.log", "log by b\n");
  await second.write(".large", `${large}by b\n`);
  await first.write(".f", lines.replace("1", "1 by a"));
  await second.write(".f", lines.replace("1", "1 by b"));
  await syncs(first);
  exits(3, await second.sync());
  await syncs(first);
  equal(await onMain(sandbox, "home/dot_f"), lines.replace("1", "1 by a"));
  await holds(".build.log", "log by b\n", first, second);
  await holds(".large", `${large}by b\n`, first);
});

Deno.test("a source without any commit syncs: without a remote, and with nothing at all in it", async (t) => {
  await using sandbox = await Sandbox.create();
  const a = await sandbox.host("a");
  await a.chezmoi("init");
  await t.step("locally only while there is no remote", async () => {
    match((await syncs(a)).stderr, /no remote "origin"/);
    equal(await word(a), "success-local-only");
  });
  await t.step("with an empty remote and an empty source", async () => {
    await a.git("remote", "add", "origin", sandbox.remote);
    await syncs(a);
    await syncs(a);
  });
  await t.step("with files that are only staged", async () => {
    await Deno.writeTextFile(`${a.source}/dot_f`, "f\n");
    await a.git("add", "dot_f");
    await syncs(a);
    equal(await onMain(sandbox, "dot_f"), "f\n");
    await holds(".f", "f\n", a);
    notEqual((await sandbox.refs())["refs/heads/main"], undefined);
  });
});
