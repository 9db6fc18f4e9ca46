import { type KeyLine, keyLines, lineOf } from "./key_lines.ts";
import type { FoundCall, Template, Templates } from "./read_templates.ts";
import type { Path } from "./origins.ts";
import { asksManager, asksPerson } from "./template_functions.ts";

/** Where a variable gets its value. */
export interface Definition {
  readonly path: Path;
  /**
   * `data-file`: in the repository. `configuration`: in a file of this host alone, as its
   * configuration, which
   * `prompt`, `manager` (a password manager) and `template` fill in by the configuration template.
   */
  readonly kind: "data-file" | "configuration" | "template" | "prompt" | "manager" | "builtin";
  readonly file: string;
  readonly line: number | undefined;
}

/** A file of data or configuration, as chezmoi reads it. */
export interface DataFile {
  readonly path: string;
  readonly format: string;
  readonly text: string;
  /** `undefined` when chezmoi cannot read it. */
  readonly value: unknown;
  /** git ignores it: what it says is this host's own. */
  readonly isIgnoredByGit?: boolean;
}

/** The paths of all that is no map in a value, and what is there. */
export function leavesOf(value: unknown, path: Path = []): readonly (readonly [Path, unknown])[] {
  if (!isMap(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, each]) => leavesOf(each, [...path, key]));
}

/** Whether a value has keys of its own. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What lies at a path; `undefined` when nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const key of path) {
    if (!isMap(here) || !Object.hasOwn(here, key)) return undefined;
    here = here[key];
  }
  return here;
}

/** The variables that a file of data sets. */
export function definedIn(
  { path, format, text, value, isIgnoredByGit }: DataFile,
): readonly Definition[] {
  if (!isMap(value)) return [];
  const keys = keyLines(text, format);
  return leavesOf(value).map(([variable]) => ({
    path: variable,
    kind: isIgnoredByGit ? "configuration" : "data-file",
    file: path,
    line: lineOf(keys, variable),
  }));
}

/** The variables that this host's configuration file sets, under `data`. */
export function definedInConfiguration(file: DataFile): readonly Definition[] {
  const data = isMap(file.value) ? file.value.data : undefined;
  if (!isMap(data)) return [];
  const keys = keyLines(file.text, file.format);
  return leavesOf(data).map(([path]) => ({
    ...{ path, kind: "configuration", file: file.path, line: lineOf(keys, ["data", ...path]) },
  }));
}

/** The variables that the configuration template sets, and who fills them in. */
export function definedByTemplates({ templates, calls }: Templates): readonly Definition[] {
  return templates.filter(({ file }) => file.kind === "config-template").flatMap((template) => {
    const own = calls.filter((call) => call.template === template);
    const keys = keyLines(blanked(template), template.file.format ?? "");
    return [
      ...keys.flatMap((key, at) => definedAt(key, keys[at + 1], template, own)),
      ...prompts(own),
    ];
  });
}

function definedAt(
  { path: [table, ...path], line, next }: KeyLine,
  following: KeyLine | undefined,
  template: Template,
  calls: readonly FoundCall[],
): readonly Definition[] {
  if (table !== "data" || path.length === 0) return [];
  // A key above others is a map.
  const isMap = following !== undefined && following.path.length > path.length + 1 &&
    ["data", ...path].every((name, at) => following.path[at] === name);
  if (isMap) return [];
  const lines = template.content.split("\n").slice(line - 1, next - 1);
  const text = lines.join("\n");
  const variables = [...text.matchAll(/\$\w+/g)].map(([name]) => name);
  const names = calls.filter((call) => {
    const [at] = template.placeOf(call.start);
    return at >= line && at < next || call.variables.some((name) => variables.includes(name));
  }).map(({ name }) => name);
  const kind = names.some(asksManager) ? "manager" : names.some(asksPerson) ? "prompt" : "template";
  return [{ path, kind, file: template.file.path, line }];
}

/** `promptStringOnce . "a.b" …` names the variable that it asks for. */
function prompts(calls: readonly FoundCall[]): readonly Definition[] {
  return calls.flatMap(({ name, texts, template, start }) => {
    const variable = texts[1];
    if (!asksPerson(name) || !name.endsWith("Once") || variable === undefined) return [];
    const [line] = template.placeOf(start);
    return [{ path: variable.split("."), kind: "prompt", file: template.file.path, line }];
  });
}

/** The content with its actions blanked out: what is left has the form of the rendered file. */
function blanked({ content }: Template): string {
  return content.replace(/\{\{[^]*?\}\}/g, (action) => action.replace(/[^\n]/g, "0"));
}
