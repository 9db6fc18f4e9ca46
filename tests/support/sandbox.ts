/**
 * A throwaway world for tests, demo and benchmark: a bare git remote and hosts, each with a home and
 * an environment of its own. What runs in it are the real programs, as processes.
 */
import {
  decoded,
  type Ended,
  kill,
  output,
  type RunOptions,
  type Settled,
  spawn,
  type Started,
  succeeded,
} from "./processes.ts";
import { programs } from "./programs.ts";
import { asTold } from "./told_exits.ts";

const checkout = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

/** Directories of sandboxes that are gone: the next one has its path, which much of a copy holds. */
const free: string[] = [];

/** Copies of sandboxes, by path, by what was in them before, and by what was made there. */
const copies = new Map<string, string>();
globalThis.addEventListener("unload", () => {
  for (const copy of copies.values()) Deno.removeSync(copy, { recursive: true });
});

/** A remote and hosts in one temporary directory, which goes away with it. */
export class Sandbox implements AsyncDisposable {
  readonly hosts: Host[] = [];
  readonly #blobs = new Map<string, string>();

  private constructor(readonly root: string, readonly environment: Record<string, string>) {}

  /** Makes the directory with an empty bare remote in it. */
  static async create(): Promise<Sandbox> {
    const root = free.pop() ??
      await Deno.realPath(await Deno.makeTempDir({ prefix: "holdfast-sandbox-" }));
    await Deno.mkdir(root, { recursive: true, mode: 0o700 });
    const { directory } = await programs();
    const sandbox = new Sandbox(root, {
      PATH: [directory, Deno.env.get("PATH") ?? ""].filter((path) => path !== "").join(":"),
      // Deno looks for cached packages below HOME, which is another one here.
      DENO_DIR: denoDirectory(),
      DENO_NO_UPDATE_CHECK: "1",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: `${root}/gitconfig`,
      LC_ALL: "C.UTF-8",
      TZ: "UTC",
    });
    await Deno.writeTextFile(
      `${root}/gitconfig`,
      "[init]\ndefaultBranch = main\n[user]\nname = Person\nemail = person@example.org\n",
    );
    await sandbox.run(["git", "init", "-q", "--bare", sandbox.remote], { cwd: root });
    return sandbox;
  }

  /** The path of the bare remote, which is its URL as well. */
  get remote(): string {
    return `${this.root}/remote.git`;
  }

  /** Adds a host with an empty home. */
  async host(name: string): Promise<Host> {
    const home = `${this.root}/${name}`;
    await Deno.mkdir(`${this.root}/tmp/${name}`, { recursive: true });
    await Deno.mkdir(home);
    const host = new Host(name, home, {
      ...this.environment,
      HOME: home,
      USER: "person",
      XDG_CONFIG_HOME: `${home}/.config`,
      XDG_CACHE_HOME: `${home}/.cache`,
      XDG_DATA_HOME: `${home}/.local/share`,
      XDG_STATE_HOME: `${home}/.local/state`,
      TMPDIR: `${this.root}/tmp/${name}`,
    }, this.remote);
    this.hosts.push(host);
    return host;
  }

  /**
   * Makes something of the sandbox. Who wants the same of the same one again, later in this process,
   * gets it from a copy, in a tenth of the time.
   *
   * @param what all that it depends on, besides what is in the sandbox
   */
  async once(what: string, make: () => Promise<void>): Promise<void> {
    const look =
      'find . -printf "%P %y %m %l\\n" | sort; find . -type f -exec sha256sum {} + | sort';
    const before = await this.run(["sh", "-euc", look], { cwd: this.root });
    const key = [this.root, what, before].join("\n");
    const copy = copies.get(key);
    if (copy === undefined) {
      await make();
      const made = await Deno.makeTempDir({ prefix: "holdfast-copy-" });
      await this.run(["cp", "-a", `${this.root}/.`, made], { cwd: "/" });
      copies.set(key, made);
      return;
    }
    await Deno.remove(this.root, { recursive: true });
    await this.run(["cp", "-a", copy, this.root], { cwd: "/" });
    // Other inodes: what git has noted down of its files is that of the copied ones.
    const refresh = 'git -C "${1%/.git/index}" update-index -q --refresh';
    const each = ["-path", "*/.git/index", "-exec", "sh", "-euc", refresh, "sh", "{}", ";"];
    await this.run(["find", this.root, ...each], { cwd: "/" });
  }

  /** Runs a git command in the remote that has to succeed. */
  async git(...args: string[]): Promise<string> {
    return await this.run(["git", "-C", this.remote, ...args], { cwd: this.root });
  }

  /** The remote's refs: commit id by full name. */
  async refs(): Promise<Record<string, string>> {
    const lines = await this.git("for-each-ref", "--format=%(refname) %(objectname)");
    return Object.fromEntries(lines.trim().split("\n").filter(Boolean).map((l) => l.split(" ")));
  }

