import { usageFailure } from "../cli/failure.ts";
import type { Values } from "../cli/options.ts";
import { readBootId } from "../host/boot_id.ts";
import type { pathOptions } from "./golden_options.ts";

/** Where things are, and which boot this is. */
export interface Settings extends Values<typeof pathOptions> {
  readonly bootId: string;
}

/**
 * Works out the paths.
 *
 * @throws {Failure} (usage) when a path is not absolute or the boot cannot be told
 */
export async function settle(options: Values<typeof pathOptions>): Promise<Settings> {
  for (const key of paths) {
    if (options[key].startsWith("/")) continue;
    throw usageFailure(`${key} ${JSON.stringify(options[key])} should be an absolute path`);
  }
  const given = options.bootId?.replaceAll("-", "");
  if (given !== undefined && !/^[0-9a-f]{32}$/.test(given)) {
    throw usageFailure(`boot id ${JSON.stringify(options.bootId)} should be 32 hexadecimal digits`);
  }
  const bootId = given ?? await readBootId(options.bootIdFile);
  if (bootId === undefined) {
    throw usageFailure(
      `cannot read the id of this boot from ${options.bootIdFile}`,
      "give another file with --boot-id-file",
    );
  }
  return { ...options, bootId };
}

const paths = [
  "stateDir",
  "storeDir",
  "profile",
  "bootedSystem",
  "currentSystem",
  "gcRootsDir",
  "bootIdFile",
  "loaderMount",
] as const;
