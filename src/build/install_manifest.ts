import * as v from "valibot";
import manifest from "../../deno.json" with { type: "json" };
import { refusal } from "../cli/failure.ts";
import { parseConfig } from "../cli/options.ts";
import { sha256 } from "../host/digest.ts";
import { lstat, readBytes, readLink, readText } from "../host/files.ts";
import { unitOptions } from "./install_options.ts";

/** What was installed below a prefix, and by which options. */
export interface Manifest {
  /** Options by key, as they were given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What may stand at a path and is ours: while an installation runs, the old and the new. */
  readonly files: ReadonlyMap<string, readonly string[]>;
  /** Directories that were not there before; empty for the prefix itself. */
  readonly directories: readonly string[];
}

/** Where the manifest is, below the prefix. */
export const manifestPath = "share/holdfast/installed.json";

const below = v.pipe(
  v.string(),
  // What it names is removed: nothing outside the prefix can be.
  v.check((path) => /^[^/\0]+(\/[^/\0]+)*$/.test(path) && !path.split("/").includes("..")),
);

const shape = v.object({
  version: v.literal(1),
  holdfast: v.string(),
  options: v.record(v.string(), v.unknown()),
  directories: v.array(v.union([v.literal(""), below])),
  files: v.record(below, v.array(v.string())),
});

/** The manifest of what is installed below `root`; an empty one where nothing is. */
export function readManifest(root: string): Manifest {
  const path = `${root}/${manifestPath}`;
  const text = readText(path);
  if (text === undefined) return { options: {}, files: new Map(), directories: [] };
  try {
    const { options, files, directories } = v.parse(shape, JSON.parse(text));
    const known = parseConfig(JSON.stringify(options), path, unitOptions);
    return { options: known, files: new Map(Object.entries(files)), directories };
  } catch (error) {
    throw refusal(
      `${path} is no list of what was installed: ${(error as Error).message}`,
      "move it away, and what was installed, too: nothing else knows which files those are",
    );
  }
}

/** The text of a manifest. */
export function manifestText({ options, files, directories }: Manifest): string {
  const record = {
    version: 1,
    holdfast: manifest.version,
    options,
    directories,
    files: Object.fromEntries([...files].sort(([a], [b]) => a < b ? -1 : 1)),
  };
  return JSON.stringify(record, null, 2) + "\n";
}

/** What tells one content of a path from another. */
export async function fingerprint(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return `sha256:${await sha256(bytes)}`;
}

/** The same for a link. */
export function linkFingerprint(target: string): string {
  return `link:${target}`;
}

/** What stands at a path, by its fingerprint; `undefined` only when nothing does. */
export async function fingerprintAt(path: string): Promise<string | undefined> {
  const info = lstat(path);
  if (info === undefined) return undefined;
  if (info.isSymlink) return linkFingerprint(readLink(path) ?? "");
  if (!info.isFile) return "directory";
  return await fingerprint(readBytes(path) ?? new Uint8Array());
}
