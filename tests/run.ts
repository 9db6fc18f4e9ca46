/**
 * `deno task test [--compiled] [ARGUMENT...]`: the tests, but for the slow ones. With `--compiled`
 * those that start whole programs, against binaries with their baked permissions.
 */
import { compileProgram } from "../src/build/compile_program.ts";
import { permissions } from "../src/build/permissions.ts";

const root = new URL("..", import.meta.url).pathname;

/** Where programs are started as a person or a unit starts them. */
const wholePrograms = ["tools", "golden", "config", "upgrade", "rebuild"];

async function main(args: readonly string[]): Promise<number> {
  const others = args.filter((arg) => arg !== "--compiled");
  if (others.length === args.length) return await test(others, ["tests"]);
  const given = Deno.env.get("HOLDFAST_BIN_DIR");
  const suites = wholePrograms.map((name) => `tests/${name}`);
  if (given) return await test(others, suites, { HOLDFAST_BIN_DIR: given });
  const directory = await Deno.makeTempDir({ prefix: "holdfast-compiled-" });
  try {
    for (const [name, granted] of Object.entries(permissions)) {
      console.error(`compiling ${name}`);
      await compileProgram(`${root}bin/${name}.ts`, `${directory}/${name}`, granted);
    }
    return await test(others, suites, { HOLDFAST_BIN_DIR: directory });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function test(
  args: readonly string[],
  suites: readonly string[],
  env: Record<string, string> = {},
): Promise<number> {
  // What is named takes the place of all.
  const isNamed = args.some((arg) => !arg.startsWith("-"));
  const all = ["test", "-A", "--parallel", "--ignore=tests/**/*_slow_test.ts", ...args];
  const child = new Deno.Command(Deno.execPath(), {
    args: isNamed ? all : [...all, ...suites],
    cwd: root,
    env,
  }).spawn();
  return (await child.status).code;
}

Deno.exit(await main(Deno.args));
