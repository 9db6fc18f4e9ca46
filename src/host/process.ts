/** A program to run. */
export interface Invocation {
  /** Program (looked up in PATH when it holds no slash) and arguments. */
  readonly argv: readonly string[];
  /** Working directory; this process's own when absent, or / for somebody else, who may not come here. */
  readonly cwd?: string;
  /** Added to the inherited environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for standard input; closed when absent, so that nothing can wait for a terminal. */
  readonly stdin?: string | undefined;
  /** The user it runs as, without any further groups; this process's own when absent. */
  readonly as?: { readonly uid: number; readonly gid: number } | undefined;
  /** Bound in milliseconds; the whole process group is killed when it passes. None when absent. */
  readonly timeout?: number;
  /** Hears each line that is printed, on either stream, as it comes. */
  readonly hear?: ((line: string) => void) | undefined;
}

/** What a finished program left. */
export interface Output {
  /** Exit status; 128 + signal number when a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  /** What was printed, byte for byte, where it need not be text. */
  readonly bytes: Uint8Array<ArrayBuffer>;
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

/** A program that is there and cannot be started now: out of memory, a disk that cannot be read. */
export class ProgramStartError extends Error {
  override readonly name = "ProgramStartError";

  constructor(program: string, cause: Error) {
    super(`cannot start ${JSON.stringify(program)}: ${cause.message}`, { cause });
  }
}

/** Time in milliseconds between SIGTERM and SIGKILL for a process group that outlived its bound. */
const killGrace = 2000;
/**
 * How long output is awaited after the program itself has ended, in milliseconds: a daemonized
 * grandchild (ssh ControlPersist) keeps the pipes open for hours.
 */
const pipeGrace = 1000;

/** Characters of a line after which it is told of without its end. */
const longestLine = 65_536;

const running = new Set<number>();

/**
 * Runs a program to its end and collects what it printed, whatever its status. It runs in a process
 * group of its own: a bound that kills only the direct child leaves git's ssh behind.
 *
 * @throws {ProgramMissingError} when it is not there, {ProgramStartError} when it cannot be started
 */
export async function capture(invocation: Invocation): Promise<Output> {
  const child = start(invocation, {
    stdin: invocation.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  });
  const out = collect(child.stdout, invocation.hear);
  const err = collect(child.stderr, invocation.hear);
  running.add(child.pid);
  const ended = new AbortController();
  let timedOut = false;
  after(invocation.timeout, () => {
    if (ended.signal.aborted) return;
    timedOut = true;
    signalGroup(child.pid, "SIGTERM");
    after(killGrace, () => {
      if (!ended.signal.aborted) signalGroup(child.pid, "SIGKILL");
    });
  });
  try {
    if (invocation.stdin !== undefined) feed(child.stdin, invocation.stdin, ended.signal);
    const status = await child.status;
    ended.abort();
    if (timedOut) signalGroup(child.pid, "SIGKILL");
    await Promise.race([Promise.all([out.ended, err.ended]), elapsed(pipeGrace)]);
    const [bytes, errors] = await Promise.all([out.taken(), err.taken()]);
    return { status: status.code, stdout: asText(bytes), bytes, stderr: asText(errors), timedOut };
  } finally {
    ended.abort();
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

/**
 * Runs an interactive program on this terminal and returns its exit status; `started` is given what
 * passes a signal on to it.
 *
 * @throws {ProgramMissingError} when it cannot be started
 */
export async function runOnTerminal(
  invocation: Invocation,
  started?: (passOn: (signal: Deno.Signal) => void) => void,
): Promise<number> {
  const child = start(invocation, { stdin: "inherit", stdout: "inherit", stderr: "inherit" });
  started?.((signal) => {
    try {
      child.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
  });
  return (await child.status).code;
}

/** Ends every program that is still running, with its process group; for the signal handlers. */
export function killRunning(): void {
  for (const pid of running) signalGroup(pid, "SIGKILL");
}

function start(invocation: Invocation, wiring: Deno.CommandOptions): Deno.ChildProcess {
  const { argv: [program = "", ...args], cwd, env, as } = invocation;
  try {
    return new Deno.Command(program, {
      args,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(as === undefined ? {} : { cwd: cwd ?? "/", uid: as.uid, gid: as.gid }),
      ...wiring,
    }).spawn();
  } catch (error) {
    // Deno says NotFound of a missing working directory as well, which is not the program's fault.
    if (cwd !== undefined && !isDirectory(cwd)) throw error;
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) {
      throw new ProgramMissingError(program, { cause: error });
    }
    // What Deno itself refuses is a permission that we forgot.
    if (error instanceof Deno.errors.NotCapable || !(error instanceof Error)) throw error;
    throw new ProgramStartError(program, error);
  }
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/**
 * Not awaited by the caller, since a daemonized grandchild can hold standard input without reading.
 * A program may end without reading all of it as well; its status tells how that went.
 */
function feed(stdin: WritableStream<Uint8Array>, text: string, ended: AbortSignal): void {
  new Blob([text]).stream().pipeTo(stdin, { signal: ended }).catch(() => {});
}

/** A byte order mark is content and stays. */
function asText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

interface Collector {
  /** Resolves when the stream has ended. */
  readonly ended: Promise<void>;
  /** What came so far; nothing more is read. */
  taken(): Promise<Uint8Array<ArrayBuffer>>;
}

function collect(stream: ReadableStream<Uint8Array>, hear?: (line: string) => void): Collector {
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  const listen = hear === undefined ? undefined : byLines(hear);
  const ended = (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return listen?.();
      chunks.push(value);
      listen?.(value);
    }
  })();
  return {
    ended,
    async taken(): Promise<Uint8Array<ArrayBuffer>> {
      await reader.cancel().catch(() => {});
      return joined(chunks);
    },
  };
}

/** Tells of whole lines; a call without bytes tells of what is left. */
function byLines(hear: (line: string) => void): (bytes?: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  return (bytes) => {
    // A program that draws a progress bar ends its lines with carriage returns.
    const lines = (rest + decoder.decode(bytes, { stream: bytes !== undefined })).split(/[\r\n]+/);
    // A line that has no end is told of in pieces.
    const isWhole = bytes === undefined || (lines.at(-1)?.length ?? 0) > longestLine;
    rest = isWhole ? "" : lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") hear(line);
  };
}

/**
 * Calls back after a time, if the process lives that long. Not `setTimeout`, whose first call takes
 * 8 ms of Deno 2.9's start-up, before the next program can be started.
 */
function after(milliseconds: number | undefined, callBack: () => void): void {
  if (milliseconds === undefined) return;
  AbortSignal.timeout(milliseconds).addEventListener("abort", callBack);
}

async function elapsed(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => after(milliseconds, resolve));
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

function signalGroup(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-pid, signal);
  } catch (error) {
    // Otherwise the group is gone, which is what was wanted.
    if (error instanceof Deno.errors.NotCapable) throw error;
  }
}
