/** The people who type the manual commands: one who is not root, and one who sits at a terminal. */
import assert from "node:assert/strict";
import type { GoldenHost } from "../support/golden_host.ts";
import type { Ended } from "../support/processes.ts";
import { within } from "../support/lifeline.ts";

/** Runs one of our programs. */
export type Runs = (name: string, args?: readonly string[]) => Promise<Ended>;

const checkout = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** Somebody who may read what is the host's, and write none of it. */
export async function ordinaryUser(host: GoldenHost): Promise<Runs> {
  if (Deno.uid() !== 0) return owner(host);
  // Nobody else may be able to read this checkout, or what Deno has cached for it.
  const copy = `${host.root}/checkout`;
  const npm = `${host.environment["DENO_DIR"]}/npm`;
  const sources = ["bin", "src", "deno.json", "deno.lock"].map((it) => `${checkout}/${it}`);
  await Deno.mkdir(`${copy}/deno`, { recursive: true });
  await host.run(["cp", "-r", ...sources, copy]);
  await host.run(["cp", "-r", "--reflink=auto", npm, `${copy}/deno/npm`]);
  await host.run(["chmod", "-R", "a+rX", copy]);
  await Deno.chmod(`${copy}/deno`, 0o777);
  await Deno.chmod(host.root, 0o755);
  const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  return async (name, args = []) => {
    const argv = host.argv(name).map((it) => it.replace(checkout, copy));
    const env = { DENO_DIR: `${copy}/deno`, HOME: "/nonexistent" };
    return await host.run([...nobody, ...argv, "--config", host.configFile, ...args], { env });
  };
}

/** This user itself, whose directories are read-only for as long as each program runs. */
function owner(host: GoldenHost): Runs {
  const profiles = host.store.profile.slice(0, host.store.profile.lastIndexOf("/"));
  const paths = [host.stateDir, profiles, `${host.store.gcRoots}/golden-generation`].join(" ");
  const guarded = `chmod a-w ${paths}; "$@"; code=$?; chmod u+w ${paths}; exit $code`;
  return async (name, args = []) => {
    const argv = [...host.argv(name), "--config", host.configFile, ...args];
    return await host.run(["sh", "-c", guarded, "sh", ...argv]);
  };
}

/** Runs one of our programs on a terminal, and types when it asks. A serial console has no columns. */
export async function typing(
  host: GoldenHost,
  [name = "", ...args]: readonly string[],
  asked: RegExp,
  keys: string,
  columns = 250,
): Promise<Ended> {
  const argv = [...host.argv(name), "--config", host.configFile, ...args];
  const line = `stty cols ${columns}; exec ${argv.map((it) => `'${it}'`).join(" ")}`;
  const environment = Object.entries({ ...host.environment, TERM: "xterm" });
  const child = new Deno.Command("/usr/bin/env", {
    args: [
      "-i",
      ...environment.map(([key, value]) => `${key}=${value}`),
      ...["script", "--quiet", "--return", "--flush", "--command", line, "/dev/null"],
    ],
    cwd: host.root,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  let stdout = "";
  let hasTyped = false;
  const reads = async (): Promise<void> => {
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      // deno-lint-ignore no-control-regex
      stdout = (stdout + chunk).replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, "");
      if (hasTyped || !asked.test(stdout)) continue;
      hasTyped = true;
      await stdin.write(new TextEncoder().encode(keys));
    }
  };
  await within(30_000, reads());
  await stdin.close().catch(() => {});
  const stderr = await new Response(child.stderr).text();
  const { code: status } = await child.status;
  assert.ok(hasTyped, `it did not ask: ${stdout}${stderr}`);
  return { status, stdout, stderr };
}
