import { capture } from "./process.ts";

/** The type of the file system a path lies on, as `ext2/ext3` or `tmpfs`; by stat(1). */
export async function fileSystemType(path: string): Promise<string | undefined> {
  const argv = ["stat", "--file-system", "--format=%T", "--", path];
  const { status, stdout } = await capture({ argv, timeout: 10_000 });
  return status === 0 ? stdout.trim() : undefined;
}
