import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import {
  add,
  exits,
  holds,
  inFrontOf,
  inSync,
  onMain,
  resolve,
  settle,
  syncIn,
  syncs,
} from "./scene.ts";

const lines = "1\n2\n3\n4\n5\n";

/** Why `chezmoi-status --json` says that a file is left alone. */
async function why(host: Host, name: string): Promise<string | undefined> {
  const ended = exits(0, await host.program("chezmoi-status", ["--host", host.name, "--json"]));
  const { drift } = JSON.parse(ended.stdout) as { drift: { path: string; why: string }[] };
  return drift.find(({ path }) => path === host.path(name))?.why;
}

// `chezmoi re-add` of one file there had added all neighbours: rendered, decrypted, unmanaged ones.
Deno.test("an edit in an exact_ directory is told, and no neighbour leaves the host in clear", async () => {
  await using sandbox = await Sandbox.create();
  const a = await sandbox.host("a");
  await a.beginSource();
  const key = await sandbox.run(["age-keygen"], { cwd: sandbox.root });
  const recipient = /public key: (\S+)/.exec(key)?.[1];
  await a.write("key.txt", key, 0o600);
  await a.write(
    ".config/chezmoi/chezmoi.toml",
    [
      'encryption = "age"',
      `[age]\nidentity = "${a.path("key.txt")}"\nrecipient = "${recipient}"`,
      '[data]\ntoken = "a clear token"',
      "",
    ].join("\n"),
  );
  await add(a, { ".d/one": "1\n", ".f": "f\n" });
  await a.write(".d/three", "a clear secret\n");
  await a.chezmoi("add", "--encrypt", a.path(".d/three"));
  await Deno.writeTextFile(`${a.source}/dot_d/two.tmpl`, "{{ .token }}\n");
  await a.chezmoi("chattr", "exact", a.path(".d"));
  await a.chezmoi("apply", "--force");
  await syncs(a);
  await a.write(".d/one", "1 by a\n");
  await a.write(".d/unmanaged", "a clear note\n");
  await a.write(".f", "f by a\n");
  await syncs(a);
  equal(await onMain(sandbox, "dot_f"), "f by a\n");
  deepEqual(
    [...(await sandbox.filesAt("main")).keys()].filter((path) => path.startsWith("exact_dot_d/")),
    ["encrypted_three.age", "one", "two.tmpl"].map((name) => `exact_dot_d/${name}`),
  );
  doesNotMatch([...(await sandbox.reachableBlobs()).values()].join("\n"), /a clear/);
  await holds(".d/one", "1 by a\n", a);
  match(await why(a, ".d/one") ?? "", /exact_/);
});

// jj does not run git's filters: a secret that git-crypt had encrypted was pushed in clear.
Deno.test("a source with a git filter is refused, and what it encrypts is not pushed in clear", async (t) => {
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".f": "f\n" });
  for (const filter of ["clean", "smudge"]) {
    await a.git("config", `filter.crypt.${filter}`, "tr a-z n-za-m");
  }
  await Deno.writeTextFile(`${a.source}/.gitattributes`, "secret filter=crypt\n");
  await Deno.writeTextFile(`${a.source}/.chezmoiignore`, "secret\n");
  await Deno.writeTextFile(`${a.source}/secret`, "password\n");
  const refused = async (): Promise<void> => {
    const ended = exits(3, await a.sync());
    match(ended.stderr, /secret in .* goes through git's filter "crypt"/);
    match(ended.stderr, /^hint: /m);
    doesNotMatch([...(await sandbox.reachableBlobs()).values()].join("\n"), /password/);
  };
  await t.step("while it is not committed yet", refused);
  await t.step("when git has committed and pushed it", async () => {
    await a.git("add", "-A");
    await a.git("commit", "-q", "-m", "Mine");
    await a.git("push", "-q", "origin", "main");
    equal(await onMain(sandbox, "secret"), "cnffjbeq\n");
    await refused();
  });
  await t.step("by the first sync of a clone of it", async () => {
    await Deno.remove(a.stateDirectory, { recursive: true });
    await Deno.remove(`${a.source}/.jj`, { recursive: true });
    await refused();
  });
});

// Signing rewrote the commits that were pushed, and wrapped lines were read as other commits.
Deno.test("neither settings of jj nor a git hook's environment change what a sync does", async (t) => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": lines });
  await t.step("sign-on-push and log-word-wrap", async () => {
    const key = a.path("key");
    await a.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
    await a.write(
      ".config/jj/config.toml",
      [
        "[git]\nsign-on-push = true\n[ui]\nlog-word-wrap = true",
        `[signing]\nbackend = "ssh"\nkey = "${key}.pub"\n`,
      ].join("\n"),
    );
    await a.write(".f", lines.replace("1", "1 by a"));
    await syncs(a);
    match((await syncs(a)).stdout, /nothing to do/);
    await syncs(b);
    await holds(".f", lines.replace("1", "1 by a"), a, b);
  });
  await t.step("GIT_DIR and its like of another repository", async () => {
    const other = `${sandbox.root}/other`;
    await sandbox.run(["git", "init", "-q", other], { cwd: sandbox.root });
    const at = { cwd: other };
    await sandbox.run(["git", "commit", "-qm", "Other", "--allow-empty"], at);
    const refs = await sandbox.run(["git", "for-each-ref"], at);
    await b.write(".f", lines.replace("1", "1 by b"));
    exits(0, await syncIn(b, { GIT_DIR: `${other}/.git`, GIT_WORK_TREE: other }));
    equal(await onMain(sandbox, "dot_f"), lines.replace("1", "1 by b"));
    equal(await sandbox.run(["git", "for-each-ref"], at), refs);
  });
});

