import type { Host, Sandbox } from "../support/sandbox.ts";
import { treeOf } from "../support/tree.ts";
import { bytesAt, type Ledger, type Managed, managedOn, tokensIn } from "./simulation_edits.ts";

/** A promise that was broken. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** What a host has before a sync. */
export interface Held {
  readonly host: Host;
  readonly managed: readonly Managed[];
  /** Tokens by the path they are in, home and source. */
  readonly tokens: ReadonlyMap<string, ReadonlySet<string>>;
  /** Tokens that somebody had removed by then. */
  readonly gone: ReadonlySet<string>;
}

/** What is in a host's managed files, and in those that were managed once. */
export async function heldBy(host: Host, names: Set<string>, ledger: Ledger): Promise<Held> {
  const managed = await managedOn(host);
  for (const { name } of managed) names.add(name);
  const paths = [
    ...[...names].map((name) => host.path(name)),
    ...managed.map(({ source }) => `${host.source}/${source}`),
  ];
  const tokens = new Map(paths.map((path) => [path, tokensIn(bytesAt(path) ?? "")]));
  return { host, managed, tokens, gone: new Set(ledger.gone.keys()) };
}

/**
 * No sync takes a token out of a home or a source unless somebody's edit had removed it.
 *
 * @param resolved given when the sync takes the remote's side at once: what lost is there
 */
export async function checkKept(
  before: Held,
  names: Set<string>,
  ledger: Ledger,
  resolved?: Sandbox,
): Promise<void> {
  const { host } = before;
  const after = await heldBy(host, names, ledger);
  const ofSource = [...after.tokens].filter(([path]) => path.startsWith(host.source));
  const inSource = new Set(ofSource.flatMap(([, found]) => [...found]));
  for (const [path, tokens] of before.tokens) {
    const left = path.startsWith(host.source) ? inSource : after.tokens.get(path);
    for (const token of tokens) {
      if (left?.has(token) || ledger.gone.has(token)) continue;
      // Source and home that were edited apart are as two hosts: what collides is on a branch.
      if (path.startsWith(host.source) && (await branchesOf(host)).has(token)) continue;
      if (resolved !== undefined && (await tokensOf(resolved)).has(token)) {
        ledger.gone.set(token, `${host.name} prefers the remote`);
        continue;
      }
      throw new Violation(`${token} left ${path}, which nobody asked for`);
    }
  }
  for (const path of after.tokens.keys()) {
    if (/<<<<<<<|>>>>>>>/.test(bytesAt(path) ?? "")) throw new Violation(`markers in ${path}`);
  }
  if (bytesAt(host.path("JJ-CONFLICT-README")) !== undefined) {
    throw new Violation(`a README of jj in the home of ${host.name}`);
  }
}

/** All tokens that can be found on the remote. */
async function tokensOf(sandbox: Sandbox): Promise<Set<string>> {
  return tokensIn([...(await sandbox.reachableBlobs()).values()].join());
}

/** The tokens in the history of a host's own branches, and of those it knows of the remote. */
async function branchesOf(host: Host): Promise<Set<string>> {
  return tokensIn(await host.git("log", "-p", "--text", "-m", "--branches", "--remotes"));
}

/**
 * All that a home and its source held when an online sync began is on the remote now: which tokens.
 *
 * @param uncaptured names of the home that the sync reports as left alone
 */
export async function checkPublished(
  sandbox: Sandbox,
  before: Held,
  ledger: Ledger,
  uncaptured: readonly string[],
): Promise<string[]> {
  const { host, managed } = before;
  const there = await tokensOf(sandbox);
  const taken = managed.filter(({ name }) => !uncaptured.includes(name));
  const inHome = taken.flatMap(({ name }) => [...before.tokens.get(host.path(name)) ?? []]);
  const inSource = managed.flatMap(({ source }) => [
    ...before.tokens.get(`${host.source}/${source}`) ?? [],
  ]);
  // A source that its home is ahead of says what was superseded there before this sync.
  const tokens = [...inHome, ...inSource.filter((token) => !before.gone.has(token))];
  for (const token of tokens) {
    // What was taken out while the sync ran may have been gone when it looked.
    const goneMeanwhile = ledger.gone.has(token) && !before.gone.has(token);
    if (!there.has(token) && !goneMeanwhile) {
      throw new Violation(`${token} of ${host.name} is nowhere on the remote after its sync`);
    }
  }
  return tokens.filter((token) => there.has(token));
}

/** What was on the remote once can be found there ever after. */
export async function checkRemembered(
  sandbox: Sandbox,
  published: ReadonlySet<string>,
): Promise<void> {
  const there = await tokensOf(sandbox);
  const lost = [...published].find((token) => !there.has(token));
  if (lost !== undefined) throw new Violation(`${lost} was on the remote and cannot be found now`);
}

/** The remote's main branch between two looks at it. */
export class MainBranch {
  #commit: string | undefined;
  #tokens: ReadonlySet<string> = new Set();

  constructor(readonly sandbox: Sandbox) {}

