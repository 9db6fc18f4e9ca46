import { UpgradeHost } from "../support/upgrade_host.ts";
import type { Row } from "./bench.ts";
import { compare, duration, peakMemory, quantile, type Subject } from "./paired.ts";
import type { Runtime } from "./subjects.ts";

/** Milliseconds that a run may take above what the programs take that it starts. */
const allowance = 150;

/** The programs that a run with nothing to do starts. */
const children = ["git", "nix", "nix-store", "nix-env", "systemctl", "getent", "nh"];

/** `rebuild-smart` with nothing to do: what it adds to its children, and its memory. */
export async function rebuildRows(
  ways: readonly Runtime[],
  runs: number,
  narrate: (text: string) => void,
): Promise<Row[]> {
  await using host = await UpgradeHost.create();
  const args = ["--config", host.host.path("config.json"), "--offline", "--skip-dotfiles"];
  const subject = (argv: readonly string[], PATH = host.environment["PATH"] ?? ""): Subject => ({
    argv,
    cwd: host.host.home,
    env: { ...host.environment, PATH },
  });
  const rows: Row[] = [];
  for (const { name: runtime, argv, empty } of ways) {
    // A person runs the compiled one.
    const isShipped = runtime === "compiled";
    narrate(`measuring rebuild-smart (${runtime})`);
    const ours = subject([...argv("rebuild-smart"), ...args]);
    await duration(ours); // From here on there is nothing to do.
    const front = await recorder(host);
    await duration(subject(ours.argv, front));
    const floor = subject(["sh", host.host.path("children.sh")]);
    const above: number[] = [];
    for (let run = 0; run < runs; run++) above.push(await duration(ours) - await duration(floor));
    const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(above, part) / allowance);
    const given = { what: "rebuild-smart, nothing to do", runtime } as const;
    rows.push({
      ...given,
      what: "rebuild-smart above its children",
      against: "the allowance",
      unit: "ms",
      target: isShipped ? 1 : null,
      met: isShipped ? (middle ?? NaN) <= 1 : null,
      ours: (middle ?? NaN) * allowance,
      floor: allowance,
      ratio: middle ?? NaN,
      quartiles: [low ?? NaN, high ?? NaN],
    });
    const memory = await compare(ours, subject(empty), runs, peakMemory);
    rows.push({
      ...given,
      against: "empty",
      unit: "MB",
      target: isShipped ? 1.6 : null,
      met: isShipped ? memory.ratio <= 1.6 : null,
      ...memory,
    });
  }
  return rows;
}

/** A PATH on which each child notes its command line, in a script that runs them all once more. */
async function recorder({ host, environment }: UpgradeHost): Promise<string> {
  await host.write("children.sh", "");
  const script = (name: string): string =>
    `#!/bin/bash
PATH=\${PATH#*/front:}
printf '%q ' "$(command -v ${name})" "$@" >> '${host.path("children.sh")}'
echo ' </dev/null >/dev/null 2>&1' >> '${host.path("children.sh")}'
exec ${name} "$@"
`;
  for (const name of children) await host.write(`front/${name}`, script(name), 0o755);
  return `${host.path("front")}:${environment["PATH"]}`;
}
