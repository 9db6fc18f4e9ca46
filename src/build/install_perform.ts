import { busyFailure } from "../cli/failure.ts";
import type { Report } from "../cli/report.ts";
import { parentOf, readBytes } from "../host/files.ts";
import { isHeld, lockOwnedFile } from "../host/lock.ts";
import {
  type Change,
  changesOf,
  demandDisabled,
  demandOurs,
  demandWritable,
} from "./install_changes.ts";
import {
  makeDirectories,
  missingDirectories,
  put,
  type Ready,
  remove,
  removeIfEmpty,
  temporaryOf,
} from "./install_files.ts";
import {
  fingerprint,
  fingerprintAt,
  linkFingerprint,
  type Manifest,
  manifestPath,
  manifestText,
  readManifest,
} from "./install_manifest.ts";
import type { Content, Plan } from "./install_plan.ts";

/** Where an installation goes. */
export interface Place {
  /** Before all paths, empty for this host itself. */
  readonly destdir: string;
  readonly prefix: string;
}

/** What came of an installation. */
export interface Installed {
  readonly changes: ReadonlyMap<string, Change>;
  /** What an earlier one wrote and this one does not: removed, or kept because it was edited. */
  readonly dropped: readonly string[];
  readonly kept: readonly string[];
}

/** What an installation would change. Refuses what {@linkcode performInstall} would refuse. */
export async function previewInstall(
  { files }: Plan,
  { destdir, prefix }: Place,
): Promise<ReadonlyMap<string, Change>> {
  const root = destdir + prefix;
  const desired = new Map<string, string | undefined>();
  for (const [path, content] of files) desired.set(path, await desiredOf(content));
  const changes = await changesOf(root, desired, readManifest(root));
  demandOurs(root, changes);
  return changes;
}

async function desiredOf(content: Content, binaries?: Binaries): Promise<string | undefined> {
  if (content.kind === "binary" && binaries === undefined) return undefined;
  const ready = readyOf(content, binaries ?? (() => ""));
  return "target" in ready ? linkFingerprint(ready.target) : await fingerprint(ready.bytes);
}

/** The path of the binary of a program. */
export type Binaries = (program: string) => string;

function readyOf(content: Content, binaries: Binaries): Ready {
  if (content.kind === "link") return { target: content.target };
  if (content.kind === "text") {
    return { bytes: new TextEncoder().encode(content.text), mode: 0o644 };
  }
  return { bytes: readBytes(binaries(content.program)) ?? new Uint8Array(), mode: 0o755 };
}

/**
 * Installs. The manifest is written twice: first with what was there and what comes, so that after a
 * power cut the next run knows both for ours; at the end with what is there.
 */
export async function performInstall(
  { files }: Plan,
  place: Place,
  binaries: Binaries,
  options: Manifest["options"],
): Promise<Installed> {
  const root = place.destdir + place.prefix;
  demandWritable(root, files.keys());
  const made = newDirectories(root, [...files.keys(), manifestPath]);
  const desired = new Map<string, string>();
  for (const [path, content] of files) {
    desired.set(path, await desiredOf(content, binaries) ?? "");
  }
  demandOurs(root, await changesOf(root, desired, readManifest(root)));
  makeDirectories(parentOf(`${root}/${manifestPath}`));
  using _lock = await lockPlace(root);
  // Once more: another run may have ended just now.
  const before = readManifest(root);
  const changes = await changesOf(root, desired, before);
  demandOurs(root, changes);
  const directories = [...new Set([...before.directories, ...made, parentOf(manifestPath)])].sort();
  const both = new Map(before.files);
  for (const [path, wanted] of desired) {
    both.set(path, [...new Set([...before.files.get(path) ?? [], wanted])]);
  }
  writeManifest(root, { options, files: both, directories });
  for (const [path, content] of files) {
    if (changes.get(path) === "same" && isModeRight(`${root}/${path}`, content)) continue;
    makeDirectories(parentOf(`${root}/${path}`));
    put(`${root}/${path}`, readyOf(content, binaries));
  }
  const { removed: dropped, kept } = await removeOurs(
    root,
    new Map([...before.files].filter(([path]) => !files.has(path))),
  );
  const still = kept.map((path) => [path, before.files.get(path) ?? []] as const);
  const now = [...desired].map(([path, wanted]) => [path, [wanted]] as const);
  writeManifest(root, { options, files: new Map([...now, ...still]), directories });
  return { changes, dropped, kept };
}

