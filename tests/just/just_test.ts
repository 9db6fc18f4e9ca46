/** The recipes of nix/rebuild-smart.just, run by the real just. */
import assert from "node:assert/strict";
import { type Ended, spawn } from "../support/processes.ts";
import { onPty } from "../support/pty.ts";
import { justPrograms } from "../support/programs.ts";
import { putOnPath } from "../support/programs_on_path.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";
import { push, rebuilt } from "../rebuild/scene.ts";

const { directory: just } = await justPrograms();
const path = [just, Deno.env.get("PATH")].filter(Boolean).join(":");
const recipes = await Deno.readTextFile(
  new URL("../../nix/rebuild-smart.just", import.meta.url),
);

/** A justfile as people have one: a recipe and settings of its own. */
const justfile = `set shell := ["sh", "-uc"]

import 'nix/rebuild-smart.just'

# As it always was
rebuild HOST="here":
    @echo old {{HOST}}
`;

/** What each recipe puts before what a person says. */
const fixed: Readonly<Record<string, readonly string[]>> = {
  "rebuild-smart": [],
  "rebuild-smart-update": ["--update"],
  "rebuild-smart-offline": ["--offline"],
  "rebuild-smart-dry": ["--dry-run"],
  "rebuild-smart-rollback": ["--rollback"],
  "rebuild-smart-history": ["--history"],
};

/** What shells and just itself like to take apart. */
const said = ["--host", "a b", "it's", '"so"', "$(touch made)", "{{x}}", "*", "", "--", "-n"];

for (const [recipe, first] of Object.entries(fixed)) {
  Deno.test(`just ${recipe} hands over what it is given, word by word`, () =>
    inRepository(async (world) => {
      await world.just([recipe]);
      assert.deepEqual(await world.arguments(), first);
      const ended = await world.just([recipe, ...said]);
      assert.deepEqual(await world.arguments(), [...first, ...said]);
      assert.deepEqual(ended, { status: 0, stdout: `${world.root}/nix-config\n`, stderr: "" });
      assert.equal(await exists(`${world.root}/nix-config/made`), false);
    }));
}

