import { GoldenHost } from "../support/golden_host.ts";
import type { Subject } from "./paired.ts";

/** A host with a generation on trial, booted into it. */
export async function hostOnTrial(): Promise<GoldenHost> {
  const host = await GoldenHost.create();
  await host.begin();
  for (
    const step of [
      await host.program("golden-boot-validate"),
      await host.install(await host.toplevel("update")),
    ]
  ) {
    if (step.status !== 0) throw new Error(`cannot prepare a trial: ${step.stderr}`);
  }
  await host.powerOn();
  await Deno.copyFile(`${host.stateDir}/trial.json`, `${host.root}/trial.saved`);
  return host;
}

/** The check of a boot, as its unit starts it; each run is the first of its boot. */
export function checkOf(host: GoldenHost, argv: readonly string[]): Subject {
  const bootId = crypto.randomUUID().replaceAll("-", "");
  return {
    argv: [...argv, "--config", host.configFile, "--boot-id", bootId],
    cwd: host.root,
    env: host.environment,
    before: async () =>
      await Deno.copyFile(`${host.root}/trial.saved`, `${host.stateDir}/trial.json`),
  };
}
