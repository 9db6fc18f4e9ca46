/** What holds for every Nix file. No formatter of Nix can be had from npm or Debian. */
import assert from "node:assert/strict";

const root = new URL("../..", import.meta.url).pathname;

function* nixFiles(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    if (isDirectory) yield* nixFiles(`${directory}/${name}`);
    else if (name.endsWith(".nix")) yield `${directory}/${name}`;
  }
}

/** What a formatter would have changed, or a linter have told of, in a text. */
function faults(text: string): readonly string[] {
  const lines = text.split("\n");
  return [
    ...(text.endsWith("\n") && !text.endsWith("\n\n") ? [] : ["no single newline at the end"]),
    ...lines.flatMap((line, at) => [
      ...(/\s$/.test(line) ? [`${at + 1}: blanks at the end`] : []),
      ...(line.includes("\t") ? [`${at + 1}: a tab`] : []),
      ...(/^( {2})* (?! )/.test(line) && !/^\s*(#|\*)/.test(line)
        ? [`${at + 1}: an odd indentation`]
        : []),
      ...(/^with /.test(line) ? [`${at + 1}: with at the top`] : []),
    ]),
  ];
}

Deno.test("each Nix file is as a formatter leaves it, as far as that can be told by line", () => {
  assert.equal(faults("a\t \n   b\nwith pkgs;\n\n").length, 5);
  const files = [`${root}flake.nix`, ...nixFiles(`${root}nix`)];
  assert.ok(files.length > 20);
  for (const file of files) assert.deepEqual(faults(Deno.readTextFileSync(file)), [], file);
});
