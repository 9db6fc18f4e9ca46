import { deepEqual, equal, match } from "node:assert/strict";
import { type Host, Sandbox } from "../support/sandbox.ts";
import {
  bookmarks,
  collide,
  exits,
  holds,
  inFrontOf,
  inSync,
  onMain,
  resolve,
  settle,
  syncs,
} from "./scene.ts";

/** What `--take` makes of a file whose first line collides and whose last line only b edited. */
const outcomes: Record<"b" | "c", Record<string, string>> = {
  b: { local: "by b\n", remote: "by a\n", union: "by a\nby b\n", b: "by b\n" },
  // `local` is the text of the host where it is typed, and that one has the branch's.
  c: { local: "by a\n", remote: "by a\n", union: "by a\nby b\n", b: "by b\n" },
};

for (const [who, takes] of Object.entries(outcomes)) {
  const whose = who === "b" ? "the host that parked it" : "any other host";
  Deno.test(`${whose} resolves by --take local, remote, union or HOST, hunk by hunk`, async () => {
    await using sandbox = await Sandbox.create();
    const rest = "2\n3\n4\n5\n";
    const names = Object.keys(takes);
    const all = (text: string): Record<string, string> =>
      Object.fromEntries(names.map((name) => [`.take-${name}`, text]));
    const { a, b, c } = await inSync(sandbox, ["a", "b", "c"], all(`1\n${rest}6\n`));
    await collide(
      [a, b],
      Object.fromEntries(
        names.map((name) => [`.take-${name}`, [`by a\n${rest}6\n`, `by b\n${rest}6 by b\n`]]),
      ),
    );
    const resolver = who === "b" ? b : c;
    for (const [at, take] of names.entries()) {
      const last = at === names.length - 1;
      exits(last ? 0 : 3, await resolve(resolver, `.take-${take}`, "--take", take));
    }
    await settle(a, b, c);
    for (const [take, text] of Object.entries(takes)) {
      await holds(`.take-${take}`, `${text}${rest}6 by b\n`, a, b, c);
    }
    deepEqual(await bookmarks(sandbox), []);
  });
}

Deno.test("what cannot be resolved is refused by name, and stays parked", async (t) => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  await t.step("when nothing is parked that is no error", async () => {
    match(exits(0, await resolve(b, "--take", "remote")).stdout, /nothing is parked/);
  });
  await collide([a, b], { ".f": ["by a\n", "by b\n"] });
  for (
    const [args, says] of [
      [["--take", "nobody"], /nobody.*hint: those hosts: b/s],
      [["--take", "remote", ".missing"], /"\.missing" is not parked.*to be resolved: \.f/s],
      [[], /no terminal.*--take/s],
      [["--merge-tool"], /--merge-tool needs a terminal/],
    ] as const
  ) {
    await t.step(`chezmoi-resolve ${args.join(" ")}`, async () => {
      match(exits(2, await resolve(b, ...args)).stderr, says);
      deepEqual(await bookmarks(sandbox), ["b"]);
      await holds(".f", "by b\n", b);
    });
  }
});

Deno.test("a binary file is taken from one side as a whole; a union of it is refused", async () => {
  await using sandbox = await Sandbox.create();
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(`\0${text}\0`);
  const files = { ".x": bytes("x"), ".y": bytes("y") };
  const { a, b } = await inSync(sandbox, ["a", "b"], files);
  for (const host of [a, b]) {
    for (const name of [".x", ".y"]) await host.write(name, bytes(`${name} by ${host.name}`));
  }
  await syncs(a);
  exits(3, await b.sync());
  const union = exits(3, await resolve(b, "--take", "union"));
  match(union.stderr, /\.x stays parked: it is not text/);
  await holds(".x", "\0.x by b\0", b);
  exits(3, await resolve(b, ".x", "--take", "remote"));
  exits(0, await resolve(b, ".y", "--take", "local"));
  await settle(a, b);
  await holds(".x", "\0.x by a\0", a, b);
  await holds(".y", "\0.y by b\0", a, b);
});

