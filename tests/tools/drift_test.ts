import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { add, collide, exits, holds, inSync, onMain, resolve, settle, syncs } from "./scene.ts";

/** What `chezmoi-status --json` says of the home, by name. */
async function drift(host: Host): Promise<Record<string, { next: string; why: string }>> {
  const ended = exits(0, await host.program("chezmoi-status", ["--host", host.name, "--json"]));
  const { drift } = JSON.parse(ended.stdout) as {
    drift: { path: string; next: string; why: string }[];
  };
  const prefix = `${host.home}/`;
  return Object.fromEntries(drift.map(({ path, next, why }) => {
    return [path.replace(prefix, ""), { next, why }];
  }));
}

async function commitSource(host: Host, path: string, text: string): Promise<void> {
  await Deno.writeTextFile(`${host.source}/${path}`, text);
  exits(0, await host.sync());
}

Deno.test("a template that was edited in the home is told, kept and never captured", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  await commitSource(a, "dot_t.tmpl", "{{ .chezmoi.os }}\n");
  await syncs(b);
  await b.write(".t", "mine\n");
  await b.write(".f", "f by b\n");
  await settle(b);
  deepEqual(await drift(b), {
    ".t": { next: "leave", why: "template: edit its source with `chezmoi edit`" },
  });
  // Nor when the template changes.
  await commitSource(a, "dot_t.tmpl", "{{ .chezmoi.os }}, changed\n");
  await settle(b, a);
  await holds(".t", "mine\n", b);
  await holds(".t", "linux, changed\n", a);
  await holds(".f", "f by b\n", a, b);
  doesNotMatch([...(await sandbox.reachableBlobs()).values()].join("\n"), /mine/);
});

Deno.test("an encrypted file that was edited in the home is never captured in clear", async () => {
  await using sandbox = await Sandbox.create();
  const a = await sandbox.host("a");
  const b = await sandbox.host("b");
  const key = await sandbox.run(["age-keygen"], { cwd: sandbox.root });
  const recipient = /public key: (\S+)/.exec(key)?.[1];
  for (const host of [a, b]) {
    await host.write("key.txt", key, 0o600);
    await host.write(
      ".config/chezmoi/chezmoi.toml",
      `encryption = "age"\n[age]\nidentity = "${
        host.path("key.txt")
      }"\nrecipient = "${recipient}"\n`,
    );
  }
  await a.beginSource();
  await a.write(".secret", "secret one\n", 0o600);
  await a.chezmoi("add", "--encrypt", a.path(".secret"));
  await add(a, { ".f": "f\n" });
  await syncs(a);
  await syncs(b, "--repo-url", sandbox.remote);
  await holds(".secret", "secret one\n", b);
  await b.write(".secret", "secret two\n");
  await b.write(".f", "f by b\n");
  await settle(b, a);
  match((await drift(b))[".secret"]?.why ?? "", /^encrypted: /);
  await holds(".secret", "secret two\n", b);
  await holds(".secret", "secret one\n", a);
  await holds(".f", "f by b\n", a, b);
  // What is parked meanwhile holds none of it either.
  await collide([a, b], { ".f": ["again by a\n", "again by b\n"] });
  for (const blob of (await sandbox.reachableBlobs()).values()) {
    doesNotMatch(blob, /secret (one|two)/);
  }
  // By the remedy that it names.
  await b.chezmoi("re-add", b.path(".secret"));
  exits(3, await b.sync());
  await settle(a);
  await holds(".secret", "secret two\n", a, b);
  for (const blob of (await sandbox.reachableBlobs()).values()) {
    doesNotMatch(blob, /secret (one|two)/);
  }
});

Deno.test("what is no plain file any more is left alone, and the other edits are captured", async (t) => {
  await using sandbox = await Sandbox.create();
  const names = [".f", ".link", ".fifo", ".gone", ".t"];
  const files = Object.fromEntries(names.map((name) => [name, `${name}\n`]));
  const { a, b } = await inSync(sandbox, ["a", "b"], files);
  await t.step("a link in place of a file", async () => {
    await b.write("elsewhere", "not for others\n");
    await b.remove(".link");
    await Deno.symlink(b.path("elsewhere"), b.path(".link"));
    await b.write(".f", "f 1 by b\n");
    await settle(b, a);
    equal(await Deno.readLink(b.path(".link")), b.path("elsewhere"));
    await holds(".link", ".link\n", a);
    equal((await drift(b))[".link"]?.next, "leave");
  });
  await t.step("a file deleted in the home: neither deleted elsewhere nor restored", async () => {
    await b.remove(".gone");
    await b.write(".f", "f 2 by b\n");
    await settle(b, a);
    match((await drift(b))[".gone"]?.why ?? "", /^deleted here: /);
    await holds(".gone", ".gone\n", a);
    await a.write(".gone", "again by a\n");
    await settle(a, b);
    equal(await b.read(".gone").catch(() => "gone"), "gone");
  });
  await t.step("a pipe in place of a file", async () => {
    await b.remove(".fifo");
    await b.run(["mkfifo", b.path(".fifo")]);
    await b.write(".f", "f 3 by b\n");
    await settle(b, a);
    ok((await Deno.lstat(b.path(".fifo"))).isFifo);
    await holds(".fifo", ".fifo\n", a);
    await b.remove(".fifo");
  });
  await t.step("a template that does not parse", async () => {
    await Deno.writeTextFile(`${b.source}/dot_bad.tmpl`, "{{ nonsense }\n");
    await b.write(".f", "f 4 by b\n");
    await a.write(".t", "t by a\n");
    await syncs(a);
    await settle(b, a);
    await holds(".t", "t by a\n", b);
  });
  equal(await onMain(sandbox, "dot_f"), "f 4 by b\n");
  await holds(".f", "f 4 by b\n", a, b);
});

