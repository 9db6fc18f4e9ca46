import type { Host } from "./sandbox.ts";

const checkout = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/**
 * Puts programs of ours on a host's PATH by their names, each with the arguments that come first:
 * compiled from HOLDFAST_BIN_DIR when that is set, else from source.
 */
export async function putOnPath(
  host: Host,
  programs: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const compiled = Deno.env.get("HOLDFAST_BIN_DIR");
  for (const [name, args] of Object.entries(programs)) {
    const source = [Deno.execPath(), "run", "-A", "--cached-only", `${checkout}/bin/${name}.ts`];
    const argv = [...(compiled ? [`${compiled}/${name}`] : source), ...args];
    await host.write(`bin/${name}`, `#!/bin/sh\nexec ${argv.map(quoted).join(" ")} "$@"\n`, 0o755);
  }
}

/** A word as a shell reads it back. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
