import { Failure } from "../cli/failure.ts";
import { environment } from "../host/environment.ts";
import { lstat, namesIn, stat, touch } from "../host/files.ts";
import { capture, type Output } from "../host/process.ts";
import { permissionFlags, type Permissions } from "./permissions.ts";

/** A program that was compiled and answered its smoke test. */
export interface Compiled {
  readonly path: string;
  readonly bytes: number;
  readonly seconds: number;
}

const manifest = `${import.meta.dirname}/../../deno.json`;
/** Generous, since the first run downloads esbuild and the runtime; in milliseconds. */
const bound = 300_000;
const smokeBound = 20_000;

/**
 * Compiles one program: bundle, compile, smoke test. Bundling leaves out of the binary what is not
 * used of a package, and `--code-splitting` keeps what is imported lazily out of the part that is
 * loaded at the start. `deno compile` embeds the splits by itself: their paths are literals.
 *
 * @throws {Failure} when a stage fails; no binary is left then
 * @throws {ProgramMissingError} when there is no compiler where DENO_COMPILE_CLI says
 */
export async function compileProgram(
  source: string,
  binary: string,
  granted: Permissions,
): Promise<Compiled> {
  const started = performance.now();
  const name = nameOf(binary);
  const work = await Deno.makeTempDir({ prefix: "compile-" });
  try {
    await bundle(source, `${work}/${name}`);
    const script = `${work}/${name}/${nameOf(source).replace(/\.ts$/, ".js")}`;
    await compileBundle(name, script, binary, granted);
    await smokeTest(binary, name);
  } catch (error) {
    await removeIfThere(binary);
    throw error;
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  const bytes = (await stat(binary))?.size ?? 0;
  return { path: binary, bytes, seconds: (performance.now() - started) / 1000 };
}

async function bundle(source: string, directory: string): Promise<void> {
  const options = ["--quiet", "--config", manifest, "--platform", "deno", "--code-splitting"];
  const output = await capture({
    argv: [Deno.execPath(), "bundle", ...options, "--outdir", directory, source],
    timeout: bound,
  });
  if (output.status !== 0) throw stageFailure("bundle", source, output);
  // The times of the files become part of the binary; without this no two builds are alike.
  for (const name of await namesIn(directory)) await touch(`${directory}/${name}`, new Date(0));
}

async function compileBundle(
  name: string,
  script: string,
  binary: string,
  granted: Permissions,
): Promise<void> {
  const flags = [
    "--quiet",
    "--no-config",
    "--no-check",
    // The code cache lies under a predictable name in /tmp and is read without asking whose it is.
    "--no-code-cache",
    // Without a JIT a unit can have MemoryDenyWriteExecute=yes.
    "--v8-flags=--jitless",
  ];
  const compiler = environment("DENO_COMPILE_CLI") ?? Deno.execPath();
  const output = await capture({
    argv: [compiler, "compile", ...flags, ...permissionFlags(granted), "-o", binary, script],
    timeout: bound,
  });
  if (output.status === 0) return;
  throw stageFailure(
    "compile",
    name,
    output,
    /denort/.test(output.stderr) ? runtimeHint : undefined,
  );
}

const runtimeHint =
  "`deno compile` downloads its runtime, denort, from dl.deno.land; where that is " +
  "out of reach, set DENORT_BIN to a denort and DENO_COMPILE_CLI to the deno of the same version";

/**
 * Runs the binary as a bare system would: nothing in the environment, no working directory of ours.
 * A denort of another version than the compiler is built in without a word and fails here only.
 */
async function smokeTest(binary: string, name: string): Promise<void> {
  for (const [flag, expected] of [["--version", `${name} `], ["--help", "Usage: "]] as const) {
    const output = await capture({
      argv: ["env", "--ignore-environment", binary, flag],
      cwd: "/",
      timeout: smokeBound,
    });
    if (output.status === 0 && output.stdout.includes(expected)) continue;
    throw stageFailure(`smoke-test (${flag})`, name, output, smokeHint);
  }
}

const smokeHint = "the denort in DENORT_BIN must be of exactly the version of the compiling deno";

function stageFailure(stage: string, subject: string, output: Output, hint?: string): Failure {
  // Deno paints its messages even for a pipe, and adds a stack of its own functions.
  // deno-lint-ignore no-control-regex
  const said = output.stderr.replace(/\x1b\[[0-9;]*m/g, "").split("\nStack backtrace:")[0]?.trim();
  const how = output.timedOut ? "did not end in time" : `exit status ${output.status}`;
  const message = `cannot ${stage} ${subject}: ${how}${said ? `: ${said}` : ""}`;
  return new Failure(message, hint === undefined ? {} : { hint });
}

/** Removes a file; a missing one is fine. */
export async function removeIfThere(path: string): Promise<void> {
  if (await lstat(path) !== undefined) await Deno.remove(path);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
