import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { compileProgram } from "../../src/build/compile_program.ts";
import { permissions } from "../../src/build/permissions.ts";
import { Failure } from "../../src/cli/failure.ts";
import manifest from "../../deno.json" with { type: "json" };

const source = `${import.meta.dirname}/../../bin/chezmoi-resolve.ts`;
const granted = permissions["chezmoi-resolve"];
assert.ok(granted !== undefined);

async function inTemporaryDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "compile-test-" });
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Runs with another environment for the compiler, and restores it. */
async function withEnvironment(
  values: Readonly<Record<string, string>>,
  body: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(values).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(values)) Deno.env.set(name, value);
  try {
    await body();
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
  }
}

Deno.test("a compiled program runs anywhere: no environment, no network, no rights, no cache", () =>
  inTemporaryDirectory(async (directory) => {
    const binary = `${directory}/chezmoi-resolve`;
    const { bytes } = await compileProgram(source, binary, granted);
    assert.ok(bytes > 1e6);
    await Deno.chmod(directory, 0o755);
    // A namespace of its own has no network, and "nobody" has no home.
    const nobody = Deno.uid() === 0
      ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
      : [];
    const [program = "", ...args] = [...nobody, "unshare", "--user", "--net", "env", "-i", binary];
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: [...args, "--version"],
      cwd: "/",
    }).output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(new TextDecoder().decode(stdout), `chezmoi-resolve ${manifest.version}\n`);
    assert.equal(code, 0);
  }));

Deno.test("what is imported lazily is inside the binary, and only read when used", () =>
  inTemporaryDirectory(async (directory) => {
    const lazy = `${directory}/lazy.ts`;
    await Deno.writeTextFile(
      lazy,
      `if (Deno.args[0] === "--version") console.log("lazy 1");
       else if (Deno.args[0] === "--help") console.log("Usage: lazy");
       else console.log(typeof (await import("@clack/prompts")).select);`,
    );
    await compileProgram(lazy, `${directory}/lazy`, granted);
    await Deno.remove(lazy);
    const { stdout } = await new Deno.Command(`${directory}/lazy`, { clearEnv: true }).output();
    assert.equal(new TextDecoder().decode(stdout), "function\n");
  }));

Deno.test("the same sources give the same binary, byte for byte", () =>
  inTemporaryDirectory(async (directory) => {
    const binary = `${directory}/chezmoi-resolve`;
    const contents: Uint8Array[] = [];
    for (const _ of [1, 2]) {
      await compileProgram(source, binary, granted);
      contents.push(await Deno.readFile(binary));
    }
    assert.ok(contents[0] !== undefined && contents[1] !== undefined);
    assert.equal(Buffer.compare(contents[0], contents[1]), 0);
  }));

Deno.test("a binary that fails its smoke test is removed", () =>
  inTemporaryDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/mute.ts`, "Deno.exit(0);");
    await assert.rejects(
      compileProgram(`${directory}/mute.ts`, `${directory}/mute`, granted),
      (error) =>
        error instanceof Failure && /cannot smoke-test \(--version\) mute/.test(error.message),
    );
    assert.deepEqual([...Deno.readDirSync(directory)].map((entry) => entry.name), ["mute.ts"]);
  }));

Deno.test("without a runtime the message says how to name one", () =>
  inTemporaryDirectory((directory) =>
    withEnvironment({ DENORT_BIN: `${directory}/missing` }, () =>
      assert.rejects(
        compileProgram(source, `${directory}/chezmoi-resolve`, granted),
        (error) => error instanceof Failure && /DENORT_BIN/.test(error.hint ?? ""),
      ))
  ));
