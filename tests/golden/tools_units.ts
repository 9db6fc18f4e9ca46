/** What else runs on a host: units that change while a program looks, and children of programs. */
import type { GoldenHost } from "../support/golden_host.ts";

/** Waits until a file has that many lines: a script writes one each time when it is asked. */
export async function asked(file: string, times: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const text = await Deno.readTextFile(file).catch(() => "");
    if (text.length >= times) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`systemd was not asked ${times} times`);
}

/** From now on a host's systemd counts who asks it; the answer waits until it was asked that often. */
export async function asks(host: GoldenHost): Promise<(times: number) => Promise<void>> {
  const { root } = host;
  await Deno.rename(`${root}/bin/systemctl`, `${root}/bin/systemctl-itself`);
  await host.script(
    "systemctl",
    `#!/bin/sh\necho >> "${root}/asked"\nexec systemctl-itself "$@"\n`,
  );
  return (times) => asked(`${root}/asked`, times);
}

/** Whether a process is alive; one that nobody has waited for yet is not. */
export async function isRunning(pid: string): Promise<boolean> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`).catch(() => "");
  return status !== "" && !/^State:\s+[ZX]/m.test(status);
}
