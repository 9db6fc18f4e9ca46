/** `host-status` on a throwaway host, with the permissions it is compiled with. */
import assert from "node:assert/strict";
import { permissionFlags, permissions } from "../../src/build/permissions.ts";
import {
  type Area,
  type HostReport,
  type Line,
  parseReport,
} from "../../src/status/report_state.ts";
import { bundle } from "../support/bundle.ts";
import { decoded, type Ended, output, type RunOptions } from "../support/processes.ts";
import { nobody } from "../support/programs_for_all.ts";

const checkout = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const flags = permissionFlags(permissions["host-status"] ?? assert.fail());

/** Where a test has put state; all else is nowhere. */
export interface Places {
  readonly dotfiles?: string;
  readonly shared?: string;
  readonly upgrade?: string;
  readonly repo?: string;
  readonly golden?: string;
  readonly system?: string;
  readonly configs?: string;
}

/** The options that name these places. Nothing of the machine that runs the test is looked at. */
export function placeFlags(places: Places): string[] {
  const nowhere = "/nonexistent";
  return [
    ...["--config-dir", places.configs ?? nowhere],
    ...["--dotfiles-state-dir", places.dotfiles ?? nowhere],
    ...(places.shared === undefined && places.configs !== undefined
      ? []
      : ["--shared-dotfiles-state-dir", places.shared ?? nowhere]),
    ...(places.upgrade === undefined && places.configs !== undefined
      ? []
      : ["--upgrade-state-dir", places.upgrade ?? nowhere]),
    ...(places.repo === undefined ? [] : ["--repo", places.repo]),
    ...(places.golden === undefined && places.configs !== undefined
      ? []
      : ["--golden-state-dir", places.golden ?? nowhere]),
    ...["--current-system", places.system ?? nowhere],
  ];
}

/** Runs `host-status`. */
export async function status(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const deno = [Deno.execPath(), "run", ...flags, "--no-check", "--cached-only"];
  const argv = [...deno, `${checkout}/bin/host-status.ts`, ...args];
  return decoded(await output(argv, { cwd: "/", ...options, env: environment(options.env) }));
}

/** Runs `host-status` as a user that owns nothing. */
export async function statusAsNobody(directory: string, args: readonly string[]): Promise<Ended> {
  const script = `${directory}/host-status.js`;
  await bundle(`${checkout}/bin/host-status.ts`, script);
  await Deno.chmod(directory, 0o755);
  const user = ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"];
  const deno = [Deno.execPath(), "run", ...flags, "--no-config", "--cached-only", script];
  const nowhere = { ...environment(), DENO_DIR: "/nonexistent", HOME: "/nonexistent" };
  return decoded(await output([...user, ...deno, ...args], { cwd: "/", env: nowhere }));
}

/** What a host reports of these places. */
export async function reported(places: Places, ...args: readonly string[]): Promise<HostReport> {
  const { stdout, stderr, status: code } = await status([...placeFlags(places), "--json", ...args]);
  const parsed = parseReport(stdout);
  assert(parsed.kind === "valid", `${JSON.stringify(parsed)}\n${stdout}${stderr}`);
  const { level } = parsed.state;
  const codes = { bad: 3, warning: 4, unknown: 1, ok: 0, unused: 0 };
  assert.equal(code, codes[level], stderr);
  assert.equal(stderr, "");
  return parsed.state;
}

/** The line of an area, which is told once only. */
export function lineOf({ lines }: HostReport, area: Area): Line {
  const its = lines.filter((line) => line.area === area);
  assert.equal(its.length, 1, JSON.stringify(its));
  return its[0] as Line;
}

/** Fails when something changes files below a directory, or a time of one, or leaves one behind. */
export async function untouched<T>(directory: string, work: () => Promise<T>): Promise<T> {
  const look = async (): Promise<string> =>
    (await output(["find", directory, "-printf", "%p %y %m %s %T@ %C@ %l\\n"], {
      cwd: "/",
      env: environment(),
    }).then(decoded)).stdout;
  const before = await look();
  assert.notEqual(before, "");
  const result = await work();
  assert.equal(await look(), before);
  return result;
}

function environment(more: RunOptions["env"] = {}): Record<string, string | undefined> {
  const { DENO_DIR, HOME, XDG_CACHE_HOME, PATH } = Deno.env.toObject();
  return {
    PATH,
    HOME,
    LC_ALL: "C.UTF-8",
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
    DENO_DIR: DENO_DIR ?? `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/deno`,
    ...more,
  };
}
