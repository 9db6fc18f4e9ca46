/** How many bytes a file may have to be searched. */
export const largest = 50_000_000;

/**
 * A file's bytes as text to be searched: UTF-8, or UTF-16 where it says so at its beginning. What is
 * no text becomes one character for each byte.
 */
export function decode(bytes: Uint8Array<ArrayBuffer>): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  const isText = !bytes.subarray(0, 8000).includes(0);
  return new TextDecoder(isText ? "utf-8" : "latin1").decode(bytes);
}
