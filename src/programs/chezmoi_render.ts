import { makeTemporaryDirectory, removeTree } from "../host/files.ts";
import { capture, type Output } from "../host/process.ts";
import { unattended } from "./unattended.ts";

/** Bound in milliseconds on one call; templates may run programs. */
const bound = 120_000;

/** Where a call of chezmoi finds things, other than by its own settings. */
export interface Rendering {
  readonly source: string;
  /** A JSON file whose content goes over the data. */
  readonly data?: string;
  /** A directory for the cache and the state. */
  readonly scratch: string;
}

/**
 * All of chezmoi's data: what the source and this host's configuration say, and what it knows itself.
 * No template is executed for it. `undefined` when it cannot be had; what chezmoi says then may quote
 * values, and is not told.
 */
export async function chezmoiData(source: string): Promise<unknown> {
  return await inScratch(async (scratch) =>
    await jsonOf(["--source", source, ...aside(scratch), "data", "--format=json"])
  );
}

/** What a file of data says, as chezmoi itself reads it; `undefined` for one it cannot read. */
export async function readsAs(
  files: readonly { readonly path: string; readonly format: string }[],
): Promise<readonly unknown[]> {
  return await inScratch(async (scratch) => {
    const line = ({ path, format }: { path: string; format: string }): string =>
      `{{ include ${JSON.stringify(path)} | ${decoders[format] ?? "fromYaml"} | toJson }}`;
    const call = async (template: string): Promise<unknown> =>
      await jsonOf(
        [
          ...["--source", scratch, "--destination", scratch, "--config", "/dev/null"],
          ...["--config-format", "toml", ...aside(scratch), "execute-template"],
        ],
        template,
      );
    if (files.length === 0) return [];
    // A bad one fails them all, and then each is asked for alone.
    const all = await call(`[${files.map(line).join(",")}]`);
    if (Array.isArray(all)) return all;
    const each: unknown[] = [];
    for (const file of files) each.push(await call(line(file)));
    return each;
  });
}

const decoders: Readonly<Record<string, string>> = {
  json: "fromJson",
  jsonc: "fromJsonc",
  toml: "fromToml",
  yaml: "fromYaml",
  yml: "fromYaml",
};

/** Every target as it would be, scripts too; `undefined` when one of them cannot be worked out. */
export async function dumpTargets(
  { source, data, scratch }: Rendering,
  withEncrypted: boolean,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const dumped = await jsonOf([
    ...["--source", source, ...aside(scratch), ...over(data)],
    ...["dump", "--format=json", `--exclude=externals${withEncrypted ? "" : ",encrypted"}`],
  ]);
  return typeof dumped === "object" && dumped !== null
    ? dumped as Readonly<Record<string, unknown>>
    : undefined;
}

/** What one template of the source comes to, byte for byte. */
export async function renderFile(
  path: string,
  { source, data, scratch }: Rendering,
): Promise<Uint8Array | undefined> {
  const output = await call([
    ...["--source", source, ...aside(scratch), ...over(data)],
    ...["execute-template", "--file", path],
  ]);
  return output.status === 0 && !output.timedOut ? output.bytes : undefined;
}

function aside(scratch: string): string[] {
  return [`--persistent-state=${scratch}/state.boltdb`, `--cache=${scratch}/cache`];
}

function over(data: string | undefined): string[] {
  return data === undefined ? [] : ["--override-data-file", data];
}

async function jsonOf(args: readonly string[], stdin?: string): Promise<unknown> {
  const output = await call(args, stdin);
  if (output.status !== 0 || output.timedOut) return undefined;
  try {
    return JSON.parse(output.stdout);
  } catch {
    return undefined;
  }
}

async function call(args: readonly string[], stdin?: string): Promise<Output> {
  return await capture({
    argv: ["chezmoi", "--no-tty", "--no-pager", "--color=false", "--progress=false", ...args],
    env: unattended,
    timeout: bound,
    stdin,
  });
}

/** Does something with a directory that goes away. */
export async function inScratch<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = makeTemporaryDirectory("holdfast-audit-");
  try {
    return await work(directory);
  } finally {
    removeTree(directory);
  }
}
