import { decoded, output, succeeded } from "./processes.ts";

const config = new URL("../../deno.json", import.meta.url).pathname;

/**
 * Makes one script of a program and all it imports, readable by everybody: what Deno has cached, or
 * the checkout itself, may be readable by its owner alone. It runs in the whole environment of the
 * tests, since the first bundle downloads esbuild, by whatever proxy and certificates are set there.
 */
export async function bundle(source: string, script: string): Promise<void> {
  const options = ["--quiet", "--config", config, "--platform", "deno", "--output", script];
  const argv = [Deno.execPath(), "bundle", ...options, source];
  succeeded(argv, decoded(await output(argv, { cwd: "/", env: Deno.env.toObject() })));
  await Deno.chmod(script, 0o644);
}
