import { environment } from "../host/environment.ts";
import { readText } from "../host/files.ts";
import { chezmoiData, readsAs } from "../programs/chezmoi_render.ts";
import type { Classes } from "./classes_state.ts";
import { type Clear, searchFiles, searchHistory, shortestValue, type Value } from "./clear.ts";
import { decideClass, type Proposal } from "./decide_class.ts";
import {
  type DataFile,
  definedByTemplates,
  definedIn,
  definedInConfiguration,
  type Definition,
  isMap,
  leavesOf,
  valueAt,
} from "./definitions.ts";
import { evidenceOf, shownName } from "./evidence.ts";
import {
  type FoundUse,
  type Problem,
  readTemplates,
  type Template,
  templateOf,
  type Templates,
} from "./read_templates.ts";
import type { Path } from "./origins.ts";
import { type FileOfSource, type Source, textOf } from "./source.ts";

/** A variable of the source. */
export interface Variable {
  /** As a template writes it, without the first dot: `work.token`; `[]` for each element of a list. */
  readonly name: string;
  readonly path: Path;
  readonly proposal: Proposal;
  readonly definitions: readonly Definition[];
  readonly uses: readonly FoundUse[];
  /** `undefined`: templates need it and nothing defines it. `unused`: no template reads it. */
  readonly state: "used" | "unused" | "undefined";
  /** Its value here, never to be told; `undefined` when it has none. */
  readonly value: unknown;
}

/** All that the audit found. */
export interface Audit {
  readonly source: Source;
  readonly templates: Templates;
  readonly dataFiles: readonly DataFile[];
  readonly variables: readonly Variable[];
  /** How many of chezmoi's own variables templates use. */
  readonly builtins: readonly string[];
  readonly clear: readonly Clear[];
  /** `undefined` when it was not searched. */
  readonly history: readonly Clear[] | undefined;
  readonly problems: readonly Problem[];
}

/** Looks at a source: its variables, and what is in the clear. */
export async function audit(
  source: Source,
  classes: Classes,
  { history }: { readonly history: boolean },
): Promise<Audit> {
  const { templates, dataFiles, problems } = await readSource(source);
  const data = await chezmoiData(source.directory);
  const configuration = await configurationFile(data);
  if (data === undefined) {
    problems.push({
      path: source.directory,
      line: undefined,
      reason: "`chezmoi data` fails: values of this host are not known, `chezmoi data` says why",
    });
  }
  const definitions = [
    ...dataFiles.flatMap(definedIn),
    ...(configuration === undefined ? [] : definedInConfiguration(configuration)),
    ...definedByTemplates(templates),
  ];
  const seen = { data, dataFiles, definitions, templates, classes };
  const variables = variablesOf(seen);
  const values = variables.flatMap(valuesToFind);
  const files = searchFiles(source, values);
  const past = history ? await searchHistory(source, values) : undefined;
  const unsearched = new Set([...files.unsearched, ...past?.unsearched ?? []]);
  return {
    source,
    templates,
    dataFiles,
    variables,
    builtins: [...new Set(templates.uses.filter(isBuiltin).map(({ path }) => shownName(path)))]
      .sort(),
    clear: [...files.found, ...clearDefinitions(variables, files.found)],
    history: past?.found,
    problems: [
      ...problems,
      ...[...unsearched].map((path) => ({
        path,
        line: undefined,
        reason: "too large to be searched",
      })),
    ],
  };
}

async function readSource(source: Source): Promise<{
  readonly templates: Templates;
  readonly dataFiles: readonly DataFile[];
  readonly problems: Problem[];
}> {
  const parsed: Template[] = [];
  const problems: Problem[] = [];
  const data: (FileOfSource & { readonly text: string })[] = [];
  for (const file of source.files) {
    if (file.kind === "ignored" || !file.isTemplate && !file.isModify && file.kind !== "data") {
      continue;
    }
    const text = textOf(source, file);
    if (text === undefined) continue;
    if (file.kind === "data") data.push({ ...file, text });
    const template = templateOf(file, text);
    if (template !== undefined) {
      "reason" in template ? problems.push(template) : parsed.push(template);
    }
  }
  const values = await readsAs(data.map(({ path, format = "" }) => ({
    path: `${source.directory}/${path}`,
    format,
  })));
  const dataFiles = data.map(({ path, format = "", text, isIgnoredByGit }, at) => ({
    ...{ path, format, text, isIgnoredByGit, value: values[at] },
  }));
  for (const { path, value, format } of dataFiles) {
    if (isMap(value)) continue;
    problems.push({ path, line: undefined, reason: `chezmoi cannot read it as ${format}` });
  }
  return { templates: readTemplates(parsed, problems, source.root), dataFiles, problems };
}

/** This host's own configuration file, where `chezmoi data` says it is. */
async function configurationFile(data: unknown): Promise<DataFile | undefined> {
  const path = valueAt(data, ["chezmoi", "configFile"]);
  if (typeof path !== "string") return undefined;
  const text = readText(path);
  if (text === undefined) return undefined;
  const format = path.slice(path.lastIndexOf(".") + 1);
  const [value] = await readsAs([{ path, format }]);
  const home = environment("HOME");
  const shown = home !== undefined && path.startsWith(`${home}/`)
    ? `~${path.slice(home.length)}`
    : path;
  return { path: shown, format, text, value };
}

interface Seen {
  readonly data: unknown;
  readonly dataFiles: readonly DataFile[];
  readonly definitions: readonly Definition[];
  readonly templates: Templates;
  readonly classes: Classes;
}

