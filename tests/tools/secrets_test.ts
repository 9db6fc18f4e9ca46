import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import type { Ended } from "../support/processes.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { drawn, made } from "../secrets/made_secrets.ts";
import { putOnPath } from "../support/programs_on_path.ts";
import { onPty } from "../support/pty.ts";
import {
  collide,
  exits,
  holds,
  inFrontOf,
  inSync,
  onMain,
  resolve,
  settle,
  syncIn,
  syncs,
  word,
} from "./scene.ts";

const [[, token = ""] = []] = made["npm-token"] ?? [];
const told = /dot_npmrc:1: npm-token \(in [0-9a-f]{12}\)/;

/** Asserts that a secret is in nothing that a run said, nor in any record that it kept. */
async function isKept(secret: string, host: Host, ...runs: readonly Ended[]): Promise<void> {
  for (const { stdout, stderr } of runs) ok(!`${stdout}${stderr}`.includes(secret));
  for await (const { name } of Deno.readDir(host.stateDirectory)) {
    ok(!(await Deno.readTextFile(`${host.stateDirectory}/${name}`)).includes(secret), name);
  }
}

async function lastSync(host: Host): Promise<Record<string, unknown>> {
  return JSON.parse(await Deno.readTextFile(`${host.stateDirectory}/last-sync.json`));
}

Deno.test("a secret that goes out is warned of by path, line and rule, once", async () => {
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".npmrc": "x\n", ".f": "f\n" });
  await a.write(".npmrc", `${token}\n`);
  const ended = await syncs(a, "--json");
  match(
    ended.stderr,
    new RegExp(`warning: looks like a secret: ${told.source}\\nhint: take it out`),
  );
  const { warnings, result } = await lastSync(a) as { warnings: string[]; result: string };
  deepEqual([warnings.length, result], [1, "success"]);
  match(warnings[0] ?? "", told);
  deepEqual(JSON.parse(ended.stdout).warnings, warnings);
  equal(await onMain(sandbox, "dot_npmrc"), `${token}\n`);
  await a.write(".f", "f by a\n");
  const next = await syncs(a);
  equal(next.stderr, "");
  await isKept(token, a, ended, next);
});

Deno.test("refused, it stays on the host with all else, and other hosts' edits come in", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".npmrc": "x\n", ".f": "f\n", ".g": "g\n" });
  await b.write(".g", "g by b\n");
  await syncs(b);
  const before = await sandbox.refs();
  await a.write(".npmrc", `${token}\n`);
  await a.write(".f", "f by a\n");
  const first = exits(3, await a.sync("--secret-gate", "refuse"));
  match(first.stderr, told);
  match(
    first.stderr,
    /hint: once it is out of the file, and a sync took that over: git -C /,
  );
  match(first.stdout, /nothing was pushed, 1 secret would become known/);
  equal(await word(a), "push-failed");
  deepEqual(await sandbox.refs(), before);
  await holds(".npmrc", `${token}\n`, a);
  await holds(".g", "g by b\n", a);
  const second = exits(3, await a.sync("--secret-gate", "refuse"));
  deepEqual(await sandbox.refs(), before);
  await isKept(token, a, first, second);
  // Taken out again, it is in a commit that would be pushed all the same.
  await a.write(".npmrc", "y\n");
  const { stderr } = exits(3, await a.sync("--secret-gate", "refuse"));
  match(stderr, told);
  deepEqual(await sandbox.refs(), before);
  // So all that is not pushed yet is committed anew; what others push meanwhile is not taken back.
  await b.write(".g", "g again by b\n");
  await syncs(b);
  await a.git("fetch", "--quiet");
  const [, reset = "", remove = ""] = /(git -C \S+ reset .*?\)"), (rm \S+), and/.exec(stderr) ?? [];
  exits(0, await a.run(["sh", "-c", reset]));
  // The record names the commit that is gone now; without it the sync starts anew.
  match(exits(3, await a.sync("--secret-gate", "refuse")).stderr, /moved off/);
  exits(0, await a.run(["sh", "-c", remove]));
  exits(0, await a.sync("--secret-gate", "refuse"));
  equal(await onMain(sandbox, "dot_f"), "f by a\n");
  equal(await onMain(sandbox, "dot_g"), "g again by b\n");
  ok(![...(await sandbox.reachableBlobs()).values()].some((blob) => blob.includes(token)));
  await settle(a, b);
});

// chezmoi pushed it within the sync's own re-add, before anything was searched.
Deno.test("refused, chezmoi's own git.autoPush does not send it either", async () => {
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".npmrc": "x\n", ".f": "f\n" });
  await a.write(
    ".config/chezmoi/chezmoi.toml",
    "[git]\nautoCommit = true\nautoPush = true\n",
  );
  await a.git("branch", "--quiet", "--set-upstream-to=origin/main", "main");
  await a.write(".f", "f by a\n");
  match((await syncs(a)).stderr, /warning: chezmoi's git\.autoPush was held back/);
  equal(await onMain(sandbox, "dot_f"), "f by a\n");
  const before = await sandbox.refs();
  await a.write(".npmrc", `${token}\n`);
  match(exits(3, await a.sync("--secret-gate", "refuse")).stderr, told);
  deepEqual(await sandbox.refs(), before);
  ok(![...(await sandbox.reachableBlobs()).values()].some((blob) => blob.includes(token)));
});