// Both spellings of the directory had come out of the merge, and chezmoi refused everything since.
Deno.test("a directory's attributes changed on one host against edits in it park and resolve", async () => {
  await using sandbox = await Sandbox.create();
  const directories = { ".d": "local", ".e": "remote" };
  const names = ["one", "two"].flatMap((name) =>
    Object.keys(directories).map((d) => `${d}/${name}`)
  );
  const files = Object.fromEntries(names.map((name) => [name, "text\n"]));
  const { a, b } = await inSync(sandbox, ["a", "b"], { ...files, ".f": "f\n" });
  for (const directory of Object.keys(directories)) {
    await a.write(`${directory}/one`, "one by a\n");
    await b.write(`${directory}/one`, "one by b\n");
    await b.write(`${directory}/two`, "two by b\n");
    await a.chezmoi("chattr", "private", a.path(directory));
  }
  await syncs(a);
  exits(3, await b.sync());
  await b.write(".f", "f by b\n");
  exits(3, await b.sync());
  await syncs(a);
  await holds(".f", "f by b\n", a, b);
  for (const host of [a, b]) equal(await host.chezmoi("status"), "");
  for (const [at, [directory, take]] of Object.entries(directories).entries()) {
    const paths = [`${directory}/one`, `${directory}/two`];
    exits(at === 0 ? 3 : 0, await resolve(b, ...paths, "--take", take));
  }
  await settle(a, b);
  await holds(".d/one", "one by b\n", a, b);
  await holds(".e/one", "one by a\n", a, b);
  // Only b edited those: no hunk of them collides.
  await holds(".d/two", "two by b\n", a, b);
  await holds(".e/two", "two by b\n", a, b);
  const sources = [...(await sandbox.filesAt("main")).keys()];
  deepEqual(sources, ["dot_f", ...names.map((name) => `private_dot_${name.slice(1)}`).sort()]);
  for (const host of [a, b]) equal(await host.chezmoi("status"), "");
});

// jj moved the edit into the commit that was being left, and the sync forgot that one.
Deno.test("an edit of the source just before the working copy moves is published", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  await b.write(".g", "g by b\n");
  await syncs(b);
  const jj = `case " $* " in *" new --no-edit "*) ;;
    *" new "*) if once edit; then echo precious >'${a.source}/dot_f'; fi ;; esac`;
  const { PATH } = await inFrontOf(a, { jj });
  exits(0, await syncIn(a, { PATH }));
  await syncs(a);
  await syncs(b);
  await holds(".f", "precious\n", a, b);
  await holds(".g", "g by b\n", a, b);
});

// The second edit was taken for one on an unknown text, and waited for a person ever after.
Deno.test("a file that is edited before a sync and again during it is captured both times", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": lines });
  await b.write(".f", lines.replace("5", "5 by b"));
  await syncs(b);
  const once = lines.replace("1", "1 by a");
  await a.write(".f", once);
  const chezmoi = `case " $* " in *" apply "*)
    if once edit; then printf '%s' '${once.replace("3", "3 by a")}' >'${a.path(".f")}'; fi ;; esac`;
  const { PATH } = await inFrontOf(a, { chezmoi });
  exits(0, await syncIn(a, { PATH }));
  await syncs(a);
  await syncs(b);
  await holds(".f", once.replace("3", "3 by a").replace("5", "5 by b"), a, b);
});

// "Deleted here" had stuck to the path, and the new file was never looked at again.
Deno.test("a file that is deleted and written anew, or was a link meanwhile, is captured", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  await a.remove(".f");
  await a.remove(".g");
  await Deno.symlink("/etc/hostname", a.path(".g"));
  await syncs(a);
  await a.write(".f", "f anew\n");
  await a.remove(".g");
  await a.write(".g", "g anew\n");
  await syncs(a);
  await syncs(b);
  await holds(".f", "f anew\n", a, b);
  await holds(".g", "g anew\n", a, b);
});

// The sync went round and round over the edits it may not take in, or took them in as it applied.
Deno.test("with --no-commit edits wait with a warning, and nothing is committed or overwritten", async (t) => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": lines, ".g": "g\n" });
  await b.write(".f", lines.replace("5", "5 by b"));
  await syncs(b);
  const waits = async (): Promise<void> => {
    const now = async (): Promise<
      unknown
    > => [await sandbox.refs(), await a.git("rev-parse", "HEAD")];
    const before = await now();
    for (let times = 0; times < 2; times++) {
      match((await syncs(a, "--no-commit")).stderr, /edits on this host wait/);
    }
    deepEqual(await now(), before);
  };
  await t.step("in the home", async () => {
    await a.write(".f", lines.replace("1", "1 by a"));
    await waits();
    await holds(".f", lines.replace("1", "1 by a"), a);
    await syncs(a);
    await holds(".f", lines.replace("1", "1 by a").replace("5", "5 by b"), a);
  });
  await t.step("in the source", async () => {
    await b.write(".f", lines);
    await syncs(b);
    await Deno.writeTextFile(`${a.source}/dot_g`, "g by a\n");
    await waits();
    equal(await Deno.readTextFile(`${a.source}/dot_g`), "g by a\n");
    await syncs(a);
    equal(await onMain(sandbox, "dot_g"), "g by a\n");
    await holds(".f", lines.replace("1", "1 by a"), a);
  });
});
