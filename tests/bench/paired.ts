/** A program to be measured, with all that it needs to run. */
export interface Subject {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Puts things back before each run, and is not measured. */
  readonly before?: () => Promise<void>;
}

/** What a measurement of two programs came to. */
export interface Comparison {
  /** The median of what is measured. */
  readonly ours: number;
  /** The median of what it is measured against. */
  readonly floor: number;
  /** The median of the ratios, and the quartiles, which tell how noisy the machine is. */
  readonly ratio: number;
  readonly quartiles: readonly [number, number];
}

/**
 * Measures two programs in turns, A B A B …, and compares pair by pair: what else the machine does
 * slows down both of a pair alike.
 */
export async function compare(
  ours: Subject,
  floor: Subject,
  runs: number,
  measure: (subject: Subject) => Promise<number>,
): Promise<Comparison> {
  // Once each to fill the caches.
  for (const subject of [ours, floor]) await measure(subject);
  const pairs: [number, number][] = [];
  for (let run = 0; run < runs; run++) pairs.push([await measure(ours), await measure(floor)]);
  const ratios = pairs.map(([a, b]) => a / b);
  return {
    ours: quantile(pairs.map(([a]) => a), 0.5),
    floor: quantile(pairs.map(([, b]) => b), 0.5),
    ratio: quantile(ratios, 0.5),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
  };
}

/** Milliseconds from start to end; it has to succeed. */
export async function duration(subject: Subject): Promise<number> {
  await subject.before?.();
  const started = performance.now();
  const { success, code } = await command(subject).output();
  const took = performance.now() - started;
  if (!success) throw new Error(`${subject.argv.join(" ")} ended with ${code}`);
  return took;
}

/**
 * The most memory in MB that the process itself had resident at once, its children left out: that is
 * why the kernel's `VmHWM` is read and not the usage that `wait4` gives, which takes them in. It only
 * ever grows, so that what is read last is at most a millisecond short.
 */
export async function peakMemory(subject: Subject): Promise<number> {
  await subject.before?.();
  const child = command(subject).spawn();
  let running = true;
  const status = child.status.finally(() => running = false);
  let peak = 0;
  while (running) {
    const text = await Deno.readTextFile(`/proc/${child.pid}/status`).catch(() => "");
    peak = Number(/^VmHWM:\s*(\d+) kB/m.exec(text)?.[1] ?? peak * 1024) / 1024;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { success, code } = await status;
  if (!success) throw new Error(`${subject.argv.join(" ")} ended with ${code}`);
  return peak;
}

function command({ argv: [program = "", ...args], cwd, env }: Subject): Deno.Command {
  return new Deno.Command(program, {
    args,
    cwd,
    env: { ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
}

/** The value below which a part of all values lies, between two of them where it has to be. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = part * (sorted.length - 1);
  const [below = NaN, above = NaN] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}