Deno.test("an allow list in the source lets it pass", async () => {
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".npmrc": "x\n" });
  await a.write(".npmrc", `${token}\n`);
  await Deno.writeTextFile(
    `${a.source}/.holdfast-allow-secrets`,
    "dot_npmrc npm-token # revoked\n",
  );
  equal(exits(0, await a.sync("--secret-gate", "refuse")).stderr, "");
  equal(await onMain(sandbox, "dot_npmrc"), `${token}\n`);
});

Deno.test("a secret in a parked file is refused, too: the conflict is pushed for others to see", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".npmrc": "x\n" });
  await a.write(".npmrc", "a\n");
  await syncs(a);
  await b.write(".npmrc", `${token}\n`);
  const ended = exits(3, await b.sync("--secret-gate", "refuse"));
  match(ended.stderr, told);
  deepEqual(Object.keys(await sandbox.refs()), ["refs/heads/main"]);
  await holds(".npmrc", `${token}\n`, b);
  await isKept(token, b, ended);
  doesNotMatch([...(await sandbox.reachableBlobs()).values()].join("\n"), new RegExp(token));
});

Deno.test("a key of the configuration chooses, and the gate can be off", async () => {
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".npmrc": "x\n" });
  await a.write("off.json", '{ "secretGate": "off" }');
  await a.write("refuse.json", '{ "secretGate": "refuse" }');
  await a.write(".npmrc", `${token}\n`);
  exits(3, await a.sync("--config", a.path("refuse.json")));
  equal((await syncs(a, "--config", a.path("off.json"))).stderr, "");
  equal(await onMain(sandbox, "dot_npmrc"), `${token}\n`);
});

Deno.test("what chezmoi encrypted is no secret", async () => {
  await using sandbox = await Sandbox.create();
  const a = await sandbox.host("a");
  await a.beginSource();
  const key = await sandbox.run(["age-keygen"], { cwd: sandbox.root });
  await a.write("key.txt", key, 0o600);
  const recipient = /public key: (\S+)/.exec(key)?.[1];
  await a.write(
    ".config/chezmoi/chezmoi.toml",
    `encryption = "age"\n[age]\nidentity = "${a.path("key.txt")}"\nrecipient = "${recipient}"\n`,
  );
  await a.write(".netrc", `machine example.org login me password ${drawn(12)}\n`);
  await a.chezmoi("add", "--encrypt", a.path(".netrc"));
  equal(exits(0, await a.sync("--secret-gate", "refuse")).stderr, "");
  match(await onMain(sandbox, "encrypted_dot_netrc.age") ?? "", /AGE ENCRYPTED FILE/);
});

Deno.test("a search that fails is warned of, or stops the push, and tells no content", async () => {
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".npmrc": "x\n" });
  await a.write(".npmrc", `${token}\n`);
  const before = await sandbox.refs();
  const git = `case " $* " in *" cat-file --batch "*) echo "${token}"; exit 1 ;; esac`;
  const { PATH } = await inFrontOf(a, { git });
  const refused = exits(1, await syncIn(a, { PATH }, "--secret-gate", "refuse"));
  deepEqual(await sandbox.refs(), before);
  const warned = exits(0, await syncIn(a, { PATH }));
  match(warned.stderr, /warning: cannot search what is pushed for secrets: git cat-file --batch/);
  equal(await onMain(sandbox, "dot_npmrc"), `${token}\n`);
  await isKept(token, a, refused, warned);
});

Deno.test("a sync with nothing to push looks for nothing", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  const { PATH, directory } = await inFrontOf(a, {
    git: `case " $* " in *" cat-file --batch"*) : >"$here/looked" ;; esac`,
  });
  exits(0, await syncIn(a, { PATH }));
  await b.write(".f", "f by b\n");
  await syncs(b);
  exits(0, await syncIn(a, { PATH }));
  await holds(".f", "f by b\n", a);
  deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name), ["git"]);
});

Deno.test("nor does a resolution send one: neither this host's own edits nor what a person types", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".npmrc": "x\n", ".f": "f\n" });
  await collide([b, a], { ".f": ["by b\n", "by a\n"] });
  const refuse = ["--secret-gate", "refuse"];
  // What a merge tool leaves behind, on a terminal.
  await a.write("tool", `#!/bin/sh\necho '${token}' > "$1"\n`, 0o755);
  const tool = `[mergetool "typed"]\ncmd = '${a.path("tool")}' $MERGED\ntrustExitCode = true\n`;
  await Deno.writeTextFile(`${sandbox.root}/gitconfig`, `[merge]\ntool = typed\n${tool}`, {
    append: true,
  });
  const before = await sandbox.refs();
  await putOnPath(a, { "chezmoi-resolve": ["--host", "a", "--merge-tool", ...refuse] });
  const { status, bytes } = await onPty(a.path("bin/chezmoi-resolve"), { env: a.environment });
  equal(status, 3, bytes);
  match(bytes, /looks like a secret: dot_f:1: npm-token/);
  match(bytes, /nothing was pushed, 1 secret would become known/);
  ok(!bytes.includes(token));
  deepEqual(await sandbox.refs(), before);
  await a.write(".npmrc", `${token}\n`);
  const own = exits(3, await resolve(a, ...refuse, "--take", "local"));
  match(own.stderr, /nothing was resolved: .*nothing was pushed, 1 secret would become known/);
  deepEqual(await sandbox.refs(), before);
  await isKept(token, a, own);
});
