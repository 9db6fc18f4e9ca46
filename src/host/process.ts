/** A program to run. */
export interface Invocation {
  /** Program (looked up in PATH when it holds no slash) and arguments. */
  readonly argv: readonly string[];
  /** Working directory; this process's own when absent. */
  readonly cwd?: string;
  /** Added to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input; closed when absent, so that nothing can wait for a terminal. */
  readonly stdin?: string;
  /** Bound in milliseconds; the whole process group is killed when it passes. None when absent. */
  readonly timeout?: number;
}

/** What a finished program left. */
export interface Output {
  /** Exit status; 128 + signal number when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the time bound ended it. */
  readonly timedOut: boolean;
}

/** A program that failed although its caller has no other answer: argv, status and stderr. */
export class ProcessError extends Error {
  override readonly name = "ProcessError";

  constructor(readonly invocation: Invocation, readonly output: Output) {
    const how = output.timedOut
      ? `did not end within ${(invocation.timeout ?? 0) / 1000} s and was killed`
      : `exit status ${output.status}`;
    const said = output.stderr.trim() || output.stdout.trim();
    super(`${invocation.argv.join(" ")}: ${how}${said === "" ? "" : `: ${said}`}`);
  }
}

/** A program that is not on PATH or cannot be executed. */
export class ProgramMissingError extends Error {
  override readonly name = "ProgramMissingError";

  constructor(readonly program: string, options?: ErrorOptions) {
    super(`cannot run ${JSON.stringify(program)}: not found on PATH or not executable`, options);
  }
}

/** Time in milliseconds between SIGTERM and SIGKILL for a process group that outlived its bound. */
const killGrace = 2000;
/**
 * How long output is awaited after the program itself has ended, in milliseconds: a daemonized
 * grandchild (ssh ControlPersist) keeps the pipes open for hours.
 */
const pipeGrace = 1000;

const running = new Set<number>();

/**
 * Runs a program to its end and collects what it printed, whatever its status. It runs in a process
 * group of its own: a bound that kills only the direct child leaves git's ssh behind.
 *
 * @throws {ProgramMissingError} when it cannot be started
 */
export async function capture(invocation: Invocation): Promise<Output> {
  const child = spawn(invocation);
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  running.add(child.pid);
  let timedOut = false;
  let kill: ReturnType<typeof setTimeout> | undefined;
  const bound = invocation.timeout === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    signalGroup(child.pid, "SIGTERM");
    kill = setTimeout(() => signalGroup(child.pid, "SIGKILL"), killGrace);
  }, invocation.timeout);
  try {
    if (invocation.stdin !== undefined) await feed(child, invocation.stdin);
    const status = await child.status;
    if (timedOut) signalGroup(child.pid, "SIGKILL");
    const [stdout, stderr] = await Promise.all([out.within(pipeGrace), err.within(pipeGrace)]);
    return { status: status.code, stdout, stderr, timedOut };
  } finally {
    clearTimeout(bound);
    clearTimeout(kill);
    running.delete(child.pid);
  }
}

/**
 * Like {@linkcode capture}, for a program that has to succeed.
 *
 * @throws {ProcessError} when the status is not 0
 */
export async function run(invocation: Invocation): Promise<string> {
  const output = await capture(invocation);
  if (output.status !== 0 || output.timedOut) throw new ProcessError(invocation, output);
  return output.stdout;
}

/** Runs an interactive program on this terminal and returns its exit status. */
export async function runOnTerminal(invocation: Invocation): Promise<number> {
  const command = new Deno.Command(invocation.argv[0] ?? "", {
    args: invocation.argv.slice(1),
    ...(invocation.cwd === undefined ? {} : { cwd: invocation.cwd }),
    ...(invocation.env === undefined ? {} : { env: invocation.env }),
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  return (await command.spawn().status).code;
}

/** Ends every program that is still running, with its process group; for the signal handlers. */
export function killRunning(): void {
  for (const pid of running) signalGroup(pid, "SIGKILL");
}

function spawn(invocation: Invocation): Deno.ChildProcess {
  const [program = "", ...args] = invocation.argv;
  try {
    return new Deno.Command(program, {
      args,
      ...(invocation.cwd === undefined ? {} : { cwd: invocation.cwd }),
      ...(invocation.env === undefined ? {} : { env: invocation.env }),
      stdin: invocation.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      throw new ProgramMissingError(program, { cause: error });
    }
    throw error;
  }
}

async function feed(child: Deno.ChildProcess, text: string): Promise<void> {
  try {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch (error) {
    // The program may end without reading all of it; its status tells how that went.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

interface Collector {
  within(milliseconds: number): Promise<string>;
}

function collect(stream: ReadableStream<Uint8Array>): Collector {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let text = "";
  const done = (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
    }
  })();
  return {
    async within(milliseconds: number): Promise<string> {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<"late">((resolve) => {
        timer = setTimeout(() => resolve("late"), milliseconds);
      });
      const outcome = await Promise.race([done, late]);
      clearTimeout(timer);
      if (outcome === "late") {
        await reader.cancel().catch(() => {});
      }
      return text + decoder.decode();
    },
  };
}

function signalGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch { /* the group is gone, which is what was wanted */ }
}
