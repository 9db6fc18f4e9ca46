import { refusal, usageFailure } from "../cli/failure.ts";
import { isWritable, lstat, namesIn, parentOf, readLink, stat } from "../host/files.ts";
import { missingDirectories } from "./install_files.ts";
import { fingerprintAt, type Manifest, manifestPath } from "./install_manifest.ts";

/** What an installation makes of a path. */
export type Change = "new" | "same" | "replace" | "foreign" | "edited";

/**
 * What each path comes to. A binary whose fingerprint is not known yet is never the same.
 *
 * @param desired the fingerprint that each path is to have, if it is known
 */
export async function changesOf(
  root: string,
  desired: ReadonlyMap<string, string | undefined>,
  known: Manifest,
): Promise<ReadonlyMap<string, Change>> {
  const changes = new Map<string, Change>();
  for (const [path, wanted] of desired) {
    const there = await fingerprintAt(`${root}/${path}`);
    const ours = known.files.get(path);
    changes.set(
      path,
      there === undefined
        ? "new"
        : there === wanted
        ? "same"
        : ours === undefined
        ? "foreign"
        : ours.includes(there)
        ? "replace"
        : "edited",
    );
  }
  return changes;
}

/** Refuses to replace what is not ours, or what a person has made their own. */
export function demandOurs(root: string, changes: ReadonlyMap<string, Change>): void {
  const of = (wanted: Change): string[] =>
    [...changes].filter(([, change]) => change === wanted).map(([path]) => `${root}/${path}`);
  const [foreign, edited] = [of("foreign"), of("edited")];
  const told = [
    ...(foreign.length === 0 ? [] : [`not installed by this task: ${foreign.join(" ")}`]),
    ...(edited.length === 0 ? [] : [`edited since it was installed: ${edited.join(" ")}`]),
  ];
  if (told.length === 0) return;
  throw refusal(
    told.join("\n"),
    "move it away" +
      (edited.some((path) => path.includes("/systemd/"))
        ? "; `systemctl edit UNIT` changes a unit without touching its file"
        : ", or install elsewhere with --prefix") +
      "; nothing was changed",
  );
}

/** Refuses to begin where some directory cannot be written to. */
export function demandWritable(root: string, paths: Iterable<string>): void {
  const parents = new Set([...paths, manifestPath].map((path) => parentOf(`${root}/${path}`)));
  const existing = new Set([...parents].map((path) => {
    const missing = missingDirectories(path);
    return missing.length === 0 ? path : parentOf(missing.at(-1) ?? "");
  }));
  for (const path of existing) {
    if (!stat(path)?.isDirectory) {
      throw usageFailure(`${path} is no directory`, "choose a --prefix");
    }
    if (isWritable(path)) continue;
    throw usageFailure(
      `cannot write to ${path}; nothing was changed`,
      "run it as root, or choose another --prefix or a --destdir",
    );
  }
}

/** Refuses to remove units that the host would start at its next boot. */
export function demandDisabled(destdir: string, prefix: string, known: Manifest): void {
  const units = [...known.files.keys()].filter((path) => path.startsWith("lib/systemd/system/"))
    .map((path) => path.replace(/.*\//, ""));
  const etc = `${destdir}/etc/systemd/system`;
  const wanting = namesIn(etc).filter((name) => /\.(wants|requires)$/.test(name));
  const isOurs = (path: string, name: string): boolean =>
    lstat(path)?.isSymlink === true &&
    readLink(path)?.replace(/^(\.\.\/)+/, "/") === `${prefix}/lib/systemd/system/${name}`;
  const enabled = units.filter((name) =>
    isOurs(`${etc}/${name}`, name) ||
    wanting.some((directory) => isOurs(`${etc}/${directory}/${name}`, name))
  );
  if (enabled.length === 0) return;
  throw refusal(
    `units are enabled: ${enabled.join(" ")}; nothing was changed`,
    `systemctl disable --now ${enabled.join(" ")}`,
  );
}
