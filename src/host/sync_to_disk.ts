import { capture } from "./process.ts";

/** Bound in milliseconds; a slow disk is no reason to fail. */
const patience = 60_000;

/** Makes all that was written to the file system of a path durable; syncfs(2), by sync(1). */
export async function syncToDisk(path: string): Promise<void> {
  await capture({ argv: ["sync", "--file-system", path], timeout: patience });
}
