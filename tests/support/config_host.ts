import { type Ended, type RunOptions, succeeded } from "./processes.ts";
import type { Host } from "./sandbox.ts";

/** Files by path; `null` removes one. */
export type Files = Readonly<Record<string, string | Uint8Array<ArrayBuffer> | null>>;

/** A host with a clone of the configuration repository. */
export class ConfigHost {
  constructor(readonly host: Host) {}

  /** The work tree. */
  get repo(): string {
    return this.host.path("nix-config");
  }

  /** Makes the clone. */
  async clone(): Promise<void> {
    const argv = ["git", "clone", "--quiet", this.host.remote, this.repo];
    succeeded(argv, await this.host.run(argv));
  }

  /** Runs git in the work tree; it has to succeed. */
  async git(...args: string[]): Promise<string> {
    const argv = ["git", "-C", this.repo, ...args];
    return succeeded(argv, await this.host.run(argv));
  }

  /** Writes files of the work tree. */
  async write(files: Files): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      if (content === null) await this.host.remove(`nix-config/${path}`);
      else await this.host.write(`nix-config/${path}`, content);
    }
  }

  /** The text of a file of the work tree. */
  async read(path: string): Promise<string> {
    return await this.host.read(`nix-config/${path}`);
  }

  /** Commits files by plain git. */
  async commit(message: string, files: Files): Promise<string> {
    await this.write(files);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "-m", message);
    return await this.head();
  }

  /** The commit of HEAD. */
  async head(revision = "HEAD"): Promise<string> {
    return (await this.git("rev-parse", revision)).trim();
  }

  /** Runs `host-commit` here. */
  async commits(args: readonly string[] = [], options?: RunOptions): Promise<Ended> {
    return await this.host.program("host-commit", [
      ...["--repo", this.repo, "--host", this.host.name, ...args],
    ], options);
  }

  /** Fetches and takes over what the remote has, as `auto-upgrade` does. */
  async pulls(strategy: string, ...args: readonly string[]): Promise<Ended> {
    const program = new URL("../config/pull_program.ts", import.meta.url).pathname;
    const deno = [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", program];
    return await this.host.run([...deno, this.repo, this.host.name, strategy, ...args]);
  }

  /** What was kept before something moved: commit id by ref. */
  async autosaves(): Promise<readonly string[]> {
    const format = "--format=%(objectname)";
    return (await this.git("for-each-ref", format, "refs/holdfast/autosave")).split("\n")
      .filter(Boolean);
  }

  /** The text that a file has in a commit. */
  async at(commit: string, path: string): Promise<string> {
    return await this.git("show", `${commit}:${path}`);
  }

  /** All that `abort` must leave as it is: files, index, HEAD and refs. */
  async everything(): Promise<Record<string, string>> {
    return {
      head: await this.git("rev-parse", "HEAD"),
      branch: await this.git("symbolic-ref", "HEAD"),
      refs: await this.git("for-each-ref", "--exclude=refs/remotes"),
      status: await this.git("--no-optional-locks", "status", "--porcelain=v2", "-z", "--ignored"),
      index: new Uint8Array(await Deno.readFile(`${this.repo}/.git/index`)).toHex(),
      files: succeeded(
        ["sh"],
        await this.host.run([
          "sh",
          "-c",
          "find . -path ./.git -prune -o -type f -printf '%p %m %T@ ' -exec sha256sum {} + | sort",
        ], { cwd: this.repo }),
      ),
    };
  }
}
