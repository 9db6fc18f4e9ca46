import { compileProgram } from "../../src/build/compile_program.ts";
import type { Host } from "../support/sandbox.ts";
import type { Subject } from "./paired.ts";

const bin = new URL("../../bin", import.meta.url).pathname;

/** A way to run our programs, and an empty one in the same way. */
export interface Runtime {
  readonly name: "source" | "compiled";
  readonly argv: (program: string) => readonly string[];
  readonly empty: readonly string[];
}

/** A program that does nothing. Its answers are what a compilation is smoke-tested with. */
const emptyText =
  `if (Deno.args.length > 0) console.log(Deno.args[0] === "--version" ? "empty 1" : "Usage: ");\n`;

/** The ways to run our programs that there are here, and why there are not more. */
export async function runtimes(
  directory: string,
): Promise<{ readonly runtimes: readonly Runtime[]; readonly note: string | undefined }> {
  const file = `${directory}/empty.ts`;
  await Deno.writeTextFile(file, emptyText);
  const run = [Deno.execPath(), "run", "-A", "--cached-only"];
  const source: Runtime = {
    name: "source",
    argv: (program) => [...run, `${bin}/${program}.ts`],
    empty: [...run, file],
  };
  const given = Deno.env.get("HOLDFAST_BIN_DIR");
  if (!given && !Deno.env.get("DENORT_BIN")) {
    return {
      runtimes: [source],
      note: "compiled programs: not measured, set DENORT_BIN or HOLDFAST_BIN_DIR",
    };
  }
  const compiled = await compiledIn(directory, file, given);
  return { runtimes: [source, compiled], note: undefined };
}

async function compiledIn(
  directory: string,
  emptyFile: string,
  given: string | undefined,
): Promise<Runtime> {
  const { permissions } = await import("../../src/build/permissions.ts");
  const granted = permissions["chezmoi-sync"];
  if (granted === undefined) throw new Error("no permissions are stated for chezmoi-sync");
  if (!given) {
    for (const [name, its] of Object.entries(permissions)) {
      await compileProgram(`${bin}/${name}.ts`, `${directory}/${name}`, its);
    }
  }
  await compileProgram(emptyFile, `${directory}/empty`, granted);
  return {
    name: "compiled",
    argv: (program) => [`${given || directory}/${program}`],
    empty: [`${directory}/empty`],
  };
}

/** Something that runs on a host. */
export function on(host: Host, argv: readonly string[]): Subject {
  return { argv, cwd: host.home, env: host.environment };
}

/**
 * What no sync can do without: a look at the home beside one at the remote, then one at the commits.
 * A script, as a person would have it in place of `chezmoi-sync`.
 */
export async function floorOf(host: Host): Promise<Subject> {
  const script = `${host.home}/.floor.sh`;
  await Deno.writeTextFile(
    script,
    `cd '${host.source}' || exit
chezmoi --no-tty status &
jj --no-pager git fetch || exit
wait $! || exit
jj --no-pager log
`,
  );
  return on(host, ["/bin/sh", script]);
}

/** What each program is called with where there is nothing to do for it. */
export const idle: Readonly<Record<string, readonly string[]>> = {
  "chezmoi-sync": [],
  "chezmoi-status": [],
  "chezmoi-show-conflicts": [],
  "chezmoi-resolve": ["--take=union"],
};
