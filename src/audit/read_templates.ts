import type { Origin } from "./origins.ts";
import { type FunctionCall, type Reading, readVariables, type Use } from "./read_variables.ts";
import type { SourceFile } from "./source_files.ts";
import { parseTemplate } from "./template_parser.ts";
import { isModifyTemplate, placesIn, TemplateError, withoutDirectives } from "./template_text.ts";
import type { Tree } from "./template_tree.ts";

/** A template of the source, parsed. */
export interface Template {
  readonly file: SourceFile;
  readonly content: string;
  readonly tree: Tree;
  /** The line and the column of a place of the tree, from 1. */
  placeOf(offset: number): readonly [line: number, column: number];
  /** A place of the tree in the content. */
  originalOf(offset: number): number;
}

/** A use, and the template it is in. */
export interface FoundUse extends Use {
  readonly template: Template;
}

/** A call of a function, and the template it is in. */
export interface FoundCall extends FunctionCall {
  readonly template: Template;
}

/** A file that could not be read as what it is; what it says is never told. */
export interface Problem {
  readonly path: string;
  readonly line: number | undefined;
  readonly reason: string;
}

/** All that the templates of a source read. */
export interface Templates {
  readonly templates: readonly Template[];
  readonly uses: readonly FoundUse[];
  readonly calls: readonly FoundCall[];
  /** Variables of a template (`$x`) that decide something, by its path. */
  readonly deciding: ReadonlyMap<string, ReadonlySet<string>>;
  readonly problems: readonly Problem[];
}

/** Parses a file; `undefined` when it is no template. */
export function templateOf(file: SourceFile, content: string): Template | Problem | undefined {
  const modifies = file.isModify && isModifyTemplate(content);
  if (file.isEncrypted || !file.isTemplate && !modifies) return undefined;
  const text = withoutDirectives(content, modifies);
  const places = placesIn(content);
  const placeOf = (offset: number): readonly [number, number] => places(text.originalOf(offset));
  try {
    return { file, content, tree: parseTemplate(text), placeOf, originalOf: text.originalOf };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const [line] = placeOf(error.offset);
    return {
      path: file.path,
      line,
      reason: `chezmoi cannot parse this template: ${error.message}`,
    };
  }
}

/**
 * Reads what all templates use. One that others call is read with the dot that each of them gives it;
 * one that nobody calls by its name, as if it were called with all of the data.
 *
 * @param root chezmoi's own root in the repository, with a slash, or empty
 */
export function readTemplates(
  templates: readonly Template[],
  problems: readonly Problem[],
  root: string,
): Templates {
  const shared = new Map(templates.map((each) => [each.file.templateName, each]));
  const byPath = new Map(templates.map((each) => [each.file.path, each]));
  const uses = new Map<string, FoundUse>();
  const calls = new Map<string, FoundCall>();
  const deciding = new Map<string, Set<string>>();
  const done = new Set<string>();
  const dots = new Map<string, number>();
  const reached = new Set<string>();
  const waiting: [Template, string | undefined, Origin][] = [];
  const visit = (template: Template, name: string | undefined, dot: Origin): void => {
    const place = `${template.file.path}\0${name ?? ""}`;
    reached.add(place);
    const key = [place, ...dot.map((path) => path.join("\x01")).sort()].join("\0");
    // A template that calls itself with its own elements would go on for ever.
    if (done.has(key) || dot.some((path) => path.length > deepest)) return;
    const count = (dots.get(place) ?? 0) + 1;
    if (count > mostDots) return;
    dots.set(place, count);
    done.add(key);
    waiting.push([template, name, dot]);
  };
  const work = (): void => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [template, name, dot] = next;
      const reading = readVariables(template.tree, dot, name);
      keep(template, reading);
      for (const call of reading.templates) {
        if (call.name === undefined) continue;
        if (call.kind === "template" && template.tree.defined.has(call.name)) {
          visit(template, call.name, call.dot);
          continue;
        }
        const called = shared.get(call.name) ??
          (call.kind === "includeTemplate" ? byPath.get(root + call.name) : undefined);
        if (called !== undefined) visit(called, undefined, call.dot);
      }
    }
  };
  const keep = (template: Template, { uses: used, functions, deciding: decide }: Reading): void => {
    const { path } = template.file;
    for (const use of used) {
      const key = [path, use.start, use.end, ...use.path].join("\0");
      const before = uses.get(key);
      uses.set(key, {
        ...use,
        template,
        isWhole: use.isWhole || before?.isWhole === true,
        decides: use.decides || before?.decides === true,
        isRebound: use.isRebound || before?.isRebound === true,
      });
    }
    for (const call of functions) {
      calls.set([path, call.start, call.name].join("\0"), { ...call, template });
    }
    deciding.set(path, new Set([...deciding.get(path) ?? [], ...decide]));
  };
  const all: Origin = [[]];
  for (const template of templates) {
    if (template.file.kind !== "shared-template") visit(template, undefined, all);
  }
  work();
  for (const template of templates) {
    for (const name of [undefined, ...template.tree.defined.keys()]) {
      if (!reached.has(`${template.file.path}\0${name ?? ""}`)) {
        visit(template, name, all);
        work();
      }
    }
  }
  return { templates, uses: [...uses.values()], calls: [...calls.values()], deciding, problems };
}

/** No data is nested as deep as this. */
const deepest = 8;
/** No template is called with as many dots as this by people; one that calls itself may be. */
const mostDots = 200;
