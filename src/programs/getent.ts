import { run } from "../host/process.ts";
import type { Owner } from "./git_repository.ts";

/** Bound in milliseconds; a directory service may be slow. */
const bound = 10_000;

/**
 * The user with a number, by getent(1): whom programs can be run as, with that home's settings.
 *
 * @throws {ProcessError} when there is no such user
 */
export async function userOf(uid: number): Promise<Owner & { readonly name: string }> {
  const line = await run({ argv: ["getent", "passwd", String(uid)], timeout: bound });
  const [name = "", , , gid, , home = "/"] = line.trim().split(":");
  return {
    name,
    uid,
    gid: Number(gid),
    env: { HOME: home, USER: name, LOGNAME: name, XDG_CONFIG_HOME: `${home}/.config` },
  };
}
