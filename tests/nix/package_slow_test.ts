import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { decoded, output } from "../support/processes.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";
import { evaluate } from "./evaluate.ts";

interface Tarball {
  readonly name: string;
  readonly version: string;
  readonly url: string;
  readonly hash: string;
}

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

Deno.test("what the package fetches is all that is needed: bundles and manuals without a network", () =>
  inTemporaryDirectory(async (directory) => {
    const cache = `${directory}/deno`;
    await fillCache(cache);
    // Sources that nothing else lies beside, as in the build.
    for (const each of ["bin", "src", "deno.json", "deno.lock"]) {
      await succeeds(["cp", "--recursive", `${root}/${each}`, directory], directory);
    }
    const deno = [Deno.execPath(), "run", "--cached-only", "--frozen", "--allow-all"];
    const unconnected = Deno.uid() === 0 ? ["unshare", "--net"] : ["unshare", "--user", "--net"];
    const env = { DENO_DIR: cache, TMPDIR: directory };
    const manuals = [...unconnected, ...deno, "src/build/manuals.ts", "share"];
    await succeeds(manuals, directory, env);
    assert.ok((await Deno.stat(`${directory}/share/man/man1/chezmoi-sync.1`)).isFile);
    const bundle = [Deno.execPath(), "bundle", "--quiet", "--frozen", "--platform", "deno"];
    const splitting = ["--code-splitting", "--outdir", "bundled", "bin/holdfast.ts"];
    await succeeds([...unconnected, ...bundle, ...splitting], directory, env);
    const script = await Deno.readTextFile(`${directory}/bundled/holdfast.js`);
    assert.match(script, /chezmoi-sync/);
  }));

/** As nix/package.nix does it; the tarballs come from the registry, each as its hash wants it. */
async function fillCache(cache: string): Promise<void> {
  const lock = await Deno.readTextFile(`${root}/deno.lock`);
  const { arch } = Deno.build;
  const [tarballs, bundler] = await evaluate<[readonly Tarball[], Bundler]>(
    `[
      (import ./lib/npm-tarballs.nix given.lock)
      (let bundler = import ./lib/bundler.nix; in
        bundler.hashes.\${given.system} // {
          inherit (bundler) version;
          directories = bundler.directories bundler.version;
        })
    ]`,
    { lock, system: `${arch}-linux` },
  );
  for (const each of tarballs) {
    await unpack(each, `${cache}/npm/registry.npmjs.org/${each.name}/${each.version}`);
  }
  const { target, version, hash, directories } = bundler;
  const url = `https://registry.npmjs.org/@esbuild/${target}/-/${target}-${version}.tgz`;
  await unpack({ url, hash }, `${cache}/esbuild`);
  for (const each of directories) {
    await Deno.mkdir(`${cache}/${each}`, { recursive: true });
    await Deno.symlink(`${cache}/esbuild/bin/esbuild`, `${cache}/${each}/esbuild-${target}`);
  }
}

interface Bundler {
  readonly target: string;
  readonly version: string;
  readonly hash: string;
  readonly directories: readonly string[];
}

async function unpack({ url, hash }: Pick<Tarball, "url" | "hash">, into: string): Promise<void> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  assert.equal(`sha512-${createHash("sha512").update(bytes).digest("base64")}`, hash, url);
  await Deno.mkdir(into, { recursive: true });
  const argv = ["tar", "--extract", "--gzip", "--strip-components=1", "--directory", into];
  const { status, stderr } = decoded(await output(argv, { cwd: into, env, stdin: bytes }));
  assert.equal(status, 0, stderr);
}

const env = { PATH: Deno.env.get("PATH") };

async function succeeds(
  argv: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const ended = decoded(await output(argv, { cwd, env: { ...env, HOME: cwd, ...more } }));
  assert.equal(ended.status, 0, `${argv.join(" ")}: ${ended.stderr}`);
}
