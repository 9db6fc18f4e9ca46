import {
  makeDirectory,
  namesIn,
  parentOf,
  readBytes,
  writeDurably,
  writeText,
} from "../host/files.ts";
import { run } from "../host/process.ts";
import {
  dumpTargets,
  inScratch,
  readsAs,
  renderFile,
  type Rendering,
} from "../programs/chezmoi_render.ts";
import type { Audit } from "./audit.ts";
import { isMap } from "./definitions.ts";
import type { MigrationPlan, MovedSecret } from "./plan_migration.ts";
import type { Path } from "./origins.ts";

/** What the check came to. */
export type Checked =
  | { readonly kind: "same"; readonly targets: number; readonly warnings: readonly string[] }
  | { readonly kind: "differs"; readonly reasons: readonly string[] };

/** One way to fill the secrets in; `poison` is what must appear nowhere after the migration. */
const fillings = ["plain", "odd"] as const;

/**
 * Renders a copy of the source before and after with made-up secrets, twice, and once more with data
 * that no template may read any more: every target has to be the same, byte for byte.
 */
export async function checkMigration(found: Audit, plan: MigrationPlan): Promise<Checked> {
  return await inScratch(async (scratch) => {
    const source = `${scratch}/source`;
    await copySource(found, source);
    const wrong = [...foreign(found, plan), ...await checkData(found, plan, scratch)];
    if (wrong.length > 0) return { kind: "differs", reasons: wrong };
    const secrets = `${scratch}/secrets`;
    const files = [...plan.rewritten(secrets)];
    const paths = files.map(([path]) => path);
    const before = await renderEach(fillings, { plan, scratch, secrets, source, paths });
    for (const [path, text] of [...files, ...plan.data]) writeText(`${source}/${path}`, text);
    const after = await renderEach(fillings, { plan, scratch, secrets, source, paths, bare: true });
    const poisoned = await renderEach(["poison"], { plan, scratch, secrets, source, paths });
    return compare(found, before, [...after, ...poisoned], paths);
  });
}

interface Rendered {
  /** As text to be compared; `undefined` when chezmoi could not work all of them out. */
  readonly all: ReadonlyMap<string, string> | undefined;
  readonly encrypted: boolean;
  readonly files: ReadonlyMap<string, string | undefined>;
}

interface Stage {
  readonly plan: MigrationPlan;
  readonly scratch: string;
  readonly secrets: string;
  readonly source: string;
  readonly paths: readonly string[];
  /** The data has no secrets: they are read from files. */
  readonly bare?: true;
}

async function renderEach(
  names: readonly string[],
  { plan, scratch, secrets, source, paths, bare }: Stage,
): Promise<readonly Rendered[]> {
  const rendered: Rendered[] = [];
  for (const name of names) {
    // What is in the files for the poisoned data is the first filling.
    for (const [at, { secret }] of plan.moved.entries()) {
      makeDirectory(parentOf(`${secrets}/${secret}`));
      writeDurably(`${secrets}/${secret}`, madeUp(name === "poison" ? "plain" : name, at));
    }
    const data = `${scratch}/data.json`;
    writeText(data, JSON.stringify(bare ? {} : nested(plan.moved, name)));
    const how: Rendering = { source, data, scratch };
    const whole = await dumpTargets(how, true);
    const all = whole ?? await dumpTargets(how, false);
    const files = new Map<string, string | undefined>();
    for (const path of paths) {
      const bytes = await renderFile(`${source}/${path}`, how);
      files.set(path, bytes && new TextDecoder("latin1").decode(bytes));
    }
    rendered.push({
      all: all && new Map(Object.entries(all).map(([path, each]) => [path, JSON.stringify(each)])),
      encrypted: whole !== undefined,
      files,
    });
  }
  return rendered;
}

