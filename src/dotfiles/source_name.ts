/**
 * chezmoi's source file names: attributes before the target's name, in a fixed order, and suffixes.
 * https://www.chezmoi.io/reference/source-state-attributes/
 */

const prefixes = [
  ...["after_", "before_", "create_", "empty_", "encrypted_", "exact_", "executable_", "external_"],
  ...["modify_", "once_", "onchange_", "private_", "readonly_", "remove_", "run_", "symlink_"],
];

/**
 * The target a source path stands for, up to attributes: two sources with one key are two sources
 * of one target. For comparing only.
 */
export function targetKey(sourcePath: string): string {
  const parts = sourcePath.split("/");
  return parts.map((part, at) => nameOf(part, at === parts.length - 1)).join("/");
}

function nameOf(part: string, isFile: boolean): string {
  const attributes = attributesOf(part);
  const rest = part.slice(attributes.length - 1);
  const name = rest.startsWith("dot_")
    ? `.${rest.slice("dot_".length)}`
    : rest.startsWith("literal_")
    ? rest.slice("literal_".length)
    : rest;
  if (!isFile) return name;
  const plain = attributes.includes("_encrypted_") ? without(name, ".age", ".asc") : name;
  // `.literal` says that what stands before it is no suffix.
  const unliteral = without(plain, ".literal");
  return unliteral === plain ? without(without(plain, ".tmpl"), ".literal") : unliteral;
}

function without(name: string, ...suffixes: readonly string[]): string {
  const suffix = suffixes.find((it) => name.endsWith(it) && name.length > it.length);
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}

/** Why an edit in the home cannot be taken over from the target of this source; else `undefined`. */
export function uncapturable(sourcePath: string): string | undefined {
  const parts = sourcePath.split("/");
  const name = parts.at(-1) ?? "";
  if (parts.slice(0, -1).some((part) => attributesOf(part).includes("_exact_"))) {
    return "in an exact_ directory, where `chezmoi re-add` takes all neighbours along, in clear";
  }
  if (name.endsWith(".tmpl")) return "template: edit its source with `chezmoi edit`";
  if (/^(?:create_)?encrypted_/.test(name) || /_encrypted_/.test(attributesOf(name))) {
    return "encrypted: take it over with `chezmoi re-add`, which encrypts it";
  }
  if (name.startsWith("modify_")) return "modify script: edit its source with `chezmoi edit`";
  if (name.startsWith("create_")) return "create_ file: chezmoi only writes it when it is missing";
  if (name.startsWith("run_")) return "script: it runs when the sync applies something";
  if (name.startsWith("symlink_")) return "symbolic link: edit its source with `chezmoi edit`";
  if (name.startsWith("remove_")) return "remove_ entry: chezmoi removes the target";
  return undefined;
}

/** The leading attributes of a source name, `_` at both ends. */
function attributesOf(name: string): string {
  let rest = name;
  let attributes = "_";
  for (;;) {
    const prefix = prefixes.find((it) => rest.startsWith(it) && rest.length > it.length);
    if (prefix === undefined) return attributes;
    attributes += prefix;
    rest = rest.slice(prefix.length);
  }
}

/**
 * Whether what chezmoi last wrote is what this plain source says: content by SHA-256 and the
 * permission attributes. Then an edit in the home was made to the source's text, and taking it over
 * reverts nobody.
 *
 * @param umask of this process, which chezmoi shares
 */
export function wroteThis(
  entry: { readonly type: string; readonly mode: number; readonly contentsSHA256: string },
  source: { readonly path: string; readonly sha256: string },
  umask: number,
): boolean {
  if (entry.type !== "file" || entry.contentsSHA256 !== source.sha256) return false;
  const attributes = attributesOf(source.path.slice(source.path.lastIndexOf("/") + 1));
  let mode = attributes.includes("_executable_") ? 0o777 : 0o666;
  if (attributes.includes("_private_")) mode &= ~0o077;
  if (attributes.includes("_readonly_")) mode &= ~0o222;
  return modeClass(entry.mode) === modeClass(mode & ~umask);
}

/** What chezmoi's attributes can say of a mode: executable, private, read-only. */
function modeClass(mode: number): string {
  return [mode & 0o100, mode & 0o077 ? 0 : 1, mode & 0o200].join(" ");
}
