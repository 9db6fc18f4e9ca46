import type { GoldenHost } from "../support/golden_host.ts";
import type { Host } from "../support/sandbox.ts";
import type { Row } from "./bench.ts";
import { compare, duration, type Subject } from "./paired.ts";
import type { Runtime } from "./subjects.ts";

/** `host-status` of a host with dotfiles and a generation on trial, against a program that does nothing. */
export async function statusRows(
  ways: readonly Runtime[],
  runs: number,
  narrate: (text: string) => void,
  { dotfiles, trial }: { readonly dotfiles: Host; readonly trial: GoldenHost },
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const { name: runtime, argv, empty } of ways) {
    narrate(`measuring host-status (${runtime})`);
    const places = [
      ...["--config-dir", `${trial.root}/etc`, "--golden-state-dir", trial.stateDir],
      ...["--dotfiles-state-dir", dotfiles.stateDirectory],
    ];
    // It tells by its exit code how the host is, and that is not what is measured.
    const anyway = ["sh", "-c", '"$@" || :', "sh"];
    const subject = (program: readonly string[]): Subject => ({
      argv: [...anyway, ...program],
      cwd: trial.root,
      env: trial.environment,
    });
    const found = await compare(
      subject([...argv("host-status"), ...places]),
      subject(empty),
      runs,
      duration,
    );
    // From source each of its modules is looked up in Deno's cache.
    const target = runtime === "compiled" ? 1.5 : null;
    rows.push({
      ...{ what: "host-status", runtime, against: "empty", unit: "ms", target },
      ...found,
      met: target === null ? null : found.ratio <= target,
    });
  }
  return rows;
}
