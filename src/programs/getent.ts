import { capture, ProcessError, run } from "../host/process.ts";
import type { Owner } from "./git_repository.ts";

/** Bound in milliseconds; a directory service may be slow. */
const bound = 10_000;

/**
 * The user with a number or a name, by getent(1): whom programs can be run as, with that home's settings.
 *
 * @throws {ProcessError} when there is no such user
 */
export async function userOf(user: number | string): Promise<Owner & { readonly name: string }> {
  const line = await run({ argv: ["getent", "passwd", String(user)], timeout: bound });
  const [name = "", , uid, gid, , home = "/"] = line.trim().split(":");
  return {
    name,
    uid: Number(uid),
    gid: Number(gid),
    env: {
      ...{ HOME: home, USER: name, LOGNAME: name, XDG_CONFIG_HOME: `${home}/.config` },
      ...{ XDG_DATA_HOME: `${home}/.local/share`, XDG_STATE_HOME: `${home}/.local/state` },
      XDG_CACHE_HOME: `${home}/.cache`,
    },
  };
}

/**
 * The number of a user or group, by its name or its own digits; `undefined` when there is none.
 *
 * @throws {ProcessError} when the databases cannot be asked
 */
export async function numberOf(
  database: "passwd" | "group",
  name: string,
): Promise<number | undefined> {
  const invocation = { argv: ["getent", database, "--", name], timeout: bound };
  const output = await capture(invocation);
  // getent(1): 2 when a key is not there.
  if (output.status === 2) return undefined;
  if (output.status !== 0 || output.timedOut) throw new ProcessError(invocation, output);
  return Number(output.stdout.trim().split(":")[2]);
}
