/**
 * A named pipe that programs under test write into and hold open: what they say can be awaited, and
 * the kernel ends it when the last of them is dead, so that no test has to sleep and look again.
 */
export class Lifeline {
  readonly #file: Promise<Deno.FsFile>;

  private constructor(readonly path: string) {
    this.#file = Deno.open(path, { read: true });
  }

  /** Makes the pipe in a directory. */
  static async in(directory: string): Promise<Lifeline> {
    const path = `${directory}/lifeline`;
    const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
    if (!success) throw new Error(`cannot make the pipe ${path}`);
    return new Lifeline(path);
  }

  /** What a program says next, at most some kilobytes. */
  async hears(): Promise<string> {
    const buffer = new Uint8Array(4096);
    const size = await within(20_000, (await this.#file).read(buffer));
    return new TextDecoder().decode(buffer.subarray(0, size ?? 0));
  }

  /** Returns when no program holds the pipe any more. */
  async ends(): Promise<void> {
    const file = await this.#file;
    const buffer = new Uint8Array(4096);
    while (await within(20_000, file.read(buffer)) !== null);
    file.close();
  }
}

/** The outcome of some work, or an error when it takes too long: a test fails and does not hang. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
