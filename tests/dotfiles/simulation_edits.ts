import type { Host } from "../support/sandbox.ts";
import type { Random } from "./random.ts";

/** What every edit leaves: a word that is nowhere else, so that it can be traced. */
export function tokensIn(text: string): Set<string> {
  return new Set(text.match(/~[a-z]\d+~/g));
}

/** All tokens of a run: which there are, and which somebody removed on purpose. */
export class Ledger {
  #made = 0;
  /** Why it may be missing, by token. */
  readonly gone = new Map<string, string>();

  get made(): number {
    return this.#made;
  }

  next(host: string): string {
    return `~${host}${++this.#made}~`;
  }

  /** Notes the tokens that a change of a text took out. */
  changed(from: string, to: string, why: string): void {
    const left = tokensIn(to);
    for (const token of tokensIn(from)) if (!left.has(token)) this.gone.set(token, why);
  }
}

/** A managed file: its path in the home and in the source directory. */
export interface Managed {
  readonly name: string;
  readonly source: string;
}

/** The files that chezmoi manages on a host; its own view, not ours. */
export async function managedOn(host: Host): Promise<Managed[]> {
  const listed = await host.chezmoi(
    ...["managed", "--format=json", "--path-style=all", "--include=files"],
  );
  const rows = Object.entries(JSON.parse(listed)) as [string, { sourceAbsolute: string }][];
  return rows.map(([name, { sourceAbsolute }]) => ({
    name,
    source: sourceAbsolute.slice(host.source.length + 1),
  }));
}