Deno.test("the recipes are all there are, each with a line that says what it does", () =>
  inRepository(async ({ just }) => {
    const { stdout } = await just(["--list", "--unsorted"]);
    const [old = "", ours = ""] = stdout.split("[rebuild]");
    assert.match(old, /^ +rebuild HOST="here" +# As it always was$/m);
    const lines = ours.trim().split("\n").map((line) => /^ *(\S+) \*\w+ +# \w/.exec(line)?.[1]);
    assert.deepEqual(lines, Object.keys(fixed));
  }));

Deno.test("the status of the program is just's own, and just adds no word", () =>
  inRepository(async ({ just }) => {
    for (const status of [1, 2, 3, 4, 5, 6, 70, 75, 130, 143]) {
      const ended = await just(["rebuild-smart"], { STATUS: String(status) });
      assert.deepEqual([ended.status, ended.stderr], [status, ""]);
    }
  }));

Deno.test("from a folder below, the program runs where the justfile is", () =>
  inRepository(async ({ root, just }) => {
    const ended = await just(["rebuild-smart"], {}, "nix-config/nix");
    assert.deepEqual(ended, { status: 0, stdout: `${root}/nix-config\n`, stderr: "" });
  }));

Deno.test("the recipe that was there goes on as it was", () =>
  inRepository(async ({ just, arguments: last }) => {
    const ended = await just(["rebuild", "b"]);
    assert.deepEqual(ended, { status: 0, stdout: "old b\n", stderr: "" });
    assert.equal(await last(), undefined);
  }));

Deno.test("whatever shell the justfile is set to, the recipes have their own", () =>
  inRepository(async ({ root, just, arguments: last }) => {
    const other = justfile.replace('["sh", "-uc"]', '["false"]');
    await Deno.writeTextFile(`${root}/nix-config/justfile`, other);
    assert.equal((await just(["rebuild-smart", "a b"])).status, 0);
    assert.deepEqual(await last(), ["a b"]);
    assert.notEqual((await just(["rebuild"])).status, 0);
  }));

Deno.test("Ctrl-C reaches the program once, and just waits for it", () =>
  inRepository(async ({ onTerminal }) => {
    const { status, screen } = await onTerminal("\x03");
    assert.match(screen, /heard 1\r\nended 1\r\n$/);
    assert.doesNotMatch(screen, /error/);
    assert.equal(status, 130);
  }));

Deno.test("a second Ctrl-C reaches it as well", () =>
  inRepository(async ({ onTerminal }) => {
    const { status, screen } = await onTerminal("\x03", "\x03");
    assert.match(screen, /heard 1\r\n(\^C)?heard 2\r\nended 2\r\n$/);
    assert.equal(status, 130);
  }));

Deno.test("just rebuild-smart rebuilds the repository that the justfile is in", async () => {
  await using world = await rebuilt();
  const { a, b } = world;
  await b.configure({ repo: undefined, syncDotfiles: false });
  await putOnPath(b.host, { "rebuild-smart": ["--config", b.host.path("config.json")] });
  await push(a, { "flake.nix": "second\n" });
  await b.write({ justfile, "nix/rebuild-smart.just": recipes });
  const env = { ...b.environment, PATH: `${b.environment["PATH"]}:${just}` };
  const cwd = `${b.repo}/nix`;
  const ended = await b.host.run(["just", "rebuild-smart", "--no-push"], { env, cwd });
  assert.equal(ended.status, 0, ended.stderr);
  assert.equal(await b.running(), "second");
  assert.match(await b.git("show", "--name-only", "HEAD"), /^nix\/rebuild-smart\.just$/m);

  await push(a, { "flake.nix": "broken\n" });
  const failed = await b.host.run(["just", "rebuild-smart-offline"], { env, cwd });
  assert.equal(failed.status, 0, failed.stderr);
  assert.equal((await b.host.run(["just", "rebuild-smart"], { env, cwd })).status, 5);
  assert.equal(await b.running(), "second");
  const listed = await b.host.run(["just", "rebuild-smart-history"], { env, cwd });
  assert.match(listed.stdout, /^\* 0 .*\n? .*second\n {2}1 .*\n? .*first$/m);
  const back = await b.host.run(["just", "rebuild-smart-rollback", "1"], { env, cwd });
  assert.equal(back.status, 0, back.stderr);
  assert.equal(await b.running(), "first");
});

interface World {
  readonly root: string;
  /** Runs just in the repository, or in a folder below the root. */
  just(args: readonly string[], env?: Record<string, string>, cwd?: string): Promise<Ended>;
  /** What the program was called with last. */
  arguments(): Promise<readonly string[] | undefined>;
  /** Runs a recipe on a terminal and types each key once the one before was heard. */
  onTerminal(...keys: readonly string[]): Promise<{ status: number; screen: string }>;
}

/** Tells what it was called with and where. */
const recorder = `#!/bin/sh
: > "$RECORD"
for argument; do printf '%s\\0' "$argument" >> "$RECORD"; done
pwd
exit "\${STATUS:-0}"
`;

/** Tells of each Ctrl-C, and ends when as many came as are to come and none for a while. */
const listener = `#!/bin/sh
heard=0
trap 'heard=$((heard + 1)); echo "heard $heard"' INT
echo ready
while [ "$heard" -lt "$KEYS" ]; do sleep 0.05; done
sleep 0.3
echo "ended $heard"
exit 130
`;

/** A repository with a justfile, and a program that tells how it was called. */
async function inRepository(test: (world: World) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (root) => {
    const record = `${root}/record`;
    const env = { PATH: `${root}/bin:${path}`, HOME: root, RECORD: record, LC_ALL: "C.UTF-8" };
    for (const each of ["bin", "nix-config/nix"]) {
      await Deno.mkdir(`${root}/${each}`, { recursive: true });
    }
    await Deno.writeTextFile(`${root}/nix-config/justfile`, justfile);
    await Deno.writeTextFile(`${root}/nix-config/nix/rebuild-smart.just`, recipes);
    const program = async (text: string): Promise<void> => {
      await Deno.writeTextFile(`${root}/bin/rebuild-smart`, text);
      await Deno.chmod(`${root}/bin/rebuild-smart`, 0o755);
    };
    await program(recorder);
    await test({
      root,
      just: async (args, more = {}, cwd = "nix-config") => {
        const child = spawn(["just", ...args], { cwd: `${root}/${cwd}`, env: { ...env, ...more } });
        const { code, stdout, stderr } = await child.output();
        const decoder = new TextDecoder();
        return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
      },
      arguments: async () =>
        (await Deno.readTextFile(record).catch(() => undefined))?.split("\0").slice(0, -1),
      onTerminal: async (...keys) => {
        await program(listener);
        return await typed(keys, {
          cwd: `${root}/nix-config`,
          env: { ...env, KEYS: String(keys.length) },
        });
      },
    });
  });
}

/** Runs `just rebuild-smart` on a terminal of its own, as `script` makes one. */
async function typed(
  keys: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Record<string, string> },
): Promise<{ status: number; screen: string }> {
  const { status, bytes } = await onPty("just rebuild-smart", {
    cwd,
    env,
    type: keys.map((key, at) => [at === 0 ? "ready" : `heard ${at}`, key]),
  });
  return { status, screen: bytes };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