  /** What left main since the last look was taken out on purpose. */
  async allow(ledger: Ledger): Promise<void> {
    const tokens = tokensIn([...(await this.sandbox.filesAt("main")).values()].join("\n"));
    for (const token of this.#tokens) {
      if (!tokens.has(token)) ledger.gone.set(token, "a host prefers its own text");
    }
  }

  /** Main moved forward only, and lost nothing that nobody removed. */
  async check(ledger: Ledger): Promise<void> {
    const commit = (await this.sandbox.refs())["refs/heads/main"];
    if (commit === this.#commit) return;
    if (commit === undefined) throw new Violation("main is gone from the remote");
    if (this.#commit !== undefined) {
      const base = await this.sandbox.git("merge-base", this.#commit, commit).catch(() => "");
      if (base.trim() !== this.#commit) {
        throw new Violation(`main went from ${this.#commit} to ${commit}, which is not forward`);
      }
    }
    const files = await this.sandbox.filesAt(commit);
    const text = [...files.values()].join("\n");
    if (
      /<<<<<<<|>>>>>>>/.test(text) || [...files.keys()].some((path) => /jj-?conflict/i.test(path))
    ) {
      throw new Violation(`main holds conflict markers: ${commit}`);
    }
    const targets = [...files.keys()].map((path) =>
      path.replace(/(^|\/)((executable|private|readonly|empty|literal)_)+/g, "$1")
    );
    const doubled = targets.find((target, at) => targets.indexOf(target) !== at);
    if (doubled !== undefined) throw new Violation(`main has two sources of ${doubled}: ${commit}`);
    const tokens = tokensIn(text);
    for (const token of this.#tokens) {
      if (tokens.has(token) || ledger.gone.has(token)) continue;
      throw new Violation(`${token} left main at ${commit}, which nobody asked for`);
    }
    this.#commit = commit;
    this.#tokens = tokens;
  }
}

/** No commit that anybody pushed was one of jj's own form of a conflict. */
export async function checkNoConflictPushed(sandbox: Sandbox): Promise<void> {
  const paths = await sandbox.git("log", "--all", "--format=", "--name-only", "-m");
  const found = paths.split("\n").find((path) => /jj-?conflict/i.test(path));
  if (found !== undefined) throw new Violation(`the remote has a commit with ${found}`);
  for (const [id, text] of await sandbox.reachableBlobs()) {
    if (/<<<<<<<|>>>>>>>/.test(text)) throw new Violation(`markers in blob ${id} of the remote`);
  }
}

/** After the last edit was synced: the same files everywhere, deletions in a home aside. */
export async function checkSame(
  hosts: readonly Host[],
  deletedOn: (host: Host) => ReadonlySet<string>,
): Promise<void> {
  const [first, ...others] = await Promise.all(hosts.map((host) => managedFiles(host)));
  if (first === undefined) return;
  for (const [at, other] of others.entries()) {
    const [a, b] = [hosts[0] as Host, hosts[at + 1] as Host];
    for (const name of new Set([...first.keys(), ...other.keys()])) {
      if (deletedOn(a).has(name) || deletedOn(b).has(name)) continue;
      if (first.get(name) === other.get(name)) continue;
      throw new Violation(
        `${name} differs: ${a.name} has ${first.get(name)}, ${b.name} has ${other.get(name)}`,
      );
    }
  }
  const sources = await Promise.all(hosts.map((host) => filesOfSource(host)));
  for (const [at, source] of sources.entries()) {
    if (JSON.stringify(source) !== JSON.stringify(sources[0])) {
      throw new Violation(`the sources of ${hosts[0]?.name} and ${hosts[at]?.name} differ`);
    }
  }
  for (const host of hosts) {
    const lines = (await host.chezmoi("status")).split("\n").filter(Boolean);
    const other = lines.filter((line) =>
      !(line.startsWith("D") && deletedOn(host).has(line.slice(3)))
    );
    if (other.length > 0) throw new Violation(`status on ${host.name}: ${other.join(" | ")}`);
  }
}

/** The files of a source directory: git tracks no empty directories, so that they may differ. */
async function filesOfSource(host: Host): Promise<Record<string, string>> {
  const rows = Object.entries(await treeOf(host.source, [".git", ".jj"]));
  return Object.fromEntries(rows.filter(([, what]) => !what.endsWith("directory")));
}

async function managedFiles(host: Host): Promise<Map<string, string>> {
  const managed = await managedOn(host);
  return new Map(managed.map(({ name }) => {
    const info = Deno.statSync(host.home).isDirectory && bytesAt(host.path(name)) !== undefined
      ? Deno.statSync(host.path(name))
      : undefined;
    const mode = ((info?.mode ?? 0) & 0o777).toString(8);
    return [
      name,
      `${mode} ${[...tokensIn(bytesAt(host.path(name)) ?? "")].join(" ")} ${info?.size}`,
    ];
  }));
}

/** What another sync must not change when there is nothing to do. */
export async function quietState(sandbox: Sandbox, host: Host): Promise<Record<string, string>> {
  return {
    operation: await host.jj("--ignore-working-copy", "op", "log", "-n1", "--no-graph", "-Tid"),
    ...await sandbox.refs(),
    // chezmoi itself writes to its database at every look.
    ...await treeOf(host.home, [".git", ".jj", "chezmoistate.boltdb"]),
  };
}