function isModeRight(path: string, content: Content): boolean {
  if (content.kind === "link") return true;
  const wanted = content.kind === "binary" ? 0o755 : 0o644;
  return ((Deno.lstatSync(path).mode ?? 0) & 0o7777) === wanted;
}

function newDirectories(root: string, paths: readonly string[]): readonly string[] {
  const all = paths.flatMap((path) => missingDirectories(parentOf(`${root}/${path}`)));
  return [...new Set(all)].filter((path) => path === root || path.startsWith(`${root}/`))
    .map((path) => path.slice(root.length + 1));
}

/** Removes what is as it was installed; returns that, and what was not. */
async function removeOurs(
  root: string,
  files: Manifest["files"],
): Promise<{ readonly removed: readonly string[]; readonly kept: readonly string[] }> {
  const [removed, kept]: [string[], string[]] = [[], []];
  // Units first, so that nothing is left that leads to what is gone.
  for (const [path, ours] of [...files].sort(([a], [b]) => unitsFirst(a) - unitsFirst(b))) {
    remove(temporaryOf(`${root}/${path}`));
    const there = await fingerprintAt(`${root}/${path}`);
    if (there === undefined) continue;
    if (ours.includes(there)) remove(`${root}/${path}`);
    (ours.includes(there) ? removed : kept).push(path);
  }
  return { removed, kept };
}

function unitsFirst(path: string): number {
  return path.startsWith("lib/") ? 0 : 1;
}

/** Removes what was installed and is unchanged; returns that, and what a person has edited. */
export async function performUninstall(
  { destdir, prefix }: Place,
  { dryRun, report }: { readonly dryRun: boolean; readonly report: Report },
): Promise<{ readonly removed: readonly string[]; readonly kept: readonly string[] }> {
  const root = destdir + prefix;
  const known = readManifest(root);
  if (known.files.size === 0) {
    report.info(`nothing is installed in ${root}`);
    return { removed: [], kept: [] };
  }
  demandDisabled(destdir, prefix, known);
  if (dryRun) {
    const there = [...known.files.keys()].map((path) => [path, undefined] as const);
    const changes = await changesOf(root, new Map(there), known);
    const of = (wanted: Change): string[] =>
      [...changes].filter(([, change]) => change === wanted).map(([path]) => path);
    return { removed: of("replace"), kept: of("edited") };
  }
  demandWritable(root, known.files.keys());
  using _lock = await lockPlace(root);
  const outcome = await removeOurs(root, known.files);
  remove(temporaryOf(`${root}/${manifestPath}`));
  // Last: what was not removed after a power cut is in it.
  remove(`${root}/${manifestPath}`);
  for (const path of [...known.directories].sort().reverse()) removeIfEmpty(`${root}/${path}`);
  return outcome;
}

function writeManifest(root: string, manifest: Manifest): void {
  const bytes = new TextEncoder().encode(manifestText(manifest));
  put(`${root}/${manifestPath}`, { bytes, mode: 0o644 });
}

/** Of two runs at a time the second is told so; the lock ends with its process. */
async function lockPlace(root: string): Promise<Disposable> {
  const directory = parentOf(`${root}/${manifestPath}`);
  const lock = await lockOwnedFile(directory, 0);
  if (!isHeld(lock)) throw busyFailure("another installation", root);
  return { [Symbol.dispose]: () => lock.release() };
}
