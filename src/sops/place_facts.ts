import { fileSystemType } from "../host/file_system.ts";
import { namesIn, parentOf, readLink } from "../host/files.ts";
import { expectedFiles, generationIn } from "./decide_place.ts";
import { type Look, lookAt, unlessForbidden } from "./entry.ts";
import type { Manifest } from "./manifest_state.ts";

/** What is where a manifest wants its secrets. */
export interface PlaceFacts {
  /** The link to the generation that counts, /run/secrets. */
  readonly link: Look;
  /** What it says. */
  readonly linkText: string | undefined;
  /** The generation's directory; `undefined` where the link leads to none. */
  readonly generation: { readonly path: string; readonly look: Look } | undefined;
  /** The file system of the generations, and the directory it is mounted in. */
  readonly mount: Look;
  readonly aroundMount: Look;
  /** As stat(1) calls it. */
  readonly fileSystem: string | undefined;
  /** By the name below the generation. */
  readonly files: ReadonlyMap<string, FileFacts>;
  /** All other files of the generation; "forbidden" where this user may not list it. */
  readonly extras: readonly string[] | "forbidden";
}

/** What is in a secret's place. */
export interface FileFacts {
  readonly look: Look;
  /** The place where programs look for it, when that is another one, and what its link says. */
  readonly link?: Look;
  readonly linkText?: string | undefined;
}

/** How many files of a generation are looked at: nobody has more, and a walk has to end. */
const mostEntries = 10_000;

/** Looks at what sops-install-secrets left. Only inodes and links: no secret is opened. */
export async function readPlace(manifest: Manifest): Promise<PlaceFacts> {
  const { symlinkPath, secretsMountPoint } = manifest;
  const link = lookAt(symlinkPath);
  const linkText = textOf(symlinkPath, link);
  const path = linkText === undefined ? undefined : generationIn(linkText, manifest);
  const mount = lookAt(secretsMountPoint);
  const expected = expectedFiles(manifest);
  const files = new Map<string, FileFacts>();
  for (const { below, linkedAt } of expected) {
    const look: Look = path === undefined
      ? { type: link.type === "forbidden" ? "forbidden" : "missing" }
      : lookAt(`${path}/${below}`);
    if (linkedAt === undefined) files.set(below, { look });
    else {
      const outside = lookAt(linkedAt);
      files.set(below, { look, link: outside, linkText: textOf(linkedAt, outside) });
    }
  }
  const names = new Set(expected.map(({ below }) => below));
  return {
    link,
    linkText,
    generation: path === undefined ? undefined : { path, look: lookAt(path) },
    mount,
    aroundMount: lookAt(parentOf(secretsMountPoint)),
    fileSystem: mount.type === "directory" ? await fileSystemType(secretsMountPoint) : undefined,
    files,
    extras: path === undefined ? [] : unlessForbidden(() => extrasIn(path, names)),
  };
}

function textOf(path: string, look: Look): string | undefined {
  if (look.type !== "link") return undefined;
  const text = unlessForbidden(() => readLink(path));
  return text === "forbidden" ? undefined : text;
}

/** The files below a directory that are not expected; links are not followed. */
function extrasIn(directory: string, expected: ReadonlySet<string>): readonly string[] {
  const extras: string[] = [];
  const waiting = [""];
  let seen = 0;
  for (let at = 0; at < waiting.length; at++) {
    const folder = waiting[at] ?? "";
    for (const name of namesIn(`${directory}/${folder}`)) {
      const below = folder + name;
      if (++seen > mostEntries) return extras;
      if (lookAt(`${directory}/${below}`).type === "directory") waiting.push(`${below}/`);
      else if (!expected.has(below)) extras.push(below);
    }
  }
  return extras.sort();
}
