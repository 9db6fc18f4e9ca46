/** A terminal of its own for a program, as script(1) makes one: what a person types, and gets to see. */

/** What the terminal is, and what is typed on it. */
export interface Setup {
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  /** All of the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Answers, each typed once its words were seen after the answer before. */
  readonly type?: readonly (readonly [seen: string, keys: string])[];
}

/** Runs a shell's command line on a terminal; returns its status and all that came out. */
export async function onPty(
  line: string,
  { columns = 80, rows = 24, cwd, env, type = [] }: Setup,
): Promise<{ readonly status: number; readonly bytes: string }> {
  const child = new Deno.Command("script", {
    args: ["-qefc", `stty cols ${columns} rows ${rows}; ${line}; exit $?`, "/dev/null"],
    ...(cwd === undefined ? {} : { cwd }),
    clearEnv: true,
    env,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const keyboard = child.stdin.getWriter();
  const waiting = [...type];
  let bytes = "";
  let from = 0;
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    bytes += chunk;
    const [next] = waiting;
    if (next === undefined || !bytes.slice(from).includes(next[0])) continue;
    from = bytes.length;
    waiting.shift();
    await keyboard.write(new TextEncoder().encode(next[1]));
  }
  const { code } = await child.status;
  await keyboard.close().catch(() => {});
  return { status: code, bytes };
}
