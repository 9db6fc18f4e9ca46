/** Runs a test in a directory of its own, which goes away with it. */
export async function inTemporaryDirectory(
  test: (directory: string) => void | Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "holdfast-test-" });
  try {
    await test(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
