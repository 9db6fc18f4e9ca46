import type { Path } from "./origins.ts";

/** A key of a file of TOML, YAML or JSON, and where its entry begins and ends. */
export interface KeyLine {
  readonly path: Path;
  /** From 1. */
  readonly line: number;
  /** The first line after it that is another key's, from 1. */
  readonly next: number;
}

/**
 * The keys of a file and their lines. It need not be well-formed: a configuration template is such a
 * file with actions in it, which are to be blanked out before. Only lines are told by this; what a file
 * says is chezmoi's own to read.
 */
export function keyLines(text: string, format: string): readonly KeyLine[] {
  const found = format === "toml"
    ? tomlKeys(text)
    : format.startsWith("json")
    ? jsonKeys(text)
    : yamlKeys(text);
  const last = text.split("\n").length + 1;
  return found.map((each, at) => ({ ...each, next: found[at + 1]?.line ?? last }));
}

/** The line of a key, or that of the nearest one above it. */
export function lineOf(keys: readonly KeyLine[], path: Path): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const wanted = path.slice(0, length).join("\0");
    const found = keys.find((key) => key.path.join("\0") === wanted);
    if (found !== undefined) return found.line;
  }
  return undefined;
}

type Found = Omit<KeyLine, "next">;

function tomlKeys(text: string): readonly Found[] {
  const found: Found[] = [];
  let table: Path = [];
  for (const [at, line] of text.split("\n").entries()) {
    const [, header] = /^\s*\[\[?\s*([^\]]+?)\s*\]/.exec(line) ?? [];
    if (header !== undefined) {
      table = dotted(header);
      found.push({ path: table, line: at + 1 });
      continue;
    }
    const [, key] =
      /^\s*((?:"[^"\n]*"|'[^'\n]*'|[\w-]+)(?:\s*\.\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+))*)\s*=/
        .exec(line) ?? [];
    if (key !== undefined) found.push({ path: [...table, ...dotted(key)], line: at + 1 });
  }
  return found;
}

function dotted(key: string): Path {
  return [...key.matchAll(/"([^"]*)"|'([^']*)'|([^\s."']+)/g)]
    .map(([, double, single, bare]) => double ?? single ?? bare ?? "");
}

function yamlKeys(text: string): readonly Found[] {
  const found: Found[] = [];
  let open: readonly { readonly indent: number; readonly name: string }[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    const [, dash = "", double, single, bare] =
      /^((?:\s*-)*\s*)(?:"([^"]+)"|'([^']+)'|([^\s#"'&*!|>%@`{}[\],:-][^:#\n]*?))\s*:(?:\s|$)/.exec(
        line,
      ) ?? [];
    const name = double ?? single ?? bare;
    if (name === undefined) continue;
    open = [...open.filter(({ indent }) => indent < dash.length), { indent: dash.length, name }];
    found.push({ path: open.map((each) => each.name), line: at + 1 });
  }
  return found;
}

function jsonKeys(text: string): readonly Found[] {
  const found: Found[] = [];
  const open: (string | undefined)[] = [];
  let line = 1;
  let key: string | undefined;
  for (const [token] of text.matchAll(/"(?:\\.|[^"\\\n])*"(?:\s*:)?|\/\/[^\n]*|[{}[\]\n]/g)) {
    if (token === "{" || token === "[") {
      open.push(key);
      key = undefined;
    } else if (token === "}" || token === "]") open.pop();
    else if (/^"[^]*:$/.test(token)) {
      key = token.slice(1, token.lastIndexOf('"'));
      found.push({ path: [...open, key].filter((name) => name !== undefined), line });
    }
    line += token.split("\n").length - 1;
  }
  return found;
}
