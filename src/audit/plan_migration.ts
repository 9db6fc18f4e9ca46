import { readText } from "../host/files.ts";
import type { Audit, Variable } from "./audit.ts";
import { withoutKey } from "./data_edit.ts";
import { decideMove, type Move, type SecretUse } from "./decide_move.ts";
import { valueAt } from "./definitions.ts";
import type { FoundUse } from "./read_templates.ts";

/** A secret that is moved. */
export interface MovedSecret {
  readonly variable: Variable;
  /** Its name below the secrets' directory on the host, as `dotfiles/work_token`. */
  readonly secret: string;
  readonly value: string;
}

/** What a migration would do. */
export interface MigrationPlan {
  readonly moved: readonly MovedSecret[];
  readonly refused: readonly { readonly name: string; readonly reasons: readonly string[] }[];
  readonly kept: readonly { readonly name: string; readonly reason: string }[];
  /** Of a file that templates are in: the text with secrets read from below this directory. */
  rewritten(secretsDirectory: string): ReadonlyMap<string, string>;
  /** The files of data without the secrets. */
  readonly data: ReadonlyMap<string, string>;
}

/** Plans to move all that is classed secret and can be moved. */
export function planMigration(found: Audit, prefix: string): MigrationPlan {
  const secrets = found.variables.filter(({ proposal }) => proposal.class === "secret");
  const names = new Map<string, string>();
  const moved: MovedSecret[] = [];
  const refused: { name: string; reasons: readonly string[] }[] = [];
  const kept: { name: string; reason: string }[] = [];
  for (const variable of secrets) {
    const secret = `${prefix}/${secretName(variable)}`;
    const move = moveOf(variable, found, names.get(secret));
    if (move.kind === "kept") kept.push({ name: variable.name, reason: move.reason });
    else if (move.kind === "refuse") refused.push({ name: variable.name, reasons: move.reasons });
    else {
      names.set(secret, variable.name);
      moved.push({ variable, secret, value: String(variable.value) });
    }
  }
  const data = new Map<string, string>();
  for (const secret of [...moved]) {
    const file = withoutDefinitions(found, secret.variable, data);
    if (file === undefined) continue;
    moved.splice(moved.indexOf(secret), 1);
    const reason = `${file}: its line cannot be taken out by a program: take it out by hand`;
    refused.push({ name: secret.variable.name, reasons: [reason] });
  }
  return { moved, refused, kept, data, rewritten: (directory) => rewrite(moved, directory) };
}

/** A name that is a file's, a key's of YAML and an attribute's of Nix. */
function secretName({ path }: Variable): string {
  return path.join("_").replace(/[^A-Za-z0-9_-]/g, "_");
}

function moveOf(variable: Variable, found: Audit, namesake: string | undefined): Move {
  const { value, uses, definitions, name, path } = variable;
  const { templates: { deciding, uses: all } } = found;
  const spans = Map.groupBy(all, ({ template, start }) => `${template.file.path}\0${start}`);
  const given = found.dataFiles.map((file) => valueAt(file.value, path)).filter((each) =>
    each !== undefined
  );
  const described = uses.map((use): SecretUse => {
    const { file } = use.template;
    const same = spans.get(`${file.path}\0${use.start}`) ?? [];
    const deciders = deciding.get(file.path);
    return {
      file: file.path,
      line: use.template.placeOf(use.start)[0],
      kind: file.kind === "config-template" || file.kind === "target" || file.kind === "script"
        ? file.kind
        : "other",
      runsOnChange: file.runsOnChange,
      isItself: isItself(use, variable),
      isField: use.isField,
      isCopy: use.isCopy,
      decides: use.decides,
      isRebound: use.isRebound,
      decidingVariable: use.givenTo.find((each) => deciders?.has(each)),
      isShared: same.some((each) => each.path.join("\0") !== use.path.join("\0")),
    };
  });
  return decideMove({
    name,
    value: value === undefined
      ? "missing"
      : typeof value !== "string"
      ? "not-text"
      : value.trim() === ""
      ? "empty"
      : value.trim() !== value
      ? "spaces-at-the-ends"
      : new Set(given).size > 1
      ? "differs-by-file"
      : "text",
    uses: described,
    definitions,
    namesake,
  });
}

function isItself({ path }: FoundUse, variable: Variable): boolean {
  return path.join("\0") === variable.path.join("\0");
}

function rewrite(moved: readonly MovedSecret[], directory: string): ReadonlyMap<string, string> {
  const edits = moved.flatMap(({ variable, secret }) =>
    variable.uses.filter(({ isCopy }) => !isCopy).map((use) => ({
      use,
      file: `${directory}/${secret}`,
    }))
  );
  const byTemplate = Map.groupBy(edits, ({ use }) => use.template);
  return new Map([...byTemplate].map(([template, all]) => {
    // From the end, so that places before stay where they are; nested templates may be read twice.
    const places = [...new Map(all.map((each) => [each.use.start, each])).values()]
      .sort((a, b) => b.use.start - a.use.start);
    let text = template.content;
    for (const { use, file } of places) {
      const pipeline = `include ${JSON.stringify(file)} | trim`;
      text = text.slice(0, template.originalOf(use.start)) +
        (use.isAlone ? pipeline : `(${pipeline})`) +
        text.slice(template.originalOf(use.end - 1) + 1);
    }
    return [template.file.path, text];
  }));
}

/** Takes a variable out of the files of data; the file in which that cannot be done. */
function withoutDefinitions(
  { dataFiles, source }: Audit,
  { definitions, path }: Variable,
  data: Map<string, string>,
): string | undefined {
  const edited = new Map<string, string>();
  for (const { kind, file } of definitions) {
    if (kind !== "data-file") continue;
    const format = dataFiles.find((each) => each.path === file)?.format ?? "";
    const text = edited.get(file) ?? data.get(file) ?? readText(`${source.directory}/${file}`) ??
      "";
    const without = withoutKey(text, format, path);
    if (without === undefined) return file;
    edited.set(file, without);
  }
  for (const [file, text] of edited) data.set(file, text);
  return undefined;
}