  /** Every blob that any ref of the remote reaches, by its id; one character per byte, ASCII as it is. */
  async reachableBlobs(): Promise<ReadonlyMap<string, string>> {
    const listed = await this.git("rev-list", "--objects", "--all");
    const ids = listed.split("\n").filter(Boolean).map((line) => line.slice(0, 40));
    const unknown = ids.filter((id) => !this.#blobs.has(id));
    for (const [id, content] of await this.#read(unknown)) this.#blobs.set(id, content);
    // Trees and commits were remembered as empty: an object's kind costs a look as well.
    return new Map(ids.map((id) => [id, this.#blobs.get(id) ?? ""]));
  }

  /** The files of a revision of the remote, by path; one character per byte, ASCII as it is. */
  async filesAt(revision: string): Promise<ReadonlyMap<string, string>> {
    const listed = await this.git("ls-tree", "-r", "-z", revision);
    const rows = listed.split("\0").filter(Boolean).map((row) => row.split("\t"));
    const ids = rows.map(([left = ""]) => left.split(" ")[2] ?? "");
    const unknown = ids.filter((id) => !this.#blobs.has(id));
    for (const [id, content] of await this.#read(unknown)) this.#blobs.set(id, content);
    return new Map(rows.map(([, path = ""], at) => [path, this.#blobs.get(ids[at] ?? "") ?? ""]));
  }

  async #read(ids: readonly string[]): Promise<[string, string][]> {
    if (ids.length === 0) return [];
    const found: [string, string][] = [];
    const all = await output(["git", "-C", this.remote, "cat-file", "--batch"], {
      cwd: this.root,
      env: this.environment,
      stdin: ids.join("\n") + "\n",
    });
    const text = new TextDecoder("latin1").decode(all.stdout);
    for (let at = 0; at < text.length;) {
      const end = text.indexOf("\n", at);
      const [id = "", kind, size] = text.slice(at, end).split(" ");
      const next = end + 1 + Number(size);
      found.push([id, kind === "blob" ? text.slice(end + 1, next) : ""]);
      at = next + 1;
    }
    return found;
  }

  /** Runs a program that has to succeed, outside all hosts. */
  async run(argv: readonly string[], options: RunOptions & { cwd: string }): Promise<string> {
    const env = { ...this.environment, HOME: this.root, ...options.env };
    return succeeded(argv, decoded(await output(argv, { ...options, env })));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.quiet()));
    // Somebody wants to look at what is in there.
    if (Deno.env.get("HOLDFAST_KEEP")) return console.error(`kept: ${this.root}`);
    await Deno.remove(this.root, { recursive: true });
    free.push(this.root);
  }
}

/** A host: a home directory and the programs that run there. */
export class Host {
  constructor(
    readonly name: string,
    readonly home: string,
    readonly environment: Readonly<Record<string, string>>,
    readonly remote: string,
  ) {}

  /** chezmoi's source directory. */
  get source(): string {
    return `${this.home}/.local/share/chezmoi`;
  }

  /** Where our programs keep their records. */
  get stateDirectory(): string {
    return `${this.home}/.local/state/chezmoi-sync`;
  }

  /** The absolute path of a file in the home. */
  path(name: string): string {
    return `${this.home}/${name}`;
  }

  /** Writes a file of the home, with its directories; an existing one keeps its mode. */
  async write(name: string, content: string | Uint8Array, mode?: number): Promise<void> {
    const path = this.path(name);
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    if (mode !== undefined) await Deno.chmod(path, mode);
  }

  /** The text of a file of the home. */
  async read(name: string): Promise<string> {
    return await Deno.readTextFile(this.path(name));
  }

  /** Removes a file or directory of the home. */
  async remove(name: string): Promise<void> {
    await Deno.remove(this.path(name), { recursive: true });
  }

  /** Begins the dotfiles here: an empty chezmoi source whose origin is the remote. */
  async beginSource(): Promise<void> {
    await this.chezmoi("init");
    await this.git("remote", "add", "origin", this.remote);
  }

  /** Runs chezmoi; it has to succeed. */
  async chezmoi(...args: string[]): Promise<string> {
    const argv = ["chezmoi", "--no-tty", ...args];
    return succeeded(argv, await this.run(argv));
  }

  /** Runs jj in the source directory; it has to succeed. */
  async jj(...args: string[]): Promise<string> {
    const argv = ["jj", "--no-pager", "--color=never", ...args];
    return succeeded(argv, await this.run(argv, { cwd: this.source }));
  }

  /** Runs git in the source directory; it has to succeed. */
  async git(...args: string[]): Promise<string> {
    const argv = ["git", "-C", this.source, ...args];
    return succeeded(argv, await this.run(argv));
  }

  /** Syncs this host under its name. */
  async sync(...args: string[]): Promise<Ended> {
    return await this.program("chezmoi-sync", ["--host", this.name, ...args]);
  }

  /** Runs one of our programs to its end. */
  async program(name: string, args: readonly string[], options?: RunOptions): Promise<Ended> {
    return await this.start(name, args, options).ended;
  }

  /** Starts one of our programs: compiled from HOLDFAST_BIN_DIR when that is set, else from source. */
  start(name: string, args: readonly string[], options: RunOptions = {}): Started {
    const compiled = Deno.env.get("HOLDFAST_BIN_DIR");
    const source = [Deno.execPath(), "run", "-A", "--cached-only", `${checkout}/bin/${name}.ts`];
    const argv = [...(compiled ? [`${compiled}/${name}`] : source), ...args];
    const child = spawn(argv, this.#settled(options));
    return {
      ended: child.output().then((output) => asTold(name, decoded(output))),
      kill: (signal = "SIGKILL") => kill(child, signal),
    };
  }

  /** Runs any program here to its end. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return decoded(await output(argv, this.#settled(options)));
  }

  #settled(options: RunOptions): Settled {
    return { cwd: this.home, ...options, env: { ...this.environment, ...options.env } };
  }

  /** Returns when no program of this host runs any more: what a killed one started lives on. */
  async quiet(): Promise<void> {
    // There is no event for the end of a process that is nobody's child.
    while (await this.#isBusy()) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #isBusy(): Promise<boolean> {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const environ = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
      if (environ.split("\0").includes(`HOME=${this.home}`)) return true;
    }
    return false;
  }
}

function denoDirectory(): string {
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = Deno.env.toObject();
  return DENO_DIR ?? `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/deno`;
}
