import { keyLines } from "./key_lines.ts";
import type { Path } from "./origins.ts";

/**
 * A file of data without one key: its lines are taken out. What the file says then is for chezmoi to
 * tell; `undefined` when no line of its own is found.
 */
export function withoutKey(text: string, format: string, path: Path): string | undefined {
  const key = keyLines(text, format).find((each) => each.path.join("\0") === path.join("\0"));
  if (key === undefined) return undefined;
  const lines = text.split("\n");
  let end = key.next - 1;
  // Comments, space and closing brackets before the next key are not of this one.
  while (end > key.line && /^\s*(?:#.*|\/\/.*|[\]}],?)?\s*$/.test(lines[end - 1] ?? "")) end--;
  const before = lines.slice(0, key.line - 1);
  const after = lines.slice(end);
  if (
    format.startsWith("json") && /^\s*[}\]]/.test(after.find((line) => line.trim() !== "") ?? "")
  ) {
    const last = before.findLastIndex((line) => line.trim() !== "");
    if (last >= 0) before[last] = (before[last] ?? "").replace(/,\s*$/, "");
  }
  return [...before, ...after].join("\n");
}