function compare(
  found: Audit,
  before: readonly Rendered[],
  after: readonly Rendered[],
  paths: readonly string[],
): Checked {
  const reasons = new Set<string>();
  const warnings = new Set<string>();
  let targets = 0;
  for (const [at, now] of after.entries()) {
    // The poisoned one comes last, and is to be as the first.
    const was = before[at % before.length] as Rendered;
    for (const path of paths) {
      const [old, text] = [was.files.get(path), now.files.get(path)];
      if (old !== text) reasons.add(`${path} would not be rendered as before`);
      if (old === undefined && was.all === undefined) {
        reasons.add(`${path} cannot be rendered here, so that it cannot be compared`);
      }
    }
    if (was.all === undefined) {
      warnings.add("not all targets can be worked out here: only what is rewritten was compared");
      if (
        found.templates.templates.some(({ file }) =>
          file.kind === "shared-template" && paths.includes(file.path)
        )
      ) {
        reasons.add("a shared template is rewritten, and not all targets can be worked out here");
      }
      continue;
    }
    targets = was.all.size;
    const names = new Set([...was.all.keys(), ...now.all?.keys() ?? []]);
    if (now.all === undefined) reasons.add("afterwards not all targets could be worked out");
    else {
      for (const name of names) {
        if (was.all.get(name) !== now.all.get(name)) reasons.add(`the target ${name} would differ`);
      }
    }
  }
  const hidden = found.source.files.filter(({ isEncrypted, isTemplate }) =>
    isEncrypted && isTemplate
  );
  if (hidden.length > 0 && before.some(({ encrypted }) => !encrypted)) {
    reasons.add(
      `${
        hidden[0]?.path
      } is an encrypted template that cannot be decrypted here: whether it reads a ` +
        "secret is not known",
    );
  }
  if (reasons.size > 0) return { kind: "differs", reasons: [...reasons] };
  return { kind: "same", targets, warnings: [...warnings] };
}

/** Templates that are not UTF-8: they cannot be written as they were read. */
function foreign({ source, templates }: Audit, plan: MigrationPlan): readonly string[] {
  const rewritten = plan.rewritten("/");
  return templates.templates.flatMap(({ file: { path }, content }) => {
    if (!rewritten.has(path)) return [];
    const bytes = readBytes(`${source.directory}/${path}`);
    const same = new TextEncoder().encode(content);
    const isSame = bytes?.length === same.length && same.every((byte, at) => byte === bytes[at]);
    return isSame ? [] : [`${path} is not UTF-8`];
  });
}

/** Whether each file of data says what it said, less the secrets. */
async function checkData(
  { dataFiles }: Audit,
  { data, moved }: MigrationPlan,
  scratch: string,
): Promise<readonly string[]> {
  const files = [...data].map(([path, text], at) => {
    const { format = "", value } = dataFiles.find((file) => file.path === path) ?? {};
    const copy = `${scratch}/data-${at}.${format}`;
    writeText(copy, text);
    return { path, format, value, copy };
  });
  const now = await readsAs(files.map(({ copy, format }) => ({ path: copy, format })));
  return files.flatMap(({ path, value }, at) => {
    const expected = moved.reduce((rest, { variable }) => without(rest, variable.path), value);
    return canonical(now[at]) === canonical(expected) ? [] : [
      `${path}: the lines of the secrets cannot be taken out by a program: take them out by hand`,
    ];
  });
}

function without(value: unknown, [first, ...rest]: Path): unknown {
  if (!isMap(value) || first === undefined) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      if (key !== first) return [[key, each]];
      return rest.length === 0 ? [] : [[key, without(each, rest)]];
    }),
  );
}

/** A value as text, in which a map that is empty and none at all are the same. */
function canonical(value: unknown): string {
  if (value === null || value === undefined || value === "") return "{}";
  if (!isMap(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, each]) => [key, canonical(each)] as const)
    .filter(([, each]) => each !== "{}");
  return `{${entries.map((each) => each.join(":")).sort().join(",")}}`;
}

function nested(moved: readonly MovedSecret[], filling: string): unknown {
  const whole: Record<string, unknown> = {};
  for (const [at, { variable: { path } }] of moved.entries()) {
    let here = whole;
    for (const key of path.slice(0, -1)) here = (here[key] ??= {}) as Record<string, unknown>;
    here[path.at(-1) ?? ""] = madeUp(filling, at);
  }
  return whole;
}

/** A made-up secret: letters and digits, or all that quoting has to bear. */
function madeUp(filling: string, at: number): string {
  if (filling === "odd") return `o"d'd ${at} \\n<é&>$\{x}{{ .y }}%s#;\tend`;
  return `${filling}-${at}-0123456789abcdef`;
}

async function copySource({ source: { directory } }: Audit, to: string): Promise<void> {
  makeDirectory(to);
  const names = namesIn(directory).filter((name) => name !== ".git" && name !== ".jj");
  const entries = names.map((name) => `${directory}/${name}`);
  if (entries.length === 0) return;
  await run({ argv: ["cp", "-a", "--", ...entries, to], timeout: 120_000 });
}
