/** A host that is full, gone, or one of many, and what the document tells to do. */
import assert from "node:assert/strict";
import { placeFlags } from "../status/scene.ts";
import { putOnPath, quoted } from "../support/programs_on_path.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { bookmarks, collide, exits, holds, inSync, onMain, syncs } from "../tools/scene.ts";
import { everySection, type Reader, type Scene } from "./follow.ts";
import { atDotfiles } from "./readers.ts";

/** Nothing of the machine that runs the test is looked at. */
async function atHost(host: Host): Promise<Reader> {
  const reader = await atDotfiles(host);
  const places = placeFlags({ dotfiles: host.stateDirectory });
  await putOnPath(host, { "host-status": [...places, "--host", host.name] });
  return reader;
}

/** Puts a host's home on a small disk of its own, which only what is run here sees. */
async function onSmallDisk(host: Host): Promise<Reader & AsyncDisposable> {
  const ready = `${host.environment["TMPDIR"]}/ready`;
  // An ordinary user may mount in a user's name space.
  const user = Deno.uid() === 0 ? [] : ["--map-root-user"];
  const script = `cp -a "$1" "$1.kept"; mount -t tmpfs -o size=24m tmpfs "$1"
    cp -a "$1.kept/." "$1"; echo $$ >"$2.new"; mv "$2.new" "$2"; read -r _ || :`;
  const holder = new Deno.Command("unshare", {
    args: ["--mount", ...user, "sh", "-euc", script, "sh", host.home, ready],
    cwd: "/",
    stdin: "piped",
  }).spawn();
  const bound = AbortSignal.timeout(30_000);
  while (await Deno.stat(ready).catch(() => undefined) === undefined) {
    bound.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const into = ["--user", "--preserve-credentials"].slice(0, user.length * 2);
  const enter = ["nsenter", "--target", `${holder.pid}`, "--mount", ...into];
  const reader = await atHost(host);
  return {
    run: (argv, options) => reader.run([...enter, ...argv], options),
    [Symbol.asyncDispose]: async () => {
      await holder.stdin.close();
      await holder.status;
    },
  };
}

const scenes: Readonly<Record<string, Scene>> = {
  "A disk is full": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".f": "f\n", ".g": "g\n" });
    // The programs that it puts into the home have to be there before the disk is.
    await atHost(b);
    await b.write(".f", "f by b\n");
    await a.write(".g", "g by a\n");
    await syncs(a);
    await using reader = await onSmallDisk(b);
    const inside = async (script: string): Promise<string> =>
      exits(0, await reader.run(["sh", "-c", script])).stdout;
    await inside('mkdir ~/.cache; dd if=/dev/zero of="$HOME/.cache/fill" bs=1k 2>&1 || :');
    const told = await follow(reader);
    assert.match(told, /100% .*\/b\n/);
    assert.match(told, /\.cache\n/);
    assert.equal(await inside("cat ~/.f ~/.g"), "f by b\ng\n");
    await follow(reader, { FILE: "~/.cache/fill" });
    assert.equal(await inside("cat ~/.f ~/.g"), "f by b\ng by a\n");
    await syncs(a);
    await holds(".f", "f by b\n", a);
  },

  "A host was lost, or is installed anew": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], { ".bashrc": "1\n", ".vimrc": "1\n" });
    const texts = ["2 by a\n", "2 by b\n"];
    await collide([a, b], { ".bashrc": texts, ".vimrc": texts });
    await Deno.remove(b.home, { recursive: true });
    await Deno.mkdir(b.home);
    assert.match(await follow(await atHost(a)), /\.vimrc {2}parked on b/);
    const reader = await atHost(b);
    await follow(reader, { URL: sandbox.remote });
    await holds(".bashrc", "2 by a\n", a, b);
    assert.deepEqual(await bookmarks(sandbox), ["b"]);
    await follow(reader, { HOST: "b" });
    await syncs(a);
    await holds(".bashrc", "2 by b\n", a, b);
    await holds(".vimrc", "2 by a\n", a, b);
    assert.deepEqual(await bookmarks(sandbox), []);
  },

  "Is anything wrong on any host?": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { alpha, beta } = await inSync(sandbox, ["alpha", "beta"], { ".f": "f\n" });
    await collide([alpha, beta], { ".f": ["f by alpha\n", "f by beta\n"] });
    const readers = [await atHost(alpha), await atHost(beta)];
    for (const host of [alpha, beta]) await connect(host, [alpha, beta]);
    const [, reader = assert.fail()] = readers;
    await follow(reader);
    const told = await follow(reader);
    assert.match(told, /beta[^]*bad[^]*alpha/, "the worst first");
    assert.match(await beta.read("fleet.html"), /<html[^]*beta[^]*alpha/);
    await follow(reader);
    await syncs(alpha);
    await holds(".f", "f by alpha\nf by beta\n", alpha, beta);
    assert.equal(await onMain(sandbox, "dot_f"), "f by alpha\nf by beta\n");
  },
};

/** A script for `ssh HOST COMMAND...`, which runs it there. */
async function connect(host: Host, others: readonly Host[]): Promise<void> {
  const cases = others.map((other) => {
    const env = { ...other.environment, PATH: `${other.path("bin")}:${other.environment["PATH"]}` };
    const pairs = Object.entries(env).map(([key, value]) => quoted(`${key}=${value}`)).join(" ");
    return `${other.name}) cd ${quoted(other.home)}; exec env -i ${pairs} sh -c "$*" ;;`;
  });
  const script = `#!/bin/sh\nto=$1; shift\ncase $to in\n${cases.join("\n")}\nesac\nexit 255\n`;
  await host.write("bin/ssh", script, 0o755);
}

await everySection("docs/recovery-procedures.md", scenes, "The host itself");
