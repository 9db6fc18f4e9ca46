import assert from "node:assert/strict";
import { decoded, output } from "../support/processes.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";
import { evaluate, nixDirectory, run } from "./evaluate.ts";

interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly hash: string;
}

async function tarballs(text: string): Promise<readonly Tarball[]> {
  return await evaluate("import ./lib/npm-tarballs.nix given", text);
}

const root = new URL("../../", import.meta.url);

Deno.test("the package fetches each npm package of deno.lock by the hash that stands there", async () => {
  const text = await Deno.readTextFile(new URL("deno.lock", root));
  const found = await tarballs(text);
  const lock: { npm: Record<string, { integrity: string }> } = JSON.parse(text);
  assert.deepEqual(
    Object.fromEntries(found.map(({ name, version, hash }) => [`${name}@${version}`, hash])),
    Object.fromEntries(Object.entries(lock.npm).map(([key, { integrity }]) => [key, integrity])),
  );
  const clack = found.find(({ name }) => name === "@clack/core");
  assert.match(
    clack?.url ?? "",
    /^https:\/\/registry\.npmjs\.org\/@clack\/core\/-\/core-[\d.]+\.tgz$/,
  );
  assert.equal(new Set(found.map(({ url }) => url)).size, found.length);
});

Deno.test("peers, packages from elsewhere and other locks are read or refused", async () => {
  const of = (more: unknown): Promise<readonly Tarball[]> =>
    tarballs(JSON.stringify({ version: "5", ...more as Record<string, unknown> }));
  const integrity = "sha512-x";
  const [peer] = await of({ npm: { "@a/b@1.2.3_c@4.5.6__d@7.8.9": { integrity } } });
  assert.deepEqual([peer?.name, peer?.version], ["@a/b", "1.2.3"]);
  const [elsewhere] = await of({ npm: { "a@1.0.0": { integrity, tarball: "https://x/a.tgz" } } });
  assert.equal(elsewhere?.url, "https://x/a.tgz");
  assert.deepEqual(await of({}), []);
  await assert.rejects(of({ npm: { "a@1.0.0": {} } }), /a@1\.0\.0 has no integrity/);
  await assert.rejects(of({ version: "6" }), /deno\.lock has version 6/);
  await assert.rejects(of({ remote: {} }), /elsewhere than npm/);
});

Deno.test("the package knows every program of bin/", async () => {
  const names = Object.keys(await evaluate<Record<string, unknown>>("import ./lib/programs.nix"));
  const programs = [...Deno.readDirSync(new URL("bin", root))]
    .map(({ name }) => name.replace(/\.ts$/, "")).filter((name) => name !== "holdfast");
  assert.deepEqual(names.sort(), programs.sort());
});

Deno.test("the esbuild of the package is the one this Deno looks for, where it looks", () =>
  inTemporaryDirectory(async (directory) => {
    const { directories, targets } = await evaluate<{ directories: string[]; targets: string[] }>(
      `let bundler = import ./lib/bundler.nix; in {
        directories = bundler.directories bundler.version;
        targets = map (each: each.target) (builtins.attrValues bundler.hashes);
      }`,
    );
    const called = `${directory}/called`;
    for (const each of directories) {
      await Deno.mkdir(`${directory}/${each}`, { recursive: true });
      for (const target of targets) {
        const script = `#!/bin/sh\necho "$@" > ${called}\nexit 1\n`;
        await Deno.writeTextFile(`${directory}/${each}/esbuild-${target}`, script, { mode: 0o755 });
      }
    }
    await Deno.writeTextFile(`${directory}/x.ts`, "console.log(1);\n");
    const argv = [Deno.execPath(), "bundle", "--no-config", `${directory}/x.ts`];
    // What cannot be found would be downloaded: from nowhere.
    const env = { DENO_DIR: directory, NPM_CONFIG_REGISTRY: "http://127.0.0.1:9/" };
    const { stderr } = decoded(await output(argv, { cwd: directory, env }));
    assert.match(
      await Deno.readTextFile(called).catch(() => `not started: ${stderr}`),
      /--service/,
    );
  }));

Deno.test("every Nix file parses", async () => {
  const files = [...nixFiles(nixDirectory), new URL("flake.nix", root).pathname];
  assert.ok(files.length > 10);
  const { status, stderr } = await run("nix-instantiate", "--parse", ...files);
  assert.equal(status, 0, stderr);
});

function* nixFiles(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) yield* nixFiles(`${directory}/${name}`);
    else if (name.endsWith(".nix")) yield `${directory}/${name}`;
  }
}
