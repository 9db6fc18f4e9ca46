/** How a program ended: 128 + signal number as status when a signal ended it. */
export interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program that is still running. */
export interface Started {
  readonly ended: Promise<Ended>;
  /** Ends the process itself; what it has started lives on. */
  kill(signal?: Deno.Signal): void;
}

/** Where and how a program runs. */
export interface RunOptions {
  readonly cwd?: string;
  /** On a host these go over its environment; `undefined` takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | Uint8Array<ArrayBuffer>;
  /** This process's own when absent. */
  readonly umask?: number;
}

/** As {@linkcode RunOptions}, nothing left to a default. */
export type Settled = RunOptions & { readonly cwd: string };

/** Starts a program in exactly the environment that is given. */
export function spawn(argv: readonly string[], options: Settled): Deno.ChildProcess {
  const env = Object.entries(options.env ?? {}).filter((it) => it[1] !== undefined);
  // By `env`, since the program is to be found on the PATH that is given.
  const pairs = env.map(([key, value]) => `${key}=${value}`);
  const { umask } = options;
  const shell = umask === undefined
    ? []
    : ["/bin/sh", "-c", `umask ${umask.toString(8)} && exec "$@"`, "sh"];
  const child = new Deno.Command("/usr/bin/env", {
    args: ["-i", ...pairs, ...shell, ...argv],
    cwd: options.cwd,
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.stdin !== undefined) {
    // A program may end without reading all of it.
    new Blob([options.stdin]).stream().pipeTo(child.stdin).catch(() => {});
  }
  return child;
}

/** Runs a program to its end. */
export async function output(
  argv: readonly string[],
  options: Settled,
): Promise<Deno.CommandOutput> {
  return await spawn(argv, options).output();
}

/** Sends a signal to the process itself; what it has started lives on. */
export function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** The outcome as text. */
export function decoded(output: Deno.CommandOutput): Ended {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    status: output.code,
    stdout: decoder.decode(output.stdout),
    stderr: decoder.decode(output.stderr),
  };
}

/** What a program that had to succeed printed. */
export function succeeded(argv: readonly string[], ended: Ended): string {
  if (ended.status === 0) return ended.stdout;
  throw new Error(`\`${argv.join(" ")}\` ended with ${ended.status}: ${ended.stderr.trim()}`);
}
