import { deepEqual, equal, rejects } from "node:assert/strict";
import { Failure } from "../../src/cli/failure.ts";
import { drawn, made } from "./made_secrets.ts";
import { Repository } from "./repository.ts";

const [[, key = ""] = []] = made["age-secret-key"] ?? [];
const [[, token = ""] = []] = made["npm-token"] ?? [];
const other = `np${"m"}_${drawn(36, "alphanumeric", 7)}`;
const clean = "one\ntwo\nthree\n";

Deno.test("clean commits yield nothing, nor does a push of nothing", async () => {
  await using it = await Repository.create();
  const first = await it.commit({ a: clean, "b/c": clean });
  await it.commit({ a: clean + "four\n" });
  deepEqual(await it.found(), []);
  deepEqual(await it.found(first), []);
  deepEqual(await it.found(await it.git.commitId("HEAD") ?? ""), []);
});

Deno.test("a secret is found in the first commit that brings it, and once", async () => {
  await using it = await Repository.create();
  await it.commit({ a: clean }, "clean");
  await it.commit({ a: `${clean}${token}\n` }, "adds it");
  await it.commit({ a: `${clean}${token}\nfour\n` }, "edits around it");
  deepEqual(await it.found(), ["a:4 npm-token (adds it)"]);
});

Deno.test("a secret that a later commit takes out would be pushed all the same", async () => {
  await using it = await Repository.create();
  const first = await it.commit({ a: clean }, "clean");
  await it.commit({ a: clean, key }, "adds it");
  await it.commit({ key: undefined }, "removes it");
  deepEqual(await it.found(first), ["key:1 age-secret-key (adds it)"]);
});

Deno.test("what the remote has in the same file is no news", async () => {
  await using it = await Repository.create();
  const first = await it.commit({ a: `${token}\n` });
  await it.commit({ a: `two\n${token}\nthree\n` }, "moves it");
  deepEqual(await it.found(first), []);
  await it.commit({ a: `two\n${token}\n${other}\n` }, "adds another");
  deepEqual(await it.found(first), ["a:3 npm-token (adds another)"]);
});

Deno.test("what the remote has in the same file of a branch is no news", async () => {
  await using it = await Repository.create();
  const base = await it.commit({ a: clean });
  const branch = await it.commit({ a: clean + token });
  await it.goTo(base);
  await it.commit({ a: clean + "four\n" + token }, "has it, too");
  deepEqual(await it.found(base), ["a:5 npm-token (has it, too)"]);
  deepEqual(await it.found(base, branch), []);
});

Deno.test("what the remote has and was allowed there is no news without its mark", async () => {
  await using it = await Repository.create();
  const first = await it.commit({ a: `${token} # holdfast:allow-secret\n` });
  await it.commit({ a: `${token}\n` });
  deepEqual(await it.found(first), []);
});

Deno.test("a file that is moved, and edited on the way, makes nothing known", async () => {
  await using it = await Repository.create();
  const first = await it.commit({ a: clean + token, b: clean });
  await it.commit({ a: undefined, "c/d": clean + token });
  deepEqual(await it.found(first), []);
  await it.commit({ "c/d": undefined, e: `${clean}four\n${token}` });
  deepEqual(await it.found(first), []);
  await it.commit({ b: `two\n${token}` }, "copies it into another file");
  deepEqual(await it.found(first), ["b:2 npm-token (copies it into another file)"]);
});

Deno.test("of a merge it counts what the merge itself brings", async () => {
  await using it = await Repository.create();
  const base = await it.commit({ a: clean, b: clean });
  const side = await it.commit({ a: clean, b: clean + token }, "on a side");
  await it.goTo(base);
  await it.commit({ a: "one\n" + clean }, "on the branch");
  await it.commit({ b: clean + token, a: "one\n" + clean + key }, "merges", side);
  deepEqual(await it.found(base), ["a:5 age-secret-key (merges)", "b:4 npm-token (on a side)"]);
  deepEqual(await it.found(base, side), ["a:5 age-secret-key (merges)"]);
});

Deno.test("nothing is there yet: the first commit counts as a whole", async () => {
  await using it = await Repository.create();
  await it.commit({ key }, "begins");
  deepEqual(await it.found(), ["key:1 age-secret-key (begins)"]);
  deepEqual(await it.found("0".repeat(40)), ["key:1 age-secret-key (begins)"]);
});