Deno.test("the host that parked a file may edit it further, before and after the resolution", async () => {
  await using sandbox = await Sandbox.create();
  const rest = "2\n3\n4\n5\n";
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": `1\n${rest}6\n`, ".g": "g\n" });
  await collide([a, b], {
    ".f": [`by a\n${rest}6\n`, `by b\n${rest}6\n`],
    ".g": ["g by a\n", "g by b\n"],
  });
  // Before: what is parked follows.
  await b.write(".f", `by b\n${rest}6 by b\n`);
  exits(3, await b.sync());
  equal((await sandbox.filesAt("conflict/b")).get("dot_f"), `by b\n${rest}6 by b\n`);
  exits(0, await resolve(a, "--take", "union"));
  // After, not knowing of it: another line merges, and the same line is no older text's to win.
  await b.write(".f", `by b\n2\n3 later by b\n4\n5\n6 by b\n`);
  await b.write(".g", "g later by b\n");
  const ended = await b.sync();
  match(await b.read(".f"), /3 later by b/);
  if (ended.status === 3) exits(0, await resolve(b, "--take", "b"));
  else exits(0, ended);
  await settle(a, b);
  await holds(".f", "by a\nby b\n2\n3 later by b\n4\n5\n6 by b\n", a, b);
  match(await a.read(".g"), /g later by b/);
  await holds(".g", await a.read(".g"), b);
});

Deno.test("two hosts that parked the same file are resolved at once", async () => {
  await using sandbox = await Sandbox.create();
  const files = { ".f": "f\n", ".g": "g\n", ".h": "h\n" };
  const { a, b, c } = await inSync(sandbox, ["a", "b", "c"], files);
  const texts = (name: string): string[] => ["a", "b", "c"].map((host) => `${name} by ${host}\n`);
  await collide([a, b, c], { ".f": texts("f"), ".g": texts("g"), ".h": texts("h") });
  deepEqual(await bookmarks(sandbox), ["b", "c"]);
  exits(3, await resolve(a, ".f", "--take", "c"));
  exits(3, await resolve(a, ".g", "--take", "union"));
  exits(0, await resolve(b, ".h", "--take", "local"));
  await settle(a, b, c);
  await holds(".f", "f by c\n", a, b, c);
  deepEqual((await a.read(".g")).split("\n").sort(), ["", "g by a", "g by b", "g by c"]);
  await holds(".g", await a.read(".g"), b, c);
  await holds(".h", "h by b\n", a, b, c);
  deepEqual(await bookmarks(sandbox), []);
});

Deno.test("a resolution that another host's push overtakes is made again on top of it", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  await collide([a, b], { ".f": ["by a\n", "by b\n"] });
  const other = await cloneWith(sandbox, a, "dot_g", "g by another\n");
  const { PATH } = await inFrontOf(b, {
    git: `case "$*" in *push*:refs/heads/main*) once raced && "$real" -C ${other} push -q ;; esac`,
  });
  const args = ["--host", "b", "--take", "local"];
  exits(0, await b.program("chezmoi-resolve", args, { env: { PATH } }));
  equal(await onMain(sandbox, "dot_g"), "g by another\n");
  await settle(a, b);
  await holds(".f", "by b\n", a, b);
  await holds(".g", "g by another\n", a, b);
});

/** A clone with a commit that is not pushed yet. */
async function cloneWith(
  sandbox: Sandbox,
  host: Host,
  path: string,
  text: string,
): Promise<string> {
  const clone = `${host.home}/clone`;
  await sandbox.run(["git", "clone", "-q", sandbox.remote, clone], { cwd: sandbox.root });
  await Deno.writeTextFile(`${clone}/${path}`, text);
  await sandbox.run(["git", "commit", "-q", "-a", "-m", "Edited elsewhere"], { cwd: clone });
  return clone;
}

Deno.test("flaw: a push that the network broke off passed for one that was held back for secrets", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
  await collide([a, b], { ".f": ["by a\n", "by b\n"] });
  await b.write(".g", "g by b\n");
  const { PATH } = await inFrontOf(b, {
    jj: `case " $* " in *" git push "*) echo "ssh: Connection timed out" >&2; exit 1 ;; esac`,
  });
  const args = ["--host", "b", "--take", "local"];
  const { stderr } = exits(1, await b.program("chezmoi-resolve", args, { env: { PATH } }));
  match(stderr, /resolving needs the remote: .*timed out\nhint: nothing was resolved; try again/);
});

Deno.test("flaw: a resolution that was pushed passed for none when the remote went away then", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n" });
  await collide([a, b], { ".f": ["by a\n", "by b\n"] });
  const { PATH } = await inFrontOf(b, {
    git: `case " $* " in *:refs/heads/main" "*)
      "$real" "$@" || exit; mv '${sandbox.remote}' '${sandbox.remote}.away'; exit 0 ;; esac`,
  });
  const args = ["--host", "b", "--take", "local"];
  const { stderr } = exits(1, await b.program("chezmoi-resolve", args, { env: { PATH } }));
  match(stderr, /resolving needs the remote: .*\nhint: what was resolved is pushed; try again/);
  await Deno.rename(`${sandbox.remote}.away`, sandbox.remote);
  await settle(a, b);
  equal(await onMain(sandbox, "dot_f"), "by b\n");
  deepEqual(await bookmarks(sandbox), []);
});
