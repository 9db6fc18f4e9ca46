/** chezmoi's names in a source directory: https://www.chezmoi.io/reference/special-files/ */

/** What a file of the source is to chezmoi. */
export type SourceKind =
  | "target"
  | "script"
  | "config-template"
  | "shared-template"
  | "ignore"
  | "remove"
  | "external"
  | "data"
  | "ignored";

/** A file of the source, as far as its name says. */
export interface SourceFile {
  /** From the repository's root. */
  readonly path: string;
  readonly kind: SourceKind;
  readonly isTemplate: boolean;
  /** Its content is not what it seems: nothing of it is read as a template. */
  readonly isEncrypted: boolean;
  /** The target can be read by its owner alone. */
  readonly isPrivate: boolean;
  /** A script that runs again when its text changes. */
  readonly runsOnChange: boolean;
  /** A `modify_` file, which is a template only if it says so. */
  readonly isModify: boolean;
  /** The name that templates call it by. */
  readonly templateName?: string;
  /** Of data and configuration. */
  readonly format?: string;
}

const formats = "json|jsonc|toml|yaml|yml";
const dataFile = new RegExp(`^\\.chezmoidata\\.(${formats})$`);
const configTemplate = new RegExp(`^\\.?chezmoi\\.(${formats})\\.tmpl$`);
const external = new RegExp(`^\\.chezmoiexternal\\.(?:${formats})(?:\\.tmpl)?$`);

/**
 * What a path is to chezmoi.
 *
 * @param root chezmoi's own root in the repository, as `home/`; empty when that is the repository
 */
export function sourceFile(path: string, root: string): SourceFile {
  const nothing = {
    path,
    isTemplate: false,
    isEncrypted: false,
    isPrivate: false,
    runsOnChange: false,
    isModify: false,
  } as const;
  if (!path.startsWith(root)) return { ...nothing, kind: "ignored" };
  const parts = path.slice(root.length).split("/");
  const name = parts.at(-1) ?? "";
  const format = new RegExp(`\\.(${formats})(?:\\.tmpl)?$`).exec(name)?.[1] ?? "";
  const folders = parts.slice(0, -1);
  const special = folders.findIndex((part) => part.startsWith(".chezmoi"));
  switch (folders[special]) {
    case ".chezmoitemplates":
      // Only those of the root are read.
      if (special > 0) return { ...nothing, kind: "ignored" };
      return {
        ...nothing,
        kind: "shared-template",
        isTemplate: true,
        templateName: parts.slice(1).join("/"),
      };
    case ".chezmoidata":
      if (special > 0 || format === "" || name.startsWith(".")) {
        return { ...nothing, kind: "ignored" };
      }
      return { ...nothing, kind: "data", format };
    case ".chezmoiexternals":
      return { ...nothing, kind: "external", isTemplate: true };
    case ".chezmoiscripts":
    case undefined:
      break;
    default:
      return { ...nothing, kind: "ignored" };
  }
  if (folders.some((part, at) => part.startsWith(".") && at !== special)) {
    return { ...nothing, kind: "ignored" };
  }
  if (folders.length === 0 && configTemplate.test(name)) {
    return { ...nothing, kind: "config-template", isTemplate: true, format };
  }
  if (folders.length === 0 && dataFile.test(name)) return { ...nothing, kind: "data", format };
  if (/^\.chezmoiignore(?:\.tmpl)?$/.test(name)) {
    return { ...nothing, kind: "ignore", isTemplate: true };
  }
  if (/^\.chezmoiremove(?:\.tmpl)?$/.test(name)) {
    return { ...nothing, kind: "remove", isTemplate: true };
  }
  if (external.test(name)) return { ...nothing, kind: "external", isTemplate: true };
  if (name.startsWith(".")) return { ...nothing, kind: "ignored" };
  return { ...nothing, ...attributesOf(name, folders) };
}

/** The prefixes of each kind of file, in chezmoi's order; the first word is the kind's own. */
const orders = [
  ["create_", "encrypted_", "private_", "readonly_", "empty_", "executable_"],
  ["remove_"],
  ["run_", "once_", "onchange_", "before_", "after_"],
  ["symlink_"],
  ["modify_", "encrypted_", "private_", "readonly_", "executable_"],
] as const;
const plain = ["encrypted_", "private_", "readonly_", "empty_", "executable_"] as const;

function attributesOf(
  name: string,
  folders: readonly string[],
): Omit<SourceFile, "path"> {
  const order: readonly string[] = orders.find(([first]) => name.startsWith(first)) ?? plain;
  const has = new Set<string>();
  let rest = name;
  for (const prefix of order) {
    if (!rest.startsWith(prefix)) continue;
    has.add(prefix);
    rest = rest.slice(prefix.length);
  }
  const isEncrypted = has.has("encrypted_");
  if (isEncrypted) rest = rest.replace(/\.(?:age|asc)$/, "");
  const isPrivate = has.has("private_") ||
    folders.some((part) => /^(?:remove_|external_|exact_)*private_/.test(part));
  return {
    kind: has.has("run_") ? "script" : "target",
    isTemplate: rest.endsWith(".tmpl") && !has.has("remove_"),
    isEncrypted,
    isPrivate,
    runsOnChange: has.has("onchange_"),
    isModify: has.has("modify_"),
  };
}
