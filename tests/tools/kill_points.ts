import { deepEqual, ok } from "node:assert/strict";
import type { Ended } from "../support/processes.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";
import { add, collide, exits, inSync, resolve, syncs } from "./scene.ts";
import { inFrontOf } from "./scene.ts";

const lines = (first: string, last: string): string => `${first}\n2\n3\n4\n5\n${last}\n`;

/** Counts what the program under test starts, and kills the program at one of these calls. */
const counting = `
  read -r parent </proc/$PPID/comm
  case $parent in deno | chezmoi-*) ;; *) exec "$real" "$@" ;; esac
  set -C; n=1
  while ! true 2>/dev/null >"$KILL_COUNT/$n"; do n=$((n + 1)); done
  set +C
  [ "$n" = "$KILL_AT" ] || exec "$real" "$@"
  [ "$KILL_WHEN" = before ] || "$real" "$@"
  status=$?
  kill -9 $PPID
  exit $status`;

/** Where a program is killed: at which of the programs that it starts, and on which side of it. */
export interface KillPoint {
  readonly at: number;
  readonly when: "before" | "after";
}

/** Every how many calls the program is killed, and whether on both sides of each. */
export interface Density {
  readonly every: number;
  readonly both: boolean;
}

/** A world that is put back to the same start before each kill. */
export class KillWorld implements AsyncDisposable {
  #calls = 0;

  private constructor(
    readonly sandbox: Sandbox,
    readonly a: Host,
    readonly b: Host,
    readonly saved: string,
    readonly PATH: string,
  ) {}

  /**
   * A host `b` that has all kinds of work: edits to capture, to receive and to merge, one that
   * collides, and one parked file that was resolved elsewhere.
   */
  static async create(): Promise<KillWorld> {
    const sandbox = await Sandbox.create();
    const { a, b } = await inSync(sandbox, ["a", "b"], {
      ".merge": lines("1", "6"),
      ".in": "in\n",
      ".out": "out\n",
      ".hit": "hit\n",
      ".was": "was\n",
    });
    await collide([a, b], { ".was": ["was by a\n", "was by b\n"] });
    exits(0, await resolve(a, "--take", "union"));
    await a.write(".merge", lines("1 by a", "6"));
    await a.write(".in", "in by a\n");
    await a.write(".hit", "hit by a\n");
    await add(a, { ".new": "new by a\n" });
    await syncs(a);
    await b.write(".merge", lines("1", "6 by b"));
    await b.write(".out", "out by b\n");
    await b.write(".hit", "hit by b\n");
    const saved = await Deno.makeTempDir({ prefix: "holdfast-saved-" });
    await sandbox.run(["cp", "-a", `${sandbox.root}/.`, saved], { cwd: saved });
    const fronts = { git: counting, jj: counting, chezmoi: counting };
    const { PATH, directory } = await inFrontOf(b, fronts);
    // Outside of what is put back.
    await Deno.rename(directory, `${saved}.front`);
    return new KillWorld(sandbox, a, b, saved, PATH.replace(directory, `${saved}.front`));
  }

  /** All points for a program, by a run that is not killed. */
  async points(program: string, args: readonly string[], density: Density): Promise<KillPoint[]> {
    await this.restart();
    await this.#run(program, args, undefined);
    const all = Array.from({ length: this.#calls }, (_, at) => at + 1);
    const chosen = all.filter((at) => at % density.every === 0);
    return chosen.flatMap((at, index): KillPoint[] =>
      density.both
        ? [{ at, when: "before" }, { at, when: "after" }]
        : [{ at, when: index % 2 === 0 ? "before" : "after" }]
    );
  }

  /** Kills a program of `b` at a point; what it had started ends by itself. */
  async killed(program: string, args: readonly string[], point: KillPoint): Promise<void> {
    await this.restart();
    const { status } = await this.#run(program, args, point);
    // A run may need one call less than another.
    ok(status === 137 || this.#calls < point.at, `it was not killed: exit ${status}`);
    await this.b.quiet();
  }

  async #run(
    program: string,
    args: readonly string[],
    point: KillPoint | undefined,
  ): Promise<Ended> {
    const count = await Deno.makeTempDir({ prefix: "holdfast-count-" });
    try {
      const env = {
        PATH: this.PATH,
        KILL_COUNT: count,
        KILL_AT: String(point?.at ?? 0),
        KILL_WHEN: point?.when ?? "",
      };
      const ended = await this.b.program(program, ["--host", "b", ...args], { env });
      this.#calls = [...Deno.readDirSync(count)].length;
      return ended;
    } finally {
      await Deno.remove(count, { recursive: true });
    }
  }

  /** Puts everything back to the start. */
  async restart(): Promise<void> {
    for (const { name } of [...Deno.readDirSync(this.sandbox.root)]) {
      await Deno.remove(`${this.sandbox.root}/${name}`, { recursive: true });
    }
    const cwd = this.saved;
    await this.sandbox.run(["cp", "-a", `${cwd}/.`, this.sandbox.root], { cwd });
  }

  /** What all have after two more syncs of `b` and one of `a`. */
  async end(): Promise<unknown> {
    const { a, b, sandbox } = this;
    for (const host of [b, b, a]) {
      const ended = await host.sync();
      ok([0, 3].includes(ended.status), `exit ${ended.status}: ${ended.stderr}`);
    }
    const names = [".merge", ".in", ".out", ".hit", ".was", ".new"];
    const home = async (host: Host): Promise<string[]> =>
      await Promise.all(names.map((name) => host.read(name).catch(() => "missing")));
    const parked = "refs/heads/conflict/b" in await sandbox.refs();
    return {
      a: await home(a),
      b: await home(b),
      status: [await a.chezmoi("status"), await b.chezmoi("status")],
      uncommitted: await b.git("--no-optional-locks", "status", "--porcelain"),
      main: [...await sandbox.filesAt("main")].sort(),
      parked: parked ? [...await sandbox.filesAt("conflict/b")].sort() : [],
      conflicts: (await b.program("chezmoi-show-conflicts", ["--host", "b"])).status,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const path of [this.saved, `${this.saved}.front`]) {
      await Deno.remove(path, { recursive: true });
    }
    await this.sandbox[Symbol.asyncDispose]();
  }
}

/** Kills the sync at many points; every time two more syncs come to the same end. */
export async function killSync(t: Deno.TestContext, density: Density): Promise<void> {
  await using world = await KillWorld.create();
  const points = await world.points("chezmoi-sync", [], density);
  const expected = await world.end();
  ok(points.length > 3, `${points.length} points`);
  for (const point of points) {
    await t.step(`killed ${point.when} call ${point.at}`, async () => {
      await world.killed("chezmoi-sync", [], point);
      deepEqual(await world.end(), expected);
    });
  }
}

/** Kills the resolution at many points; every time typing it once more comes to the same end. */
export async function killResolve(t: Deno.TestContext, density: Density): Promise<void> {
  await using world = await KillWorld.create();
  const args = ["--take", "union"];
  const points = await world.points("chezmoi-resolve", args, density);
  const expected = await world.end();
  ok(points.length > 3, `${points.length} points`);
  for (const point of points) {
    await t.step(`killed ${point.when} call ${point.at}`, async () => {
      await world.killed("chezmoi-resolve", args, point);
      exits(0, await resolve(world.b, ...args));
      deepEqual(await world.end(), expected);
    });
  }
}
