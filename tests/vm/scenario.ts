/** What scenarios are made of. */
import assert from "node:assert/strict";
import type { Machine, Result } from "./machine/machine.ts";

/** A promise that a real machine keeps. */
export interface Scenario {
  /** The promise, as a sentence. */
  readonly name: string;
  /** The emulator's name for the processor that it needs, if not the usual one. */
  readonly processor?: string;
  /** Programs and units are those of `deno task install`, not those of a generation. */
  readonly installed?: true;
  /** Proves it on a machine that is new and switched off; throws when it is broken. */
  readonly run: (machine: Machine) => Promise<void>;
}

/** What `show-boot-status --json` says, as far as scenarios ask. */
export interface BootStatus {
  readonly booted: string | null;
  readonly profile: string | null;
  readonly loaderDefault: string | null;
  readonly trial: {
    readonly target: string;
    readonly phase: string;
    readonly failures: number;
    readonly neutral: number;
  } | null;
  readonly golden: { readonly path: string } | null;
  readonly rejected: readonly { readonly path: string; readonly reason: string }[];
  readonly troubles: readonly string[];
}

/** Starts a new machine and waits until `good`, which it boots, is golden. */
export async function startWithGolden(machine: Machine): Promise<void> {
  await machine.start();
  await machine.next("up");
  await settled(machine);
  assert.equal((await bootStatus(machine)).golden?.path, machine.image.toplevels["good"]);
}

/** Waits until all that a boot starts has started, or failed to. */
export async function settled(machine: Machine): Promise<void> {
  await machine.run("systemctl is-system-running --wait", 180);
}

/** Deploys a generation the way `nixos-rebuild` does: the profile first, then the boot loader. */
export async function deploy(machine: Machine, generation: string): Promise<Result> {
  const toplevel = machine.image.toplevels[generation];
  return await machine.run(
    `nix-env -p /nix/var/nix/profiles/system --set ${toplevel} && ` +
      `${toplevel}/bin/switch-to-configuration boot`,
  );
}

/** Deploys a generation that must not be refused, and reboots. */
export async function update(machine: Machine, generation: string): Promise<void> {
  const { status, stdout, stderr } = await deploy(machine, generation);
  assert.equal(status, 0, `deploying ${generation}: ${stdout}${stderr}`);
  await reboot(machine);
}

/** Asks for a reboot as a person would. */
export async function reboot(machine: Machine): Promise<void> {
  await machine.send("systemctl --no-block reboot");
}

/** Waits, over boots of others, until `generation` is up and has settled. */
export async function upWith(machine: Machine, generation: string): Promise<void> {
  while ((await machine.next("up", 600)).generation !== generation);
  await settled(machine);
}

/** The generations of all boots until now; empty for one that did not get as far as its stage 2. */
export function booted(machine: Machine): readonly string[] {
  return machine.boots.map(({ generation }) => generation);
}

/** What `show-boot-status` says; it ends with another status than 0 when there is trouble. */
export async function bootStatus(machine: Machine): Promise<BootStatus> {
  const { stdout, stderr } = await machine.run("show-boot-status --json");
  assert.notEqual(stdout, "", `show-boot-status: ${stderr}`);
  return JSON.parse(stdout);
}

/** What our programs said to the journal in this boot, or in the one `back` boots before. */
export async function journal(machine: Machine, back = 0): Promise<string> {
  return await machine.succeed(
    `journalctl --boot=-${back} --identifier=golden-generation --output=cat --no-pager`,
  );
}

/** That the machine is back on `good` for good: booted, profile, boot loader, no trial. */
export async function assertBackOnGolden(machine: Machine, rejected: string): Promise<void> {
  const { good } = machine.image.toplevels;
  const status = await bootStatus(machine);
  const { booted, profile, loaderDefault, trial, golden } = status;
  assert.deepEqual(
    { booted, profile, loaderDefault, trial, golden: golden?.path },
    { booted: good, profile: good, loaderDefault: good, trial: null, golden: good },
  );
  const paths = status.rejected.map(({ path }) => path);
  assert.deepEqual(paths, [machine.image.toplevels[rejected]]);
}

/** That nothing reboots the machine for a while. */
export async function assertStaysUp(machine: Machine, seconds: number): Promise<void> {
  const before = machine.boots.length;
  await machine.succeed(`sleep ${seconds}`, seconds + 30);
  assert.equal(machine.boots.length, before, "the machine was rebooted");
  assert.equal(await machine.succeed("systemctl list-jobs --no-legend"), "");
}
