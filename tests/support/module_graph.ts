/** Which modules each program of bin/ is made of. */
import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);

/** The modules of ours, by their paths from the top of the checkout. */
export interface Graph {
  readonly texts: ReadonlyMap<string, string>;
  /** What each imports, types left out. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}

/** All modules of all programs, as Deno sees them from the program of all names. */
export async function readGraph(): Promise<Graph> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "bin/holdfast.ts"],
    cwd: root.pathname,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const { modules } = JSON.parse(new TextDecoder().decode(stdout));
  const texts = new Map<string, string>();
  const imports = new Map<string, readonly string[]>();
  for (const { specifier, dependencies = [] } of modules) {
    if (!specifier.startsWith(root.href) || !specifier.endsWith(".ts")) continue;
    const path = specifier.slice(root.href.length);
    texts.set(path, await Deno.readTextFile(new URL(specifier)));
    imports.set(
      path,
      dependencies.flatMap(({ code }: { readonly code?: { readonly specifier?: string } }) =>
        code?.specifier?.startsWith(root.href) ? [code.specifier.slice(root.href.length)] : []
      ),
    );
  }
  return { texts, imports };
}

/** The modules that run as part of a program, with their texts. */
export function modulesOf({ texts, imports }: Graph, program: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const waiting = [`bin/${program}.ts`];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = texts.get(path);
    if (text === undefined || found.has(path)) continue;
    found.set(path, text);
    waiting.push(...imports.get(path) ?? []);
  }
  assert(found.size > 5, `the modules of ${program} are found`);
  return found;
}