function variablesOf(
  { data, dataFiles, definitions, templates, classes }: Seen,
): readonly Variable[] {
  const known = leavesOf(data).map(([path]) => path).filter(([first]) => first !== "chezmoi");
  const uses = templates.uses.filter((use) => !isBuiltin(use) && use.path.length > 0);
  const leaves = new Map<string, Path>();
  for (const path of [...definitions.map(({ path }) => path), ...known]) {
    if (path.length > 0) leaves.set(path.join("\0"), path);
  }
  const defined = new Set(leaves.keys());
  const inner = innerPaths([...leaves.values(), ...uses.map(({ path }) => path)]);
  for (const { path } of uses) {
    // A map is told of by what is in it, an element of what is defined by the whole.
    const isElement = path.some((_, at) => defined.has(path.slice(0, at).join("\0")));
    if (!isElement && !inner.has(path.join("\0"))) leaves.set(path.join("\0"), path);
  }
  const byLeaf = indexUses([...leaves.values()], templates.uses);
  const definedAt = Map.groupBy(definitions, ({ path }) => path.join("\0"));
  return [...leaves].map(([key, path]): Variable => {
    const defined = definedAt.get(key) ?? [];
    const used = byLeaf.get(key) ?? [];
    const values = [data, ...dataFiles.map(({ value }) => value)].map((each) => valueAt(each, path))
      .filter((value) => value !== undefined && value !== null);
    const isDefined = defined.length > 0 || values.length > 0 ||
      path.some((_, at) => at > 0 && definedAt.has(path.slice(0, at).join("\0")));
    return {
      name: shownName(path),
      path,
      proposal: proposalFor(path, values, defined, used, classes),
      definitions: defined,
      uses: used,
      state: used.length === 0 ? "unused" : isDefined ? "used" : "undefined",
      value: values[0],
    };
  }).sort((a, b) => a.name < b.name ? -1 : 1);
}

function proposalFor(
  path: Path,
  values: readonly unknown[],
  defined: readonly Definition[],
  used: readonly FoundUse[],
  classes: Classes,
): Proposal {
  const name = shownName(path);
  const isPrivate = ({ template: { file } }: FoundUse): boolean => file.isPrivate;
  return decideClass({
    ...evidenceOf(path, values),
    decided: classes.get(name),
    isBuiltin: path[0] === "chezmoi",
    isManaged: defined.some(({ kind }) => kind === "manager"),
    isPrompted: defined.some(({ kind }) => kind === "prompt"),
    isPersonal: /e?mail|phone|address|birth/i.test(name) ||
      values.some((value) => typeof value === "string" && /^[^\s@]+@[^\s@]+\.\w+$/.test(value)),
    inPrivate: used.filter(isPrivate).length,
    inOpen: used.filter((use) => !isPrivate(use)).length,
    decides: used.some(({ decides }) => decides),
  });
}

/** The uses of each variable: of itself, of what is in it, and of all that it is in as a whole. */
function indexUses(
  leaves: readonly Path[],
  uses: readonly FoundUse[],
): ReadonlyMap<string, readonly FoundUse[]> {
  const exact = Map.groupBy(uses, ({ path }) => path.join("\0"));
  const below = new Map<string, FoundUse[]>();
  for (const use of uses) {
    for (const at of use.path.keys()) {
      const key = use.path.slice(0, at).join("\0");
      const found = below.get(key);
      found === undefined ? below.set(key, [use]) : found.push(use);
    }
  }
  return new Map(leaves.map((leaf) => {
    const above = leaf.flatMap((_, at) => exact.get(leaf.slice(0, at).join("\0")) ?? [])
      .filter(({ isWhole }) => isWhole);
    // An element of a map that is looked up by a key which no text tells.
    const starred = leaf.length < 2 ? [] : [
      exact.get([...leaf.slice(0, -1), "*"].join("\0")) ?? [],
      exact.get([...leaf.slice(0, -2), "*", leaf.at(-1) ?? ""].join("\0")) ?? [],
    ].flat();
    const own = exact.get(leaf.join("\0")) ?? [];
    return [leaf.join("\0"), [
      ...new Set([...own, ...below.get(leaf.join("\0")) ?? [], ...starred, ...above]),
    ]];
  }));
}

function innerPaths(paths: readonly Path[]): ReadonlySet<string> {
  return new Set(paths.flatMap((path) => path.map((_, at) => path.slice(0, at).join("\0"))));
}

function isBuiltin({ path }: { readonly path: Path }): boolean {
  return path[0] === "chezmoi";
}

/** The text of a secret that is long enough to be looked for. */
function valuesToFind({ proposal, value, path, name }: Variable): readonly Value[] {
  if (proposal.class !== "secret" || typeof value !== "string") return [];
  const { value: looks } = evidenceOf(path, [value]);
  const text = value.trim();
  return looks === "reference" || looks === "empty" || text.length < shortestValue
    ? []
    : [[text, name]];
}

/** Secrets that a file of the repository gives a value, where no search found it. */
function clearDefinitions(
  variables: readonly Variable[],
  found: readonly Clear[],
): readonly Clear[] {
  const places = new Set(found.map(({ path, line }) => `${path}:${line}`));
  return variables.filter(({ proposal }) => proposal.class === "secret").flatMap((variable) => {
    const { value } = evidenceOf(variable.path, [variable.value]);
    if (value === "reference" || value === "empty") return [];
    return variable.definitions
      .filter(({ kind, file, line }) => kind === "data-file" && !places.has(`${file}:${line ?? 1}`))
      .map(({ file, line }) => ({
        ...{ path: file, line: line ?? 1, rule: "variable", variable: variable.name },
      }));
  });
}
