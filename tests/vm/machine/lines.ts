/** The lines that come in over a stream, kept, so that one can wait for one to come. */

/** A line and when it came, in seconds. */
export interface Line {
  readonly text: string;
  readonly at: number;
}

/** A growing list of lines. */
export class Lines {
  readonly all: Line[] = [];
  #wake = Promise.withResolvers<void>();

  /** @param seen is called with each line that comes */
  constructor(readonly seen: (text: string) => void = () => {}) {}

  /** Adds a line. */
  add(text: string): void {
    this.all.push({ text, at: performance.now() / 1000 });
    this.seen(text);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /**
   * Waits until a line from `from` on matches.
   *
   * @returns the match and the index of its line
   * @throws {Error} when none has come within `seconds`
   */
  async find(
    pattern: RegExp,
    { from = 0, seconds, failed }: { from?: number; seconds: number; failed: () => string },
  ): Promise<{ readonly match: RegExpExecArray; readonly index: number }> {
    const deadline = performance.now() + seconds * 1000;
    for (let index = from;; index++) {
      while (index >= this.all.length) await this.#next(deadline, failed);
      const match = pattern.exec(this.all[index]?.text ?? "");
      if (match) return { match, index };
    }
  }

  async #next(deadline: number, failed: () => string): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => late.reject(new Error(failed())), deadline - performance.now());
    try {
      await Promise.race([this.#wake.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Calls `add` with each line of a stream of bytes, until it ends. */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  add: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r*\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) add(line);
  }
  if (rest) add(rest);
}
