/** How many characters fit on a terminal; both are at least 1. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The size of the terminal; `undefined` without one, and when it does not know its size, as a serial
 * console, which says that it has no column at all.
 */
export function terminalSize(): TerminalSize | undefined {
  try {
    const { columns, rows } = Deno.consoleSize();
    return columns > 0 && rows > 0 ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}

/** A line that a person types, without its end; `undefined` at the end of the input. */
export async function readTyped(): Promise<string | undefined> {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  for (;;) {
    const isEnd = await Deno.stdin.read(one) === null;
    if (isEnd && bytes.length === 0) return undefined;
    if (isEnd || one[0] === 10) return new TextDecoder().decode(new Uint8Array(bytes));
    bytes.push(one[0] ?? 0);
  }
}

/** Writes to standard error, all of it at once; false when it cannot be written to. */
export function writeToTerminal(text: string): boolean {
  try {
    let rest = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(Deno.stderr.writeSync(rest));
    return true;
  } catch {
    return false;
  }
}

/**
 * Does something every so many milliseconds, until what it returns is called. It does not keep the
 * process alive.
 */
export function every(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds);
  Deno.unrefTimer(timer);
  return () => clearInterval(timer);
}

/**
 * Does something when the process ends: by itself, by `Deno.exit` as from a signal listener, or by an
 * error that nobody caught. What it returns calls that off.
 */
export function atEnd(work: () => void): () => void {
  const events = ["unload", "error"] as const;
  for (const event of events) globalThis.addEventListener(event, work);
  return () => {
    for (const event of events) globalThis.removeEventListener(event, work);
  };
}

/**
 * Does something before this process is stopped by Ctrl-Z, and something when it goes on. What it
 * returns leaves stopping to the system again.
 */
export function aroundStop(before: () => void, after: () => void): () => void {
  const stop = (): void => {
    before();
    Deno.kill(Deno.pid, "SIGSTOP");
    after();
  };
  Deno.addSignalListener("SIGTSTP", stop);
  return () => Deno.removeSignalListener("SIGTSTP", stop);
}
