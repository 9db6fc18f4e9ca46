import * as v from "valibot";
import { type ParsedState, parseJson } from "../cli/parse_state.ts";

// The fields are those of the structures `manifest`, `secret` and `template` in sops-nix's
// pkgs/sops-install-secrets/main.go; modules/sops/manifest-for.nix writes them. Nix's null is the
// empty value there: no owner, no key file, number 0. Fields that are not named here are none of ours.

const absolute = v.pipe(v.string(), v.regex(/^\/[^\0\n]*$/));
/** Below the generation's directory; Go's filepath.Join would follow `..` out of it. */
const name = v.pipe(
  v.string(),
  v.check((text) => !/[\0\n]/.test(text)),
  v.check((text) => text.split("/").every((part) => !["", ".", ".."].includes(part))),
);
const userName = v.pipe(v.string(), v.regex(/^[^\s:\0-][^\s:\0]*$/));
const number = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff));

/** A text that may be null or missing. */
function orNone<S extends v.GenericSchema<string, string>>(
  schema: S,
): v.GenericSchema<string | null | undefined, string | undefined> {
  return v.pipe(v.nullish(schema), v.transform((value) => value ?? undefined));
}

/** The empty text is Go's way to say that there is none. */
const pathOrNone = v.pipe(
  v.nullish(v.union([absolute, v.literal("")])),
  v.transform((path) => path || undefined),
);

const file = v.object({
  name,
  /** Where programs find it: in the generation, or a link to there. */
  path: absolute,
  owner: orNone(userName),
  uid: v.nullish(number, 0),
  group: orNone(userName),
  gid: v.nullish(number, 0),
  /** validateMode: octal, of 16 bits; os.FileMode keeps the nine of rwx. */
  mode: v.pipe(
    v.string(),
    v.regex(/^[0-7]{1,6}$/),
    v.transform((text) => parseInt(text, 8) & 0o777),
  ),
});

const schema = v.object({
  secrets: v.array(file),
  /** Older versions have none. */
  templates: v.nullish(v.array(file), []),
  /** The memory file system with the generations, as /run/secrets.d. */
  secretsMountPoint: absolute,
  /** The link to the generation that counts, as /run/secrets. */
  symlinkPath: absolute,
  gnupgHome: pathOrNone,
  /** ssh keys that are made into GnuPG keys. */
  sshKeyPaths: v.nullish(v.array(absolute), []),
  ageKeyFile: pathOrNone,
  /** ssh keys that are made into age keys. */
  ageSshKeyPaths: v.nullish(v.array(absolute), []),
  useTmpfs: v.nullish(v.boolean(), false),
  /** home-manager's manifests are a user's, and no concern of the host. */
  userMode: v.nullish(v.literal(false), false),
});

/** What a system wants of sops-install-secrets. */
export type Manifest = v.InferOutput<typeof schema>;
/** A secret or a template of a manifest. */
export type ManifestFile = v.InferOutput<typeof file>;

/**
 * Reads a manifest. The reason never quotes what is in the file: it need not be a manifest at all.
 */
export function parseManifest(text: string): ParsedState<Manifest> {
  const json = parseJson(text);
  if (json.kind === "corrupt") return { kind: "corrupt", reason: "it is not JSON" };
  const result = v.safeParse(schema, json.state, { abortEarly: true });
  if (result.success) return { kind: "valid", state: result.output };
  const field = v.getDotPath(result.issues[0]);
  return {
    kind: "corrupt",
    reason: field === null
      ? "it is not what sops-nix writes"
      : `its ${field} is missing, or not what sops-nix writes`,
  };
}
