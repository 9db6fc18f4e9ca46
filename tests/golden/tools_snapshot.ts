/** States of a host that can be had back, which takes a tenth of the time to come to them again. */
import assert from "node:assert/strict";
import type { GoldenHost } from "../support/golden_host.ts";
import { exits, firstBoot, healthy, orDispose, type Scene } from "./tools_scene.ts";

/** What boots and programs change; the store itself only grows, unless it is collected. */
const parts = ["bin", "state", "boot", "run", "units", "boot_id", "golden.json", "nix/var"];

/** One state of a host. */
export class Snapshot {
  private constructor(
    readonly host: GoldenHost,
    private readonly saved: string,
    private readonly parts: readonly string[],
  ) {}

  /** Notes down how a host is now; with the store for those who take something out of it. */
  static async of(host: GoldenHost, withStore = false): Promise<Snapshot> {
    const saved = await Deno.makeTempDir({ dir: host.root, prefix: "saved-" });
    const all = withStore ? [...parts, "nix/store"] : parts;
    await copy(host, all, host.root, saved);
    return new Snapshot(host, saved, all);
  }

  /** Makes the host what it was. */
  async rewind(): Promise<void> {
    const { root } = this.host;
    const gone = [...this.parts, "reboots", "news", "moved"].map((part) => `${root}/${part}`);
    // Store paths are read-only.
    await this.host.run(["sh", "-c", 'chmod -Rf u+w "$@"; rm -rf "$@"', "sh", ...gone]);
    await copy(this.host, this.parts, this.saved, root);
  }
}

async function copy(
  host: GoldenHost,
  parts: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  const ended = await host.run(["cp", "-a", "--parents", ...parts, to], { cwd: from });
  assert.equal(ended.status, 0, ended.stderr);
}

const names = [
  /** It runs `good`, of which nothing is known. */
  "first boot",
  /** `good` is golden; `update` is built. */
  "golden",
  /** It is booted into `update`, which is on trial; early boot's check did not run yet. */
  "on trial",
  /** It did. */
  "checked",
  /** The first boot of `update` was judged as failed. */
  "failed once",
  /** It is booted for the second time, and checked. */
  "last chance",
  /** That boot ended without a judgement; this is the one after it, not checked yet. */
  "lost",
  /** The second boot failed as well, and this one is golden's, and checked. */
  "rolled back",
] as const;

/** How far a story has come. */
export type Stage = typeof names[number];

/** One host at each stage of a story. */
export class Stages implements AsyncDisposable {
  readonly #snapshots = new Map<Stage, Snapshot>();

  private constructor(
    readonly scene: Scene,
    /** What is on trial. */
    readonly update: string,
    private readonly withStore: boolean,
  ) {}

  /** Plays the story once; with the store for tests that take something out of it. */
  static async play(withStore = false): Promise<Stages> {
    const scene = await firstBoot();
    return await orDispose(scene, async () => {
      const stages = new Stages(scene, await scene.host.toplevel("update"), withStore);
      await stages.#play();
      return stages;
    });
  }

  async #play(): Promise<void> {
    const { host, update } = this;
    await Deno.symlink(update, `${host.root}/update`);
    await this.#reach("first boot");
    exits(0, await host.program("golden-boot-validate"));
    await this.#reach("golden");
    exits(0, await host.install(update));
    await host.powerOn();
    await this.#reach("on trial");
    exits(0, await host.program("golden-boot-check"));
    await this.#reach("checked");
    await healthy(host, false);
    exits(1, await host.program("golden-boot-validate"));
    await healthy(host, true);
    await this.#reach("failed once");
    await host.powerOn();
    exits(0, await host.program("golden-boot-check"));
    await this.#reach("last chance");
    await host.powerOn();
    await this.#reach("lost");
    exits(5, await host.program("golden-boot-check"));
    await host.powerOn();
    exits(0, await host.program("golden-boot-check"));
    await this.#reach("rolled back");
  }

  /** The host. */
  get host(): GoldenHost {
    return this.scene.host;
  }

  /** What is golden. */
  get good(): string {
    return this.scene.good;
  }

  /** Takes the host to a stage; its health is good until it is changed. */
  async at(stage: Stage): Promise<Snapshot> {
    const snapshot = this.#snapshots.get(stage) as Snapshot;
    await snapshot.rewind();
    return snapshot;
  }

  async #reach(stage: Stage): Promise<void> {
    this.#snapshots.set(stage, await Snapshot.of(this.host, this.withStore));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.host.run(["chmod", "-R", "u+w", this.host.root]);
    await this.scene[Symbol.asyncDispose]();
  }
}

/** A test on a host that has come to a stage, and what may be asked of the test runner. */
export type StageTest = (stages: Stages, t: Deno.TestContext) => Promise<void>;

/**
 * Tests that share one host, which is taken to the stage that each begins at; with the store where
 * one of them takes something out of it.
 */
export function testsOn(
  what: string,
  tests: Readonly<Record<string, readonly [Stage, StageTest]>>,
  withStore = false,
): void {
  Deno.test(what, async (t) => {
    await using stages = await Stages.play(withStore);
    for (const [name, [stage, test]] of Object.entries(tests)) {
      await t.step(name, async (t) => {
        await stages.at(stage);
        await test(stages, t);
      });
    }
  });
}
