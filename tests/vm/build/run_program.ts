/** How a program is run to its end. */
export interface RunOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Written to its standard input, which is closed otherwise. */
  readonly stdin?: string | ReadableStream<Uint8Array>;
}

/**
 * Runs a program to its end.
 *
 * @returns its standard output
 * @throws {Error} when it fails, with the last lines of its standard error
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const [program = "", ...args] = argv;
  const { stdin, env, cwd } = options;
  const child = new Deno.Command(program, {
    args,
    env: { ...env, LC_ALL: "C" },
    ...(cwd === undefined ? {} : { cwd }),
    stdin: stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stream = typeof stdin === "string" ? new Blob([stdin]).stream() : stdin;
  // A program that ends early closes its input; its exit status says more than the broken pipe.
  const fed = stream?.pipeTo(child.stdin).catch(() => {});
  const [output] = await Promise.all([child.output(), fed]);
  const decoder = new TextDecoder();
  if (output.success) return decoder.decode(output.stdout);
  const lines = decoder.decode(output.stderr).trim().split("\n").slice(-8);
  const command = argv.slice(0, 2).join(" ");
  throw new Error(`\`${command}\` exited with ${output.code}: ${lines.join("\n    ")}`);
}
