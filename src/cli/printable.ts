/**
 * A text as it may go to a terminal: control characters, which could come from another host's file
 * or a server's message, are spelt out. Tabs and line ends stay.
 */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
