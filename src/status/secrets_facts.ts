import { isForbidden, readLink, readText, stat } from "../host/files.ts";
import { expectedFiles, generationIn } from "../sops/decide_place.ts";
import {
  type Installation,
  installationsIn,
  mentionsSops,
  sopsUnits,
} from "../sops/installation_state.ts";
import { type Manifest, parseManifest } from "../sops/manifest_state.ts";
import { findPath, type Found, type PathFound } from "./found.ts";

/**
 * What a cheap look tells of sops-nix: no program is started and no secret opened, so that owners,
 * units and file systems are left to `check-sops`.
 */
export interface SecretsFacts {
  readonly system: PathFound["kind"];
  /** When the system was activated. */
  readonly activated: string | undefined;
  /** Files of the system that may run sops-nix and tell nothing. */
  readonly riddles: number;
  readonly installations: readonly SecretsFound[];
}

/** One call of sops-install-secrets and what is there of it. */
export interface SecretsFound extends Installation {
  readonly content: Found<Manifest>;
  /** What is where the link to the secrets should be. */
  readonly link: PathFound["kind"];
  /** When it was made, which is when the secrets were installed. */
  readonly installed: string | undefined;
  /** The link leads to a generation that is there. */
  readonly isGeneration: boolean;
  readonly count: number;
  readonly missing: readonly string[];
  /** How many this user may not even look at. */
  readonly hidden: number;
}

/** More than any file of the system that is read here, in bytes. */
const greatestSize = 16 * 1024 * 1024;

/** Looks at the system, its manifests, and whether what they name is there. */
export function readSecrets(currentSystem: string): SecretsFacts {
  const sources: [string, string?][] = [
    [`${currentSystem}/activate`],
    ...sopsUnits.map((unit): [string, string] => [
      `${currentSystem}/etc/systemd/system/${unit}`,
      unit,
    ]),
  ];
  let riddles = 0;
  const found = sources.flatMap(([path, unit]) => {
    const file = readWhole(path);
    if (file.kind === "missing") return [];
    const calls = file.kind === "valid" ? installationsIn(file.state, unit) : [];
    if (calls.length === 0 && (file.kind !== "valid" || mentionsSops(file.state))) riddles++;
    return calls;
  });
  const unique = found.filter(({ manifest }, at) =>
    found.findIndex((each) => each.manifest === manifest) === at
  );
  const system = findPath(currentSystem);
  return {
    system: system.kind,
    activated: "modified" in system ? system.modified : undefined,
    riddles,
    installations: unique.map(lookAtInstallation),
  };
}

function lookAtInstallation(installation: Installation): SecretsFound {
  const text = readWhole(installation.manifest);
  const content = text.kind === "valid" ? parseManifest(text.state) : text;
  const nothing = { link: "missing", installed: undefined, isGeneration: false } as const;
  if (content.kind !== "valid") {
    return { ...installation, content, ...nothing, count: 0, missing: [], hidden: 0 };
  }
  const { symlinkPath } = content.state;
  const link = findPath(symlinkPath);
  const leads = link.kind === "link" ? readLink(symlinkPath) : undefined;
  const generation = leads === undefined ? undefined : generationIn(leads, content.state);
  const expected = expectedFiles(content.state);
  const seen = expected.map(({ below }) =>
    [below, generation === undefined ? "missing" : findPath(`${generation}/${below}`).kind] as const
  );
  return {
    ...installation,
    content,
    link: link.kind,
    installed: "modified" in link ? link.modified : undefined,
    isGeneration: generation !== undefined && findPath(generation).kind === "directory",
    count: expected.length,
    missing: seen.filter(([, kind]) => kind === "missing").map(([name]) => name),
    hidden: seen.filter(([, kind]) => kind === "forbidden").length,
  };
}

/** A file of the system, behind whatever links; one that is no file is as good as none. */
function readWhole(path: string): Found<string> {
  try {
    const info = stat(path);
    if (info === undefined || !info.isFile) return { kind: "missing" };
    if (info.size > greatestSize) return { kind: "corrupt", reason: `it has ${info.size} bytes` };
    return { kind: "valid", state: readText(path) ?? "" };
  } catch (error) {
    if (isForbidden(error)) return { kind: "forbidden" };
    if (!(error instanceof Error) || error.name === "NotCapable") throw error;
    return { kind: "corrupt", reason: error.message };
  }
}
