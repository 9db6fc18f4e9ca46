/** Store objects: made as files of the host, imported into the store of a machine by Nix itself. */
import type { Tools } from "./tools.ts";

/** One object for the store. */
export interface StoreObject {
  readonly path: string;
  /** Paths of the store that it needs, itself perhaps. */
  readonly references: readonly string[];
  /** Makes its content, which is a directory, in an empty one. */
  readonly make: (directory: string) => Promise<void>;
}

/** The path of an object whose content follows from its name and these texts. */
export async function storePath(name: string, ...texts: string[]): Promise<string> {
  const data = new TextEncoder().encode(JSON.stringify([name, ...texts]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", data));
  const alphabet = "0123456789abcdfghijklmnpqrsvwxyz";
  const hash = [...digest].map((byte) => alphabet[byte % 32]).join("");
  return `/nix/store/${hash}-${name}`;
}

/** Imports objects, each after those it refers to, into the store of the file system in `root`. */
export async function importObjects(
  objects: readonly StoreObject[],
  root: string,
  tools: Tools,
): Promise<void> {
  const importer = new Deno.Command(tools.program("nix-store"), {
    args: ["--import"],
    env: nixEnvironment(root),
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const stream = ReadableStream.from(exportOf(objects, tools));
  const [output] = await Promise.all([importer.output(), stream.pipeTo(importer.stdin)]);
  if (output.success) return;
  throw new Error(`cannot import: ${new TextDecoder().decode(output.stderr)}`);
}

/** The settings under which Nix works on the store in `root`, and on nothing of the host. */
export function nixEnvironment(root: string): Record<string, string> {
  return {
    NIX_REMOTE: `local?root=${root}`,
    NIX_CONFIG: "fsync-metadata = false\nbuild-users-group =\nsubstituters =\n",
    NIX_CONF_DIR: "/dev/null",
    HOME: "/dev/null",
  };
}

/** What `nix-store --export` would write: archives, each followed by what the database needs. */
async function* exportOf(
  objects: readonly StoreObject[],
  tools: Tools,
): AsyncGenerator<Uint8Array> {
  for (const { path, references, make } of objects) {
    const directory = await Deno.makeTempDir({ prefix: "store-" });
    try {
      await make(directory);
      yield number(1);
      const dump = new Deno.Command(tools.program("nix-store"), {
        args: ["--dump", directory],
        env: nixEnvironment("/nonexistent"),
        stdout: "piped",
      }).spawn();
      yield* dump.stdout;
      if (!(await dump.status).success) throw new Error(`cannot archive the content of ${path}`);
      yield number(0x4558494e);
      yield text(path);
      yield number(references.length);
      for (const reference of references) yield text(reference);
      yield text("");
      yield number(0);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  }
  yield number(0);
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

/** A length, the bytes, and zeros up to a multiple of eight. */
function text(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  const result = new Uint8Array(8 + Math.ceil(bytes.length / 8) * 8);
  result.set(number(bytes.length));
  result.set(bytes, 8);
  return result;
}
