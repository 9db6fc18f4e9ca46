import type { ParsedState } from "../cli/parse_state.ts";
import { readText } from "../host/files.ts";
import { ProcessError, ProgramMissingError } from "../host/process.ts";
import { numberOf } from "../programs/getent.ts";
import { type UnitState, unitStates } from "../programs/systemctl.ts";
import { type Entry, type Look, lookAt, lookBehind, unlessForbidden } from "./entry.ts";
import {
  type Installation,
  installationsIn,
  mentionsSops,
  sopsUnits,
} from "./installation_state.ts";
import { type KeyFacts, readKeys } from "./key_facts.ts";
import { type Manifest, parseManifest } from "./manifest_state.ts";
import { type PlaceFacts, readPlace } from "./place_facts.ts";

/** Where to look. */
export interface SopsSettings {
  /** The link to the toplevel that is active. */
  readonly currentSystem: string;
}

/** All that is seen of sops-nix on this host. */
export interface SopsFacts {
  readonly settings: SopsSettings;
  /** The link itself: an activation makes it anew, at its very end. */
  readonly link: Look;
  /** The toplevel behind it. */
  readonly system: Look;
  /** Files of the system that may not be read, or that run sops-nix in a way not known here. */
  readonly riddles: readonly { readonly path: string; readonly kind: "forbidden" | "unknown" }[];
  readonly installations: readonly InstallationFacts[];
  readonly keys: readonly KeyFacts[];
  /** Numbers of the users and groups that manifests name; `undefined` for one that is unknown. */
  readonly users: ReadonlyMap<string, number | undefined>;
  readonly groups: ReadonlyMap<string, number | undefined>;
}

/** One call of sops-install-secrets and what it left. */
export interface InstallationFacts extends Installation {
  readonly content: ParsedState<Manifest> | { readonly kind: "missing" | "forbidden" };
  /** Of its unit; a reason when systemd cannot be asked. */
  readonly state?: UnitState | { readonly reason: string };
  /** What is where the manifest wants it; only of a valid one. */
  readonly place?: PlaceFacts;
}

/** More than any file of the system that is read here, in bytes: thousands of secrets. */
const greatestSize = 16 * 1024 * 1024;

/** Looks at the system, its manifests, and what they name. Opens no secret. */
export async function readSopsFacts(settings: SopsSettings): Promise<SopsFacts> {
  const { currentSystem } = settings;
  const riddles: { path: string; kind: "forbidden" | "unknown" }[] = [];
  // Both ways of modules/sops/default.nix: a part of the activation script, and a unit.
  const sources: [string, string?][] = [
    [`${currentSystem}/activate`],
    ...sopsUnits.map((unit): [string, string] => [
      `${currentSystem}/etc/systemd/system/${unit}`,
      unit,
    ]),
  ];
  const calls = sources.flatMap(([path, unit]) => {
    const text = readSystemFile(path);
    if (typeof text !== "string") {
      if (text.kind === "forbidden") riddles.push({ path, kind: "forbidden" });
      return [];
    }
    const found = installationsIn(text, unit);
    if (found.length === 0 && mentionsSops(text)) riddles.push({ path, kind: "unknown" });
    return found;
  });
  const unique = calls.filter(({ manifest }, at) =>
    calls.findIndex((call) => call.manifest === manifest) === at
  );
  const installations: InstallationFacts[] = [];
  for (const call of unique) {
    const content = readManifest(call.manifest);
    const state = call.unit === undefined ? {} : { state: await stateOf(call.unit) };
    const place = content.kind === "valid" ? { place: await readPlace(content.state) } : {};
    installations.push({ ...call, content, ...state, ...place });
  }
  const valid = installations.filter(({ content }) => content.kind === "valid");
  const manifests = valid.flatMap(({ content }) => content.kind === "valid" ? [content.state] : []);
  const named = valid.flatMap(({ content, ignoresPasswd }) =>
    content.kind === "valid" && !ignoresPasswd
      ? [...content.state.secrets, ...content.state.templates]
      : []
  );
  return {
    settings,
    link: lookAt(currentSystem),
    system: lookBehind(currentSystem),
    riddles,
    installations,
    keys: readKeys(manifests),
    users: await numbers("passwd", named.map(({ owner }) => owner)),
    groups: await numbers("group", named.map(({ group }) => group)),
  };
}

/** A file of the system; a masked unit leads to a device, and is as good as none. */
function readSystemFile(path: string): string | { readonly kind: "missing" | "forbidden" } {
  const info = lookBehind(path);
  if (info.type === "forbidden") return { kind: "forbidden" };
  if (info.type !== "file" || isTooLarge(info)) return { kind: "missing" };
  const text = unlessForbidden(() => readText(path));
  if (text === "forbidden") return { kind: "forbidden" };
  return text ?? { kind: "missing" };
}

function isTooLarge({ size }: Entry): boolean {
  return size > greatestSize;
}

function readManifest(path: string): InstallationFacts["content"] {
  const info = lookBehind(path);
  if (info.type === "missing" || info.type === "forbidden") return { kind: info.type };
  if (info.type !== "file" || isTooLarge(info)) {
    return { kind: "corrupt", reason: "it is no file of a manifest's size" };
  }
  const text = readSystemFile(path);
  return typeof text === "string" ? parseManifest(text) : text;
}

async function stateOf(unit: string): Promise<UnitState | { readonly reason: string }> {
  try {
    const [state] = await unitStates([unit]);
    return state ?? { reason: "it said nothing" };
  } catch (error) {
    if (error instanceof ProcessError || error instanceof ProgramMissingError) {
      return { reason: error.message };
    }
    throw error;
  }
}

async function numbers(
  database: "passwd" | "group",
  names: readonly (string | undefined)[],
): Promise<ReadonlyMap<string, number | undefined>> {
  const found = new Map<string, number | undefined>();
  for (const name of new Set(names)) {
    if (name !== undefined) found.set(name, await numberOf(database, name));
  }
  return found;
}
