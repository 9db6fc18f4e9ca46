import assert from "node:assert/strict";
import { type Holder, isHeld, type Lock, lockHolder, takeLock } from "../../src/host/lock.ts";
import { within } from "../support/lifeline.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";

const fixture = new URL("fixtures/take_lock.ts", import.meta.url).pathname;
const since = "2026-01-02T03:04:05Z";
const me: Holder = { pid: Deno.pid, program: "me", since };

/** Another process that tries to take the lock. */
class Taker {
  readonly #child: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly pid: number;

  constructor(path: string, program: string, ...child: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", fixture, path, program, ...child],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#reader = this.#child.stdout.getReader();
    this.pid = this.#child.pid;
  }

  /** What came of it: `"held"`, the holder, or `"unknown"`. */
  async says(): Promise<unknown> {
    const { value } = await within(20_000, this.#reader.read());
    return JSON.parse(new TextDecoder().decode(value));
  }

  async ends(how: "by itself" | "SIGKILL"): Promise<void> {
    if (how === "SIGKILL") this.#child.kill(how);
    await this.#child.stdin.close().catch(() => {});
    await this.#child.status;
    await this.#reader.cancel();
  }
}

Deno.test("the second process hears at once who holds the lock since when", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = `${directory}/lock`;
    const first = new Taker(path, "chezmoi-sync");
    assert.equal(await first.says(), "held");
    const second = new Taker(path, "chezmoi-resolve");
    const holder = { pid: first.pid, program: "chezmoi-sync", since };
    assert.deepEqual(await second.says(), holder);
    assert.deepEqual(await lockHolder(path), holder);
    await second.ends("by itself");
    await first.ends("by itself");
    assert.equal(await lockHolder(path), undefined);
  });
});

Deno.test("SIGKILL of the holder frees the lock, though a program it started lives on", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = `${directory}/lock`;
    const holder = new Taker(path, "killed", "sleep", "3");
    assert.equal(await holder.says(), "held");
    await holder.ends("SIGKILL");
    assert.equal(await lockHolder(path), undefined);
    release(await takeLock(path, me));
  });
});

Deno.test("of processes that take a lock at the same time exactly one gets it", async () => {
  await inTemporaryDirectory(async (directory) => {
    const takers = Array.from({ length: 6 }, (_, at) => new Taker(`${directory}/lock`, `t${at}`));
    const said = await Promise.all(takers.map((taker) => taker.says()));
    const winners = takers.filter((_, at) => said[at] === "held");
    assert.equal(winners.length, 1);
    for (const answer of said.filter((answer) => answer !== "held" && answer !== "unknown")) {
      assert.equal((answer as Holder).pid, winners[0]?.pid);
    }
    await Promise.all(takers.map((taker) => taker.ends("by itself")));
  });
});

Deno.test("of many tries within one process exactly one gets it, too", async () => {
  await inTemporaryDirectory(async (directory) => {
    const tries = Array.from({ length: 20 }, () => takeLock(`${directory}/lock`, me));
    const results = await Promise.all(tries);
    assert.equal(results.filter(isHeld).length, 1);
    for (const result of results) if (isHeld(result)) result.release();
  });
});

Deno.test("a released lock can be taken again, and tells of its new holder alone", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = `${directory}/lock`;
    release(await takeLock(path, { ...me, program: "a name that is longer than the next" }));
    const lock = await takeLock(path, me);
    assert.deepEqual(await lockHolder(path), me);
    release(lock);
  });
});

Deno.test("looking whether a lock is free never makes a taker believe it is not", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = `${directory}/lock`;
    release(await takeLock(path, me));
    for (let round = 0; round < 40; round++) {
      const looks = [lockHolder(path), lockHolder(path)];
      release(await takeLock(path, me));
      await Promise.all(looks);
    }
  });
});

Deno.test("looking for a lock that nobody ever took finds none and makes none", async () => {
  await inTemporaryDirectory(async (directory) => {
    assert.equal(await lockHolder(`${directory}/lock`), undefined);
    assert.equal(await lockHolder(`${directory}/none/lock`), undefined);
    assert.deepEqual([...Deno.readDirSync(directory)], []);
  });
});

for (const text of ["", "{", "null", "[]", "7", '{"pid":"1","program":"x","since":"y"}']) {
  Deno.test(`a held lock file that says ${text || "nothing"} names no holder`, async () => {
    await inTemporaryDirectory(async (directory) => {
      const path = `${directory}/lock`;
      const lock = await takeLock(path, me);
      await Deno.writeTextFile(path, text);
      assert.equal(await takeLock(path, me), "unknown");
      assert.equal(await lockHolder(path), "unknown");
      release(lock);
    });
  });
}

Deno.test("a lock file full of anything that nobody holds can be taken", async () => {
  await inTemporaryDirectory(async (directory) => {
    const path = `${directory}/lock`;
    await Deno.writeTextFile(path, "\0anything\n".repeat(1000));
    const lock = await takeLock(path, me);
    assert.deepEqual(await lockHolder(path), me);
    release(lock);
  });
});

Deno.test("a lock in a directory that is not there is an error", async () => {
  await inTemporaryDirectory(async (directory) => {
    await assert.rejects(takeLock(`${directory}/none/lock`, me), { name: "NotFound" });
  });
});

function release(result: Lock | Holder | "unknown"): void {
  assert(isHeld(result), `not held: ${JSON.stringify(result)}`);
  result.release();
}
