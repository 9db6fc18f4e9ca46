import { run } from "../host/process.ts";

/** Bound in milliseconds. */
const bound = 30_000;

/** A unit as systemd sees it. */
export interface UnitState {
  readonly name: string;
  readonly isLoaded: boolean;
  /** `active`, `activating`, `inactive`, `failed` … */
  readonly active: string;
  /** `running`, `exited`, `auto-restart` … */
  readonly sub: string;
  /** How often its Restart= has restarted it. */
  readonly restarts: number;
  /** Why the last run ended: `success`, `exit-code`, `timeout` … */
  readonly result: string;
  /** Changes with every start: the invocation. */
  readonly invocation: string;
  /** Something is about to happen to it: it is to be started, most often. */
  readonly hasJob: boolean;
}

const properties = [
  ...["Id", "LoadState", "ActiveState", "SubState", "NRestarts", "Result", "InvocationID", "Job"],
];

/**
 * The states of some units, in their order.
 *
 * @throws {ProcessError} when systemd cannot be asked
 */
export async function unitStates(names: readonly string[]): Promise<readonly UnitState[]> {
  if (names.length === 0) return [];
  const argv = ["systemctl", "show", `--property=${properties.join(",")}`, "--", ...names];
  const blocks = (await run({ argv, timeout: bound })).trim().split(/\n\n+/);
  return names.map((name, at) => {
    const lines = (blocks[at] ?? "").split("\n").map((line) => line.split("="));
    const of = (property: string): string => {
      return lines.find(([key]) => key === property)?.slice(1).join("=") ?? "";
    };
    return {
      name,
      isLoaded: of("LoadState") === "loaded",
      active: of("ActiveState"),
      sub: of("SubState"),
      restarts: Number(of("NRestarts") || 0),
      result: of("Result"),
      invocation: of("InvocationID"),
      hasJob: !["", "0"].includes(of("Job")),
    };
  });
}

/**
 * Asks for a reboot. Not by kexec and not by a soft-reboot: it has to go through the boot loader
 * whose default was just changed.
 *
 * @throws {ProcessError} when it is refused
 */
export async function reboot(argv: readonly string[]): Promise<void> {
  const env = { SYSTEMCTL_SKIP_AUTO_KEXEC: "1", SYSTEMCTL_SKIP_AUTO_SOFT_REBOOT: "1" };
  await run({ argv, env, timeout: bound });
}
