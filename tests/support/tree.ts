/**
 * What a directory holds, for comparing: by relative path the mode and, of a file, a digest of its
 * bytes, of a link its target. Names in `without` are left out wherever they occur.
 */
export async function treeOf(
  directory: string,
  without: readonly string[] = [],
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const visit = async (path: string, name: string): Promise<void> => {
    const info = await Deno.lstat(path);
    const mode = ((info.mode ?? 0) & 0o7777).toString(8);
    if (info.isSymlink) found[name] = `-> ${await Deno.readLink(path)}`;
    else if (info.isFile) found[name] = `${mode} ${await digest(await Deno.readFile(path))}`;
    else found[name] = `${mode} ${info.isDirectory ? "directory" : "special"}`;
    if (!info.isDirectory) return;
    const children = (await Array.fromAsync(Deno.readDir(path))).map((entry) => entry.name);
    for (const child of children.filter((it) => !without.includes(it)).sort()) {
      await visit(`${path}/${child}`, name === "." ? child : `${name}/${child}`);
    }
  };
  await visit(directory, ".");
  return found;
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
