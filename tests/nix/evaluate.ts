/** Plain Nix, without nixpkgs and without a store: what our expressions evaluate to. */
import { decoded, type Ended, output } from "../support/processes.ts";
import { systemPrograms } from "../support/programs.ts";

/** The directory of our Nix files. */
export const nixDirectory = new URL("../../nix", import.meta.url).pathname;

/** Runs a program with the real Nix and systemd's tools on PATH. */
export async function run(...argv: string[]): Promise<Ended> {
  const { directory } = await systemPrograms();
  const PATH = [directory, Deno.env.get("PATH")].filter(Boolean).join(":");
  // Nothing is read or written but the expressions.
  const env = { PATH, LC_ALL: "C.UTF-8", NIX_REMOTE: "dummy://", NIX_USER_CONF_FILES: "/dev/null" };
  return decoded(await output(argv, { cwd: nixDirectory, env }));
}

/** The value of an expression, in which `given` is what is passed and `./.` is nix/. */
export async function evaluate<T>(expression: string, given: unknown = null): Promise<T> {
  const wrapped = `{ json }: let given = builtins.fromJSON json; in ${expression}`;
  const argv = ["nix-instantiate", "--eval", "--strict", "--json"];
  const ended = await run(
    ...argv,
    ...["--argstr", "json", JSON.stringify(given)],
    ...["-E", wrapped],
  );
  if (ended.status !== 0) throw new Error(ended.stderr);
  return JSON.parse(ended.stdout);
}
