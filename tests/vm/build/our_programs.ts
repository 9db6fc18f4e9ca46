/** Our own programs as they are shipped: compiled. */
import { compileProgram } from "../../../src/build/compile_program.ts";
import { permissions } from "../../../src/build/permissions.ts";
import { cached } from "./cache.ts";
import { storePath } from "./store.ts";

const repository = new URL("../../..", import.meta.url).pathname.replace(/\/$/, "");

/** The programs that a machine needs to have. */
export const names = [
  ...["golden-mark-pending", "golden-boot-check", "golden-boot-validate", "pin-golden"],
  ...["show-golden", "rollback-to-golden", "show-boot-status"],
];

/** The directory of the compiled programs: HOLDFAST_BIN_DIR, else one of the cache. */
export async function compiledPrograms(narrate: (text: string) => void): Promise<string> {
  const given = Deno.env.get("HOLDFAST_BIN_DIR");
  if (given) return given;
  const runtime = Deno.env.get("DENORT_BIN") ?? "";
  const key = await storePath("programs", await digestOf(`${repository}/src`), runtime);
  return await cached("vm-programs", key.slice(11, 19), async (next) => {
    for (const name of names) {
      narrate(`compiling ${name} …`);
      const granted = permissions[name];
      if (granted === undefined) throw new Error(`no permissions are stated for ${name}`);
      await compileProgram(`${repository}/bin/${name}.ts`, `${next}/${name}`, granted);
    }
    return names;
  });
}

/** A digest of the files below `path`: their names and contents. */
export async function digestOf(path: string): Promise<string> {
  const { isDirectory, isSymlink } = await Deno.lstat(path);
  if (isSymlink) return await Deno.readLink(path);
  if (!isDirectory) {
    using file = await Deno.open(path);
    const { createHash } = await import("node:crypto");
    const hash = createHash("sha256");
    for await (const chunk of file.readable) hash.update(chunk);
    return hash.digest("hex");
  }
  const entries = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
  const lines = entries.map(async (name) => `${name} ${await digestOf(`${path}/${name}`)}`);
  return await storePath("tree", ...await Promise.all(lines));
}
