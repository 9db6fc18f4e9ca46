import type { Audit, Variable } from "./audit.ts";
import type { Clear } from "./clear.ts";
import type { Definition } from "./definitions.ts";
import type { FoundUse } from "./read_templates.ts";

/** How many places are told of one by one. */
const shown = 4;

/** The audit for scripts. */
export function auditAsJson({ source, templates, variables, ...rest }: Audit): unknown {
  return {
    source: source.directory,
    root: source.root,
    templates: templates.templates.length,
    variables: variables.map(({ name, proposal, definitions, uses, state }) => ({
      name,
      class: proposal.class,
      by: proposal.by,
      reason: proposal.reason,
      state,
      definitions: definitions.map(({ kind, file, line }) => ({ kind, file, line: line ?? null })),
      uses: placesOf(uses),
    })),
    builtins: rest.builtins,
    clear: rest.clear,
    history: rest.history ?? null,
    problems: rest.problems.map(({ path, line, reason }) => ({ path, line: line ?? null, reason })),
  };
}

/** The audit in lines for a person. */
export function auditAsText({ source, templates, variables, builtins, ...rest }: Audit): string {
  const count = (wanted: string): number =>
    variables.filter(({ proposal }) => proposal.class === wanted).length;
  const { clear, history, problems } = rest;
  return [
    `source      ${source.directory}: ${source.files.length} files, ` +
    `${templates.templates.length} templates`,
    `variables   ${variables.length}: ${count("secret")} secret, ${count("config")} config, ` +
    `${count("undecided")} undecided; ${builtins.length} of chezmoi's own`,
    ...["secret", "undecided", "config"].flatMap((wanted) =>
      variables.filter(({ proposal }) => proposal.class === wanted).flatMap(variableLines)
    ),
    clear.length === 0 ? "in clear    nothing" : `in clear    ${clear.length}`,
    ...clear.map((each) => `  ${clearLine(each)}`),
    ...(history === undefined
      ? []
      : history.length === 0
      ? ["history     nothing in the clear"]
      : [`history     ${history.length} in the clear`]),
    ...(history ?? []).map((each) => `  ${clearLine(each)}`),
    ...(problems.length === 0 ? [] : ["not read"]),
    ...problems.map(({ path, line, reason }) =>
      `  ${path}${line === undefined ? "" : `:${line}`}: ${reason}`
    ),
  ].join("\n");
}

function variableLines({ name, proposal, definitions, uses, state }: Variable): readonly string[] {
  const places = placesOf(uses).map(({ file, line }) => `${file}:${line}`);
  const used = [...new Set(places)];
  const more = used.length > shown ? ` and ${used.length - shown} more` : "";
  return [
    `  ${proposal.class.padEnd(9)} ${name}: ${proposal.reason}`,
    `            ${
      state === "undefined"
        ? "defined nowhere: templates that need it fail"
        : `defined ${definitions.map(definitionText).join(", ") || "on this host"}`
    }`,
    `            ${
      used.length === 0 ? "used nowhere" : `used ${used.slice(0, shown).join(", ")}${more}`
    }`,
  ];
}

const kinds: Readonly<Record<Definition["kind"], string>> = {
  "data-file": "",
  configuration: " (this host's configuration)",
  template: " (configuration template)",
  prompt: " (asked for by chezmoi init)",
  manager: " (a password manager)",
  builtin: "",
};

function definitionText({ kind, file, line }: Definition): string {
  return `${file}${line === undefined ? "" : `:${line}`}${kinds[kind]}`;
}

/** A finding in one line. */
export function clearLine({ path, line, rule, variable, commit }: Clear): string {
  const what = variable === undefined ? rule : `the value of ${variable}`;
  return `${path}:${line}: ${what}${commit === undefined ? "" : ` (in ${commit.slice(0, 12)})`}`;
}

function placesOf(uses: readonly FoundUse[]): readonly {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}[] {
  return uses.map(({ template, start }) => {
    const [line, column] = template.placeOf(start);
    return { file: template.file.path, line, column };
  });
}
