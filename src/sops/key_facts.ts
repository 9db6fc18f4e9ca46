import { readText } from "../host/files.ts";
import { type Identities, judgeIdentities } from "./decide_identity.ts";
import { type Look, lookAt, lookBehind, unlessForbidden } from "./entry.ts";
import type { Manifest } from "./manifest_state.ts";

/** A key that decrypts secrets, as far as it may be looked at. */
export interface KeyFacts {
  readonly path: string;
  readonly kind: "ssh" | "age" | "gnupg-home";
  /** The path itself. */
  readonly link: Look;
  /** What it leads to: where / is thrown away at each boot, keys are links to what is kept. */
  readonly target: Look;
  /** What the age key file holds; of ssh keys nothing is read. */
  readonly identities?: Identities | { readonly kind: "forbidden" | "too-large" };
}

/** More than any key file has, in bytes. */
const greatestSize = 1024 * 1024;

/** Looks at the keys that some manifests name, each once. */
export function readKeys(manifests: readonly Manifest[]): readonly KeyFacts[] {
  const paths = (of: (manifest: Manifest) => readonly (string | undefined)[]): string[] => [
    ...new Set(manifests.flatMap(of).filter((path) => path !== undefined)),
  ];
  return [
    ...paths((each) => [...each.ageSshKeyPaths, ...each.sshKeyPaths])
      .map((path) => look(path, "ssh")),
    ...paths(({ gnupgHome }) => [gnupgHome]).map((path) => look(path, "gnupg-home")),
    ...paths(({ ageKeyFile }) => [ageKeyFile]).map((path) => {
      const key = look(path, "age");
      return isTrusted(key) ? { ...key, identities: read(path, key.target) } : key;
    }),
  ];
}

function look(path: string, kind: KeyFacts["kind"]): KeyFacts {
  return { path, kind, link: lookAt(path), target: lookBehind(path) };
}

/** Whether the key is where root put it: a link that somebody else planted is not followed. */
function isTrusted({ link, target }: KeyFacts): boolean {
  return target.type === "file" && (link.type === "file" || link.type === "link" && link.uid === 0);
}

/** Judges an age key file at once, so that its text goes nowhere. */
function read(path: string, target: Look): NonNullable<KeyFacts["identities"]> {
  if (target.type === "file" && target.size > greatestSize) return { kind: "too-large" };
  const text = unlessForbidden(() => readText(path));
  return text === "forbidden" ? { kind: "forbidden" } : judgeIdentities(text ?? "");
}
