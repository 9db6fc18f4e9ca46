import assert from "node:assert/strict";
import type { Ended } from "../support/processes.ts";
import { type Host, Sandbox } from "../support/sandbox.ts";

/** A host with a chezmoi source, committed by git, and by jj where it is asked for. */
export class AuditHost implements AsyncDisposable {
  private constructor(readonly sandbox: Sandbox, readonly host: Host) {}

  /** Makes the source out of files. */
  static async create(
    files: Readonly<Record<string, string>>,
    { jj = false, commit = true }: { readonly jj?: boolean; readonly commit?: boolean } = {},
  ): Promise<AuditHost> {
    const sandbox = await Sandbox.create();
    const host = await sandbox.host("host");
    const made = new AuditHost(sandbox, host);
    await Deno.mkdir(host.source, { recursive: true });
    await made.put(files);
    if (commit) {
      await host.git("init", "-q");
      await made.commit();
      if (jj) await host.jj("git", "init", "--colocate");
    }
    return made;
  }

  /** Writes files of the source. */
  async put(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await this.host.write(`.local/share/chezmoi/${path}`, text);
    }
  }

  /** Commits what is in the source. */
  async commit(): Promise<void> {
    await this.host.git("add", "--all");
    await this.host.git("commit", "-q", "--allow-empty", "-m", "Change");
  }

  /** Runs `dotfiles-audit`. */
  async audit(...args: readonly string[]): Promise<Ended> {
    return await this.host.program("dotfiles-audit", args);
  }

  /** Runs it with `--json`; the status is to be this one. */
  async json(status: number, ...args: readonly string[]): Promise<Told> {
    const ended = await this.audit("--json", ...args);
    assert.equal(ended.status, status, ended.stderr + ended.stdout);
    return JSON.parse(ended.stdout);
  }

  /** The text of a file of the source. */
  async read(path: string): Promise<string> {
    return await this.host.read(`.local/share/chezmoi/${path}`);
  }

  /** All files of the source by path, what git and jj keep left out. */
  async files(): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    const walk = async (directory: string, below: string): Promise<void> => {
      for await (const { name, isDirectory } of Deno.readDir(directory)) {
        if (name === ".git" || name === ".jj") continue;
        if (isDirectory) await walk(`${directory}/${name}`, `${below}${name}/`);
        else found[below + name] = await Deno.readTextFile(`${directory}/${name}`);
      }
    };
    await walk(this.host.source, "");
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sandbox[Symbol.asyncDispose]();
  }
}

/** What the program says for scripts. */
export interface Told {
  readonly variables: readonly {
    readonly name: string;
    readonly class: string;
    readonly by: string;
    readonly reason: string;
    readonly state: string;
    readonly definitions: readonly { kind: string; file: string; line: number | null }[];
    readonly uses: readonly { file: string; line: number; column: number }[];
  }[];
  readonly builtins: readonly string[];
  readonly clear: readonly Found[];
  readonly history: readonly Found[] | null;
  readonly problems: readonly { path: string; line: number | null; reason: string }[];
  readonly moved: readonly { name: string; secret: string }[];
  readonly refused: readonly { name: string; reasons: readonly string[] }[];
  readonly kept: readonly { name: string; reason: string }[];
  readonly files: readonly string[];
  readonly targetsCompared: number;
  readonly secretsFile: { readonly path: string; readonly encrypted: boolean } | null;
  readonly nix: string | null;
  readonly undo: string | null;
}

interface Found {
  readonly path: string;
  readonly line: number;
  readonly rule: string;
  readonly variable?: string;
  readonly commit?: string;
}

/** A secret that opens nothing, another one each time. */
export function randomSecret(length = 32): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const letters = [...crypto.getRandomValues(new Uint8Array(length))]
    .map((byte) => alphabet.charAt(byte % alphabet.length)).join("");
  // The rules want a digit and a letter.
  return `${letters.slice(0, -4)}a7Q9`;
}
