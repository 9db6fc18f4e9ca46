import { findSecrets, type Scanned } from "../../src/secrets/gate.ts";
import { GitRepository } from "../../src/programs/git_repository.ts";
import { programs } from "../support/programs.ts";
import { pathOf } from "../tools/scene.ts";

/** Files by path; `undefined` removes one. */
type Files = Readonly<Record<string, string | Uint8Array<ArrayBuffer> | undefined>>;

/** A throwaway git repository. In front of what it runs only git is on PATH, and what is put there. */
export class Repository implements AsyncDisposable {
  private constructor(readonly root: string, readonly git: GitRepository) {}

  /** Makes an empty one. */
  static async create(): Promise<Repository> {
    const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "holdfast-secrets-" }));
    await Deno.mkdir(`${root}/bin`);
    await Deno.mkdir(`${root}/work`);
    const { directory } = await programs();
    const real = await pathOf("git", `${directory}:${Deno.env.get("PATH")}`);
    const env = {
      PATH: `${root}/bin`,
      HOME: root,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: `${root}/gitconfig`,
      GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
      GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
    };
    await Deno.writeTextFile(
      `${root}/gitconfig`,
      "[init]\ndefaultBranch = main\n[user]\nname = Person\nemail = person@example.org\n",
    );
    const [uid, gid] = [Deno.uid() ?? 0, Deno.gid() ?? 0];
    const git = new GitRepository(`${root}/work`, 10_000, { uid, gid, env });
    const repository = new Repository(root, git);
    await repository.program("git", `exec '${real}' "$@"`);
    await git.plumbing(["init", "--quiet"]);
    return repository;
  }

  /** Puts a script on the PATH of all that is run for this repository. */
  async program(name: string, script: string): Promise<void> {
    const shell = await pathOf("sh", Deno.env.get("PATH") ?? "");
    const path = `${this.root}/bin/${name}`;
    await Deno.writeTextFile(path, `#!${shell}\n${script}\n`, { mode: 0o755 });
  }

  /** Commits files, as a merge where another commit is named; returns the commit. */
  async commit(files: Files, message = "Change", merged?: string): Promise<string> {
    for (const [path, content] of Object.entries(files)) {
      const whole = `${this.git.source}/${path}`;
      if (content === undefined) {
        await Deno.remove(whole);
        continue;
      }
      await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(whole, content);
      else await Deno.writeFile(whole, content);
    }
    await this.git.plumbing(["add", "--all"]);
    const tree = (await this.git.plumbing(["write-tree"])).trim();
    const head = await this.git.commitId("HEAD");
    const parents = [head, merged].flatMap((parent) => parent === undefined ? [] : ["-p", parent]);
    const commit = await this.git.plumbing(["commit-tree", ...parents, tree], { stdin: message });
    await this.git.plumbing(["reset", "--quiet", "--hard", commit.trim()]);
    return commit.trim();
  }

  /** Goes to a commit, with its files. */
  async goTo(commit: string): Promise<void> {
    await this.git.plumbing(["reset", "--quiet", "--hard", commit]);
  }

  /** What a push of HEAD would make known. */
  async search(...from: readonly string[]): Promise<Scanned> {
    return await findSecrets(this.git, { from, to: await this.git.commitId("HEAD") ?? "" });
  }

  /** As {@linkcode search}, in words: path, line, rule and the commit's message. */
  async found(...from: readonly string[]): Promise<readonly string[]> {
    const { findings } = await this.search(...from);
    const words = await Promise.all(findings.map(async ({ path, line, rule, commit }) => {
      const subject = await this.git.plumbing(["show", "--no-patch", "--format=%s", commit]);
      return `${path}:${line} ${rule} (${subject.trim()})`;
    }));
    return words.sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.root, { recursive: true });
  }
}
