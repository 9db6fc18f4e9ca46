import { capture } from "./process.ts";

/**
 * The id of this boot, without its dashes; `undefined` when the file cannot be read. By cat(1), since
 * Deno opens /proc to programs with all rights only.
 */
export async function readBootId(file: string): Promise<string | undefined> {
  const { status, stdout } = await capture({ argv: ["cat", "--", file], timeout: 10_000 });
  const id = stdout.trim().replaceAll("-", "");
  return status === 0 && /^[0-9a-f]{32}$/.test(id) ? id : undefined;
}