/** The bytes of a file, one character per byte; `undefined` when it is not there. */
export function bytesAt(path: string): string | undefined {
  try {
    return String.fromCharCode(...Deno.readFileSync(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Names that are hard on one of the programs in between. */
const names = [
  ".bashrc",
  ".config/app one/settings.conf",
  ".config/deep/er/still/.hidden",
  "bin/tool",
  "notes/über läßt 日本.txt",
  "private_notes",
  "dot_looks like.tmpl",
  `it's "quoted".conf`,
  "back\\slash ~tilde",
  "$HOME *?[a].txt",
  ".picture.bin",
];

/** Creates the first files on the first host. */
export async function writeFirstFiles(host: Host, ledger: Ledger): Promise<void> {
  for (const name of names) {
    await host.write(
      name,
      firstText(name, ledger.next(host.name)),
      /tool/.test(name) ? 0o755 : 0o644,
    );
  }
  await host.chezmoi("add", ...names.map((name) => host.path(name)));
}

function firstText(name: string, token: string): string {
  if (name.includes(".bin")) return `\0\x01 ${token} \0`;
  const lines = Array.from({ length: 16 }, (_, line) => `line ${line} \xc3\xbc of ${token}`);
  return lines.join("\n") + "\n";
}

/** Creates a new file and adds it. */
async function addFile(host: Host, random: Random, ledger: Ledger): Promise<string> {
  const token = ledger.next(host.name);
  const directory = random.pick(["", ".config/new/", "a b/ü/", "notes/"]);
  const name = `${directory}${random.pick([".", "", "run_", "x "])}${token}` +
    random.pick(["", ".bin", ".tmpl", ".txt"]);
  await host.write(name, firstText(name, token), random.pick([0o644, 0o644, 0o600, 0o755]));
  await host.chezmoi("add", host.path(name));
  return `add ${name}`;
}

/** Stops managing a file and deletes it here. */
async function forgetFile(host: Host, file: Managed, ledger: Ledger): Promise<string> {
  const before = [host.path(file.name), `${host.source}/${file.source}`].map(bytesAt).join("");
  await host.chezmoi("forget", "--force", host.path(file.name));
  await host.remove(file.name).catch(() => {});
  ledger.changed(before, "", `${host.name} forgot ${file.name}`);
  return `forget ${file.name}`;
}

/** Manages a file again that some host forgot: this host's own copy, or a new file of that name. */
async function addAgain(
  host: Host,
  name: string,
  random: Random,
  ledger: Ledger,
): Promise<string> {
  if (bytesAt(host.path(name)) === undefined) {
    await host.write(name, firstText(name, ledger.next(host.name)));
  } else if (random.chance(0.5)) editHome(host, name, random, ledger);
  await host.chezmoi("add", host.path(name));
  return `add ${name} again`;
}

/** What a person knows who edits. */
export interface Known {
  /** Names that were deleted in this home. */
  readonly deleted: Set<string>;
  /** Source paths that are parked here. */
  readonly parked: readonly string[];
  /** Names that some host stopped managing, whether one may come back, and those that did. */
  readonly forgotten: Set<string>;
  readonly mayComeBack: (name: string) => boolean;
  readonly addedAgain: Set<string>;
}

/** Changes one thing on a host, in the home or in the source; says what. */
export async function editSomething(
  host: Host,
  known: Known,
  random: Random,
  ledger: Ledger,
): Promise<string> {
  const files = await managedOn(host);
  const there = files.filter(({ name }) => !known.deleted.has(name));
  if (there.length < 4) return await addFile(host, random, ledger);
  const parked = there.filter(({ source }) => known.parked.includes(source));
  if (parked.length > 0 && random.chance(0.25)) {
    return `parked: ${editHome(host, random.pick(parked).name, random, ledger)}`;
  }
  const forgotten = [...known.forgotten].filter((name) =>
    known.mayComeBack(name) && files.every((file) => file.name !== name)
  );
  if (forgotten.length > 0 && random.chance(0.15)) {
    const name = random.pick(forgotten);
    known.addedAgain.add(name);
    return await addAgain(host, name, random, ledger);
  }
  // The first files are edited more often than others, so that edits collide.
  const file = random.chance(0.5) ? random.pick(there.slice(0, 3)) : random.pick(there);
  const what = random.weighted({
    ...{ home: 66, add: 7, forget: 5, mode: 8, delete: 2, source: 7, commitJj: 3, commitGit: 2 },
  });
  switch (what) {
    case "home":
      return editHome(host, file.name, random, ledger);
    case "add":
      return await addFile(host, random, ledger);
    case "forget":
      known.forgotten.add(file.name);
      return await forgetFile(host, file, ledger);
    case "mode": {
      const mode = random.pick([0o600, 0o644, 0o755, 0o700]);
      await Deno.chmod(host.path(file.name), mode);
      return `mode ${mode.toString(8)} of ${file.name}`;
    }
    case "delete":
      await host.remove(file.name);
      known.deleted.add(file.name);
      return `delete ${file.name} in the home only`;
    case "source":
      return editSource(host, file.source, random, ledger);
    case "commitJj": {
      const done = editSource(host, file.source, random, ledger);
      await host.jj("commit", "-m", "A person's edit");
      return `${done}, committed with jj`;
    }
    case "commitGit": {
      const done = editSource(host, file.source, random, ledger);
      await host.git("commit", "-q", "-a", "-m", "A person's edit");
      return `${done}, committed with git`;
    }
  }
}

/** Edits a file of the home in one step, as an editor that writes safely does. */
export function editHome(host: Host, name: string, random: Random, ledger: Ledger): string {
  return editAt(host, host.path(name), random, ledger);
}

/** Edits a file of the source directory, as `chezmoi edit` does. */
function editSource(host: Host, source: string, random: Random, ledger: Ledger): string {
  return editAt(host, `${host.source}/${source}`, random, ledger);
}

function editAt(host: Host, path: string, random: Random, ledger: Ledger): string {
  const before = bytesAt(path);
  if (before === undefined) return `(no ${path})`;
  const token = ledger.next(host.name);
  const { text, what } = altered(before, token, random);
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  // The temporary file is outside the source, where jj would take it in.
  const temporary = `${host.environment.TMPDIR}/edited-${token}`;
  Deno.writeFileSync(temporary, bytes, { mode: 0o600 });
  Deno.chmodSync(temporary, (Deno.statSync(path).mode ?? 0) & 0o777);
  Deno.renameSync(temporary, path);
  ledger.changed(before, text, `${host.name}: ${what} ${path} ${token}`);
  return `${what} in ${path.slice(host.home.length + 1)}: ${token}`;
}

function altered(text: string, token: string, random: Random): { text: string; what: string } {
  if (text.includes("\0")) return { text: `\0\xff ${token} \0`, what: "write bytes" };
  const lines = text.replace(/\n$/, "").split("\n");
  // Some places are edited much more often than others, so that edits collide.
  const at = random.chance(0.3) ? 0 : random.below(lines.length);
  const whole = (changed: string[]): string => changed.join("\n") + "\n";
  const line = `line ${at} by ${token}`;
  const what = random.weighted({
    line: 55,
    append: 15,
    insert: 10,
    delete: 8,
    rewrite: 5,
    open: 3,
  });
  switch (what) {
    case "line":
      return { text: whole(lines.with(at, line)), what: `line ${at}` };
    case "append":
      return { text: whole([...lines, line]), what };
    case "insert":
      return { text: whole(lines.toSpliced(at, 0, line)), what: `insert at ${at}` };
    case "delete":
      return lines.length < 4
        ? { text: whole(lines.with(at, line)), what: `line ${at}` }
        : { text: whole(lines.toSpliced(at, 1)), what: `delete line ${at}` };
    case "rewrite":
      return { text: firstText("", token), what };
    case "open":
      return { text: [...lines, line].join("\n"), what: "append without newline" };
  }
}
