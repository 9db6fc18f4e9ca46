/** A document as a reader goes through it: sections, and the blocks of code in them. */

/** A fenced block of code. */
export interface Block {
  /** What follows the fence: `sh` is run by tests, `console` is what that prints. */
  readonly language: string;
  readonly text: string;
  /** Where its first line is in the file. */
  readonly line: number;
}

/** From one heading to the next. */
export interface Section {
  readonly title: string;
  /** The last heading of the second level, its own when it is one. */
  readonly chapter: string;
  /** What a link to it ends in. */
  readonly anchor: string;
  readonly blocks: readonly Block[];
}

const root = new URL("../..", import.meta.url);

/** The sections of a document, given from the top of the checkout. */
export async function readPage(path: string): Promise<readonly Section[]> {
  return parsePage(await Deno.readTextFile(new URL(path, root)));
}

/** As {@linkcode readPage}, of a text. What comes before the first heading has an empty title. */
export function parsePage(text: string): readonly Section[] {
  const sections: (Section & { readonly blocks: Block[] })[] = [];
  let chapter = "";
  const begin = (title: string): void => {
    const anchor = anchorOf(title);
    const times = sections.filter((it) => anchorOf(it.title) === anchor).length;
    const unique = times === 0 ? anchor : `${anchor}-${times}`;
    sections.push({ title, chapter, anchor: unique, blocks: [] });
  };
  begin("");
  let open: { language: string; lines: string[]; line: number } | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (open !== undefined) {
      if (fence === null) open.lines.push(line);
      else {
        const { language, lines, line } = open;
        sections.at(-1)?.blocks.push({ language, text: lines.join("\n"), line });
        open = undefined;
      }
    } else if (fence !== null) open = { language: fence[1] ?? "", lines: [], line: at + 2 };
    else {
      const [, marks = "", title] = /^(#+) (.*)$/.exec(line) ?? [];
      if (title === undefined) continue;
      if (marks.length <= 2) chapter = marks === "##" ? title : "";
      begin(title);
    }
  }
  if (open !== undefined) throw new Error(`line ${open.line - 1}: a block is never closed`);
  return sections;
}

/** As GitHub makes it of a heading. */
function anchorOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
}
