import { run } from "../host/process.ts";
import type { Owner } from "./git_repository.ts";
import { unattended } from "./unattended.ts";

/** Bound in milliseconds on a command, none of which leaves this machine. */
const bound = 120_000;

/** New files are part of what changed, however large they are. */
const settings = ["snapshot.max-new-file-size=0", 'snapshot.auto-track="all()"'];

/**
 * jj beside git in one repository. git does the work here; jj is told, so that its working copy and
 * its bookmarks agree with what git has.
 */
export class ColocatedJj {
  constructor(readonly source: string, readonly owner: Owner | undefined) {}

  /** Takes the files into the working-copy commit; its git commit id. */
  async snapshot(): Promise<string> {
    return (await this.#run("log", "--no-graph", "-r", "@", "-T", "commit_id")).trim();
  }

  /** Ends the working-copy commit under a message, and starts an empty one above it. */
  async commit(message: string): Promise<void> {
    await this.#run("commit", "-m", message);
  }

  /** Points a bookmark to a commit; unless it may go anywhere only forwards. */
  async advance(bookmark: string, commit: string, anywhere: boolean): Promise<void> {
    const options = anywhere ? ["--allow-backwards"] : [];
    await this.#run("bookmark", "set", ...options, bookmark, "-r", commit);
  }

  /**
   * Follows git, whose HEAD and files were moved: a new working-copy commit lies above HEAD. The
   * former one, whose changes are in the files now, is not kept beside it.
   */
  async follow(former: string): Promise<void> {
    await this.#run("status");
    const left = await this.#run("log", "--no-graph", "-T", "commit_id", "-r", `${former} ~ ::@`);
    if (left.trim() === former) await this.#run("abandon", former);
  }

  async #run(...args: readonly string[]): Promise<string> {
    const config = settings.flatMap((setting) => ["--config", setting]);
    return await run({
      argv: ["jj", "--no-pager", "--color", "never", ...config, ...args],
      cwd: this.source,
      env: { ...unattended, ...this.owner?.env },
      timeout: bound,
      as: this.owner,
    });
  }
}
