import { monotonic } from "../host/clock.ts";
import { lstat, readText } from "../host/files.ts";
import { capture, type Output, run } from "../host/process.ts";

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
    const of = propertiesOf(blocks[at] ?? "");
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

/** Reads the properties of a unit as `systemctl show` prints them; empty where it has none. */
function propertiesOf(block: string): (property: string) => string {
  const lines = block.split("\n").map((line) => line.split("="));
  return (property) => lines.find(([key]) => key === property)?.slice(1).join("=") ?? "";
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

/** A unit's state, as one look at all of them has it. */
export interface UnitLook {
  readonly name: string;
  readonly hasFailed: boolean;
  readonly isRestarting: boolean;
  readonly restarts: number;
}

/**
 * All units that systemd has loaded.
 *
 * @throws {ProcessError} when systemd cannot be asked
 */
export async function allUnits(): Promise<readonly UnitLook[]> {
  const argv = [
    ...["systemctl", "show", "--property=Id,ActiveState,SubState,NRestarts", "--all"],
    ...["--", "*"],
  ];
  const blocks = (await run({ argv, timeout: bound })).trim().split(/\n\n+/);
  return blocks.map((block) => {
    const of = propertiesOf(block);
    return {
      name: of("Id"),
      hasFailed: of("ActiveState") === "failed",
      isRestarting: of("SubState").startsWith("auto-restart"),
      restarts: Number(of("NRestarts") || 0),
    };
  }).filter(({ name }) => name !== "");
}

/** Starts units once more, without waiting for them; a refusal is left to the next look. */
export async function restartUnits(names: readonly string[]): Promise<void> {
  await capture({ argv: ["systemctl", "--no-block", "restart", "--", ...names], timeout: bound });
}

/** Whether systemd runs this machine, by sd_booted(3). */
export function isSystemdHere(): boolean {
  return lstat("/run/systemd/system")?.isDirectory === true;
}

/** A program that runs in a unit of its own. */
export interface Transient {
  /** Without `.service`. */
  readonly unit: string;
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** A file that gets what it says, from the beginning. */
  readonly log: string;
  /** Bound in milliseconds, which systemd watches over. */
  readonly timeout: number;
}

/** The command line that runs a program in a unit of its own and waits for it. */
export function transientArgv(
  { unit, argv, environment, log, timeout }: Transient,
): readonly string[] {
  return [
    ...["systemd-run", "--quiet", "--collect", "--wait", `--unit=${unit}`],
    ...["--service-type=exec", "--property=KillMode=mixed", "--expand-environment=no"],
    ...[`--property=RuntimeMaxSec=${Math.ceil(timeout / 1000)}`],
    ...[`--property=StandardOutput=truncate:${log}`, `--property=StandardError=append:${log}`],
    ...Object.entries(environment).map(([name, value]) => `--setenv=${name}=${value}`),
    ...["--", ...argv],
  ];
}

/**
 * Runs a program in a unit of its own and waits for it. A terminal that is lost, or whoever waits
 * being killed, does not stop it: it writes to a file and not to us. What it said is returned as
 * standard error.
 */
export async function runTransient(transient: Transient): Promise<Output> {
  const { unit, log, timeout } = transient;
  const started = monotonic();
  // systemd ends it before.
  const output = await capture({ argv: transientArgv(transient), timeout: timeout + bound });
  if (output.timedOut) {
    await capture({ argv: ["systemctl", "stop", `${unit}.service`], timeout: 2 * bound });
  }
  const said = readText(log) ?? "";
  // systemd-run has one status for all signals, and 1 where systemd ended the unit at its bound.
  const status = output.status === 255 ? 128 + 9 : output.status;
  const timedOut = status !== 0 && monotonic() - started >= timeout;
  return { ...output, status, timedOut, stderr: said + output.stderr };
}