Deno.test("a file that was there before it was managed is kept until a person decides", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  await b.write(".x", "x, long before, by b\n");
  await b.write(".y", "y, long before, by b\n");
  await add(a, { ".x": "x by a\n", ".y": "y by a\n" });
  await settle(a, b);
  await holds(".x", "x, long before, by b\n", b);
  match((await drift(b))[".x"]?.why ?? "", /was here before it was managed.*chezmoi-resolve/);
  equal(await onMain(sandbox, "dot_x"), "x by a\n");
  exits(0, await resolve(b, b.path(".x"), "--take", "local"));
  exits(0, await resolve(b, b.path(".y"), "--take", "remote"));
  await settle(b, a);
  await holds(".x", "x, long before, by b\n", a, b);
  await holds(".y", "y by a\n", a, b);
  deepEqual(await drift(b), {});
});

Deno.test("executable and private files keep their modes on all hosts", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", "bin/x": "x\n", ".p": "p\n" });
  const mode = async (host: Host, name: string): Promise<string> =>
    (((await Deno.stat(host.path(name))).mode ?? 0) & 0o777).toString(8);
  await Deno.chmod(a.path("bin/x"), 0o755);
  await Deno.chmod(a.path(".p"), 0o600);
  await settle(a, b);
  deepEqual([await mode(b, "bin/x"), await mode(b, ".p"), await mode(b, ".f")], [
    "755",
    "600",
    "644",
  ]);
  await Deno.chmod(b.path("bin/x"), 0o644);
  await settle(b, a);
  deepEqual([await mode(a, "bin/x"), await mode(b, "bin/x")], ["644", "644"]);
  const before = [...(await sandbox.filesAt("main")).keys()];
  deepEqual(before.sort(), ["bin/x", "dot_f", "private_dot_p"]);
});

Deno.test("a sync under a narrow umask makes no file private for the others", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  await b.write(".f", "f by b\n");
  for (let time = 0; time < 2; time++) {
    exits(0, await b.program("chezmoi-sync", ["--host", "b"], { umask: 0o077 }));
  }
  deepEqual([...(await sandbox.filesAt("main")).keys()].sort(), ["dot_f", "dot_g"]);
  await settle(b, a);
  await holds(".f", "f by b\n", a, b);
  await holds(".g", "g\n", a, b);
});

Deno.test("scripts run as an apply runs them: once, on change, or each time", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  const says = (what: string): string => `#!/bin/sh\necho ${what} >>"$HOME/ran"\n`;
  await Deno.writeTextFile(`${a.source}/run_once_one.sh`, says("once"));
  await Deno.writeTextFile(`${a.source}/run_onchange_two.sh`, says("changed"));
  await syncs(a);
  await settle(b);
  const ran = async (host: Host): Promise<string[]> =>
    (await host.read("ran")).trim().split("\n").sort();
  deepEqual(await ran(b), ["changed", "once"]);
  await commitSource(a, "run_onchange_two.sh", says("changed-again"));
  await a.write(".f", "f by a\n");
  await settle(a, b);
  deepEqual(await ran(b), ["changed", "changed-again", "once"]);
  deepEqual(await ran(a), ["changed", "changed-again", "once"]);
});

for (const template of [undefined, '[data]\nname = "by the template"\n'] as const) {
  const which = template === undefined ? "without" : "with";
  Deno.test(`a new host joins by URL, ${which} a template of chezmoi's configuration`, async () => {
    await using sandbox = await Sandbox.create();
    const { a } = await inSync(sandbox, ["a"], { ".f": "f\n" });
    if (template !== undefined) {
      await Deno.writeTextFile(`${a.source}/.chezmoi.toml.tmpl`, template);
      await Deno.writeTextFile(`${a.source}/dot_name.tmpl`, `{{ get . "name" }}\n`);
      await a.write(".config/chezmoi/chezmoi.toml", template);
      await settle(a);
    }
    const b = await sandbox.host("b");
    await b.write(".f", "f, before, by b\n");
    await syncs(b, "--repo-url", sandbox.remote);
    await holds(".f", "f, before, by b\n", b);
    match((await drift(b))[".f"]?.why ?? "", /was here before/);
    if (template !== undefined) await holds(".name", "by the template\n", a, b);
  });
}
