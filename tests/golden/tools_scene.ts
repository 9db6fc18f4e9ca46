/** What the tests of whole programs share: a host with an update on trial, and how its story goes on. */
import assert from "node:assert/strict";
import { GoldenHost } from "../support/golden_host.ts";
import type { Ended } from "../support/processes.ts";

/** Fails unless a program ended with this exit code; returns all that it said. */
export function exits(code: number, { status, stdout, stderr }: Ended): string {
  assert.equal(status, code, `exit ${status}, not ${code}: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** A host and its first system. */
export interface Scene extends AsyncDisposable {
  readonly host: GoldenHost;
  readonly good: string;
}

/** What is made of something that is disposed of when that fails. */
export async function orDispose<T>(owned: AsyncDisposable, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    await owned[Symbol.asyncDispose]();
    throw error;
  }
}

/** A host that runs its first system, `good`. Its health is one command's answer, given at once. */
export async function firstBoot(config: Record<string, unknown> = {}): Promise<Scene> {
  const host = await GoldenHost.create({
    validationCommands: [["test", "!", "-e", "units/down"]],
    healthWindowSeconds: 0.001,
    ...config,
  });
  const good = await orDispose(host, () => host.begin("good"));
  return { host, good, [Symbol.asyncDispose]: async () => await host[Symbol.asyncDispose]() };
}

/** A host whose first system is golden. */
export async function golden(config: Record<string, unknown> = {}): Promise<Scene> {
  const scene = await firstBoot(config);
  return await orDispose(scene, async () => {
    exits(0, await scene.host.program("golden-boot-validate"));
    return scene;
  });
}

/** A host that was booted into `update`, which is on trial; early boot's check did not run yet. */
export async function onTrial(
  config: Record<string, unknown> = {},
): Promise<Scene & { readonly update: string }> {
  const scene = await golden(config);
  return await orDispose(scene, async () => {
    const update = await scene.host.toplevel("update");
    exits(0, await scene.host.install(update));
    assert.equal(await scene.host.powerOn(), update);
    return { ...scene, update };
  });
}

/** A host whose update has failed its first chance, and is booted for its second and last one. */
export async function onLastChance(
  config: Record<string, unknown> = {},
): Promise<Scene & { readonly update: string }> {
  const scene = await onTrial(config);
  return await orDispose(scene, async () => {
    await fails(scene.host, 1);
    await scene.host.powerOn();
    exits(0, await scene.host.program("golden-boot-check"));
    return scene;
  });
}

/** From now on the validation command succeeds, or fails. */
export async function healthy(host: GoldenHost, isHealthy: boolean): Promise<void> {
  if (isHealthy) await Deno.remove(`${host.root}/units/down`).catch(() => {});
  else await host.unit("down", "");
}

/** This boot passes early boot's check and fails its validation. */
export async function fails(host: GoldenHost, code: number): Promise<string> {
  exits(0, await host.program("golden-boot-check"));
  await healthy(host, false);
  return exits(code, await host.program("golden-boot-validate"));
}

/** Boots until nothing is on trial any more; returns how many reboots the programs asked for. */
export async function playOn(
  host: GoldenHost,
  isHealthy: (path: string) => boolean,
): Promise<number> {
  let reboots = 0;
  for (let boot = 0; boot < 8 && await host.state("trial") !== null; boot++) {
    const booted = await host.powerOn();
    const check = await host.program("golden-boot-check");
    // A rollback in early boot: the validation is not reached.
    if (check.status !== 5) {
      assert.ok([0, 1].includes(check.status), `exit ${check.status}: ${check.stderr}`);
      await healthy(host, isHealthy(booted));
      const { status, stderr } = await host.program("golden-boot-validate");
      assert.ok([0, 1, 5].includes(status), `exit ${status}: ${stderr}`);
    }
    reboots += await host.reboots();
  }
  return reboots;
}

/** What a story comes to, times and boots left out. */
export interface Ending {
  readonly golden: string | undefined;
  /** What the garbage collector's root holds. */
  readonly root: string | undefined;
  readonly trial: string | undefined;
  readonly rejected: readonly string[];
  readonly loader: string;
  readonly profile: string;
}

/** What a host has come to. */
export async function ending(host: GoldenHost): Promise<Ending> {
  const rejected = (await host.state("rejected"))?.rejected ?? [];
  return {
    golden: (await host.state("golden"))?.path,
    // The very first pin, cut short, leaves it under the name of one that is about to be golden.
    root: await rootOf(host, "golden") ?? await rootOf(host, "golden-next"),
    trial: (await host.state("trial"))?.target,
    rejected: rejected.map(({ path }: { readonly path: string }) => path),
    loader: await host.loaderDefault(),
    profile: await host.profile(),
  };
}

async function rootOf(host: GoldenHost, name: string): Promise<string | undefined> {
  const path = `${host.store.gcRoots}/golden-generation/${name}`;
  return await Deno.readLink(path).catch(() => undefined);
}
