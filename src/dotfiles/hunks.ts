/** A stretch of a merged text: agreed upon, or edited on both sides. */
export type Hunk =
  | { readonly kind: "agreed"; readonly text: string }
  | {
    readonly kind: "collision";
    readonly ours: string;
    readonly base: string;
    readonly theirs: string;
  };

/** Splits a text with diff3-style markers of a given length into its hunks. */
export function splitHunks(text: string, size: number): readonly Hunk[] {
  const hunks: Hunk[] = [];
  let agreed = "";
  let sides: string[] | undefined;
  for (const line of text.split(/(?<=\n)/)) {
    if (sides === undefined && isMarker(line, "<", size)) {
      if (agreed !== "") hunks.push({ kind: "agreed", text: agreed });
      agreed = "";
      sides = [""];
    } else if (sides !== undefined && (isMarker(line, "|", size) || isMarker(line, "=", size))) {
      sides.push("");
    } else if (sides !== undefined && isMarker(line, ">", size)) {
      const [ours = "", base = "", theirs = ""] = sides;
      hunks.push({ kind: "collision", ours, base, theirs });
      sides = undefined;
    } else if (sides !== undefined) {
      sides[sides.length - 1] += line;
    } else {
      agreed += line;
    }
  }
  if (agreed !== "") hunks.push({ kind: "agreed", text: agreed });
  return hunks;
}

function isMarker(line: string, mark: string, size: number): boolean {
  const marker = mark.repeat(size);
  return line.startsWith(marker) && /^(?: .*)?\r?\n?$/.test(line.slice(size));
}