Deno.test("messages are searched as well", async () => {
  await using it = await Repository.create();
  await it.commit({ a: clean }, `Subject\n\nUse ${token}\n`);
  deepEqual(await it.found(), ["commit message:3 npm-token (Subject)"]);
});

Deno.test("what is no text is searched for what has a form", async () => {
  await using it = await Repository.create();
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  await it.commit({ database: bytes(`\0\n${token}\0`), other: bytes(`\0password="${drawn(32)}"`) });
  deepEqual(await it.found(), ["database:2 npm-token (Change)"]);
});

Deno.test("one content under two names is found under both", async () => {
  await using it = await Repository.create();
  await it.commit({ a: token, b: token });
  deepEqual(await it.found(), ["a:1 npm-token (Change)", "b:1 npm-token (Change)"]);
});

Deno.test("a name that is no UTF-8 hides nothing", async () => {
  await using it = await Repository.create();
  const blob = await it.git.plumbing(["hash-object", "-w", "--stdin"], { stdin: token });
  const entry = `100644 blob ${blob.trim()}\\tb\\377d\\0`;
  // By an alias, whose shell can spell what no text of ours can.
  const alias = `alias.odd=!printf '${entry}' | git mktree -z`;
  const tree = (await it.git.plumbing(["-c", alias, "odd"])).trim();
  const commit = await it.git.plumbing(["commit-tree", "-m", "odd", tree]);
  await it.git.plumbing(["update-ref", "HEAD", commit.trim()]);
  deepEqual(await it.found(), ["b\ufffdd:1 npm-token (odd)"]);
});

Deno.test("a submodule and a symbolic link are passed over", async () => {
  await using it = await Repository.create();
  const first = await it.commit({ a: clean });
  await it.git.plumbing(["update-index", "--add", "--cacheinfo", `160000,${first},module`]);
  await Deno.symlink("/run/secrets/x.sops.yaml", `${it.git.source}/x.sops.yaml`);
  await it.git.plumbing(["add", "x.sops.yaml"]);
  await it.git.plumbing(["commit", "--quiet", "-m", "links"]);
  deepEqual(await it.found(), []);
  deepEqual(await it.found(first), []);
});

Deno.test("a replacement that git shows instead of a commit is not what is pushed", async () => {
  await using it = await Repository.create();
  const harmless = await it.commit({ a: clean }, "harmless");
  await it.goTo(harmless);
  const secret = await it.commit({ a: token }, "secret");
  await it.git.plumbing(["replace", secret, harmless]);
  const { findings } = await it.search();
  deepEqual(findings.map(({ path, commit }) => [path, commit]), [["a", secret]]);
});

Deno.test("the list of the version that is pushed allows, whatever lies in the work tree", async () => {
  await using it = await Repository.create();
  await it.commit({ a: token, "fixtures/b": token, c: `${token} # holdfast:allow-secret` });
  const before = await it.git.commitId("HEAD") ?? "";
  deepEqual(await it.found(), ["a:1 npm-token (Change)", "fixtures/b:1 npm-token (Change)"]);
  const list = "fixtures/** * # made up\na age-secret-key\n";
  await Deno.writeTextFile(`${it.git.source}/.holdfast-allow-secrets`, "** *\n");
  deepEqual((await it.found()).length, 2);
  await it.commit({ ".holdfast-allow-secrets": list });
  deepEqual(await it.found(), ["a:1 npm-token (Change)"]);
  await it.commit({ ".holdfast-allow-secrets": "a npm-tokn\n" });
  await rejects(it.search(), (error) => {
    return error instanceof Failure && error.code === 2 && error.hint === "did you mean npm-token?";
  });
  await it.goTo(before);
});

Deno.test("what the repository says has to be encrypted is found in clear", async () => {
  await using it = await Repository.create();
  const rules = "creation_rules:\n  - path_regex: secrets/[^/]+\\.yaml$\n";
  const first = await it.commit({ ".sops.yaml": rules, "secrets/a.yaml": "" });
  const clear = "word: open\n";
  await it.commit({ "secrets/a.yaml": clear, "b.yaml": clear }, "in clear");
  deepEqual(await it.found(first), ["secrets/a.yaml:1 unencrypted-sops-file (in clear)"]);
});

Deno.test("a file that is too large is told of, and the others are searched", async () => {
  await using it = await Repository.create();
  const large = new Uint8Array(50_000_001);
  const commit = await it.commit({ large, a: token });
  const { findings, unscanned } = await it.search();
  equal(findings.length, 1);
  deepEqual(unscanned, [{ path: "large", commit, bytes: 50_000_001 }]);
});
