/**
 * Kills a program at the system calls by which it changes files or starts other programs. Deno makes
 * all of them on its main thread, which is the only one that strace follows here, so that a run costs
 * little more than without it.
 */
import type { GoldenHost } from "../support/golden_host.ts";
import type { Ended } from "../support/processes.ts";
import type { Snapshot } from "./tools_snapshot.ts";

/** The n-th call of a name on the main thread: the program dies as it enters it. */
export interface KillPoint {
  readonly call: string;
  readonly nth: number;
  /** The call as strace prints it, for people. */
  readonly text: string;
}

const changing = [
  ...["openat", "write", "fsync", "fdatasync", "ftruncate", "mkdir", "mkdirat", "rename"],
  ...["renameat", "renameat2", "unlink", "unlinkat", "symlink", "symlinkat", "link", "linkat"],
  ...["chmod", "fchmod", "fchmodat", "utimensat"],
];
const starting = ["clone", "clone3", "fork", "vfork"];

/** A state of a host from which programs are run to be stopped half-way. */
export class Traced {
  private constructor(readonly start: Snapshot) {}

  /** From a snapshot on. */
  static async from(start: Snapshot): Promise<Traced> {
    // Deno's caches are databases, whose writes by other tests would disturb the count of the calls.
    const { root, environment } = start.host;
    await Deno.mkdir(`${root}/deno`, { recursive: true });
    await Deno.symlink(`${environment["DENO_DIR"]}/npm`, `${root}/deno/npm`).catch(() => {});
    return new Traced(start);
  }

  /** All points of a program's run, which is carried out to its end. */
  async points(argv: readonly string[]): Promise<KillPoint[]> {
    // The first run fills Deno's caches, which takes files and calls of its own.
    await this.start.rewind();
    await traced(this.start.host, argv, []);
    await this.start.rewind();
    const { calls } = await traced(this.start.host, argv, [
      `trace=${[...changing, ...starting].join(",")}`,
    ]);
    // Whatever comes before the first change of a file of the host leaves it as it was.
    const first = calls.findIndex((each) =>
      isChange(each) && /^(openat|mkdir|unlink|symlink|rename)/.test(each.call) &&
      /"\/(state|nix|boot)/.test(each.text)
    );
    return calls.slice(Math.max(first, 0)).filter(isChange);
  }

  /** Has a program killed at a point of a run that begins as the others did. */
  async killedAt(argv: readonly string[], point: KillPoint): Promise<void> {
    await this.#tamperedAt(argv, point, "signal=SIGKILL", (status) => status === 137);
  }

  /** Has one system call of a program fail; returns how the program ended. */
  async failedAt(argv: readonly string[], point: KillPoint, error: string): Promise<Ended> {
    return await this.#tamperedAt(argv, point, `error=${error}`, () => true);
  }

  async #tamperedAt(
    argv: readonly string[],
    { call, nth, text }: KillPoint,
    how: string,
    isAsWanted: (status: number) => boolean,
  ): Promise<Ended> {
    let at = nth;
    let other = "";
    // Deno wakes its own threads by a write more or less, and renews a cache now and then.
    for (let tries = 0; tries < 15; tries++) {
      await this.start.rewind();
      const options = [`trace=${call}`, `inject=${call}:${how}:when=${at}`];
      const { ended, calls } = await traced(this.start.host, argv, options);
      const hit = calls.find((each) => each.nth === at)?.text ?? "nothing";
      if (beginning(hit) === beginning(text) && isAsWanted(ended.status)) return ended;
      other = `hit ${hit}, exit ${ended.status}: ${ended.stderr}`;
      const alike = calls.filter((each) => beginning(each.text) === beginning(text));
      alike.sort((a, b) => Math.abs(a.nth - nth) - Math.abs(b.nth - nth));
      at = alike[0]?.nth ?? at + 1;
    }
    throw new Error(`not at ${text}: ${other}`);
  }
}

/** What is said to people changes no file, nor does a thread. */
function isChange({ call, text }: KillPoint): boolean {
  return call === "openat"
    ? text.includes("O_CREAT")
    : !text.includes("CLONE_THREAD") && !/^write\(([12],|\d+, "\\[01]\\)/.test(text);
}

/** What a call has in common in all runs. */
function beginning(text: string): string {
  return text.replace(/tmp|probe-\d+/g, "").replace(/\).*/, "").slice(0, 30);
}

async function traced(
  host: GoldenHost,
  argv: readonly string[],
  expressions: readonly string[],
): Promise<{ readonly ended: Ended; readonly calls: readonly KillPoint[] }> {
  const log = `${host.root}/trace`;
  const options = expressions.flatMap((each) => ["-e", each]);
  const env = { DENO_DIR: `${host.root}/deno` };
  const strace = ["strace", "-qq", "-s", "300", "-o", log, ...options];
  const ended = await host.run([...strace, ...argv], { env });
  const counts: Record<string, number> = {};
  const calls = (await Deno.readTextFile(log)).split("\n").flatMap((text): KillPoint[] => {
    const call = /^(\w+)\(/.exec(text)?.[1];
    if (call === undefined) return [];
    counts[call] = (counts[call] ?? 0) + 1;
    return [{ call, nth: counts[call], text: text.replaceAll(host.root, "") }];
  });
  return { ended, calls };
}
