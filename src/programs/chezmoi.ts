import { capture, type Output, ProcessError, ProgramMissingError } from "../host/process.ts";
import { unattended } from "./unattended.ts";

/** Bound in milliseconds on a command that changes files; scripts may run within an apply. */
const applyBound = 600_000;
/** Bound in milliseconds on a command that only looks. */
const lookBound = 120_000;

/**
 * How an unattended apply has to be called: it writes only over what chezmoi itself wrote last, and
 * refuses a target that was edited since (`--error-on-conflict`) or was there before
 * (`--less-interactive`). `--force` would override both.
 */
const cautious = ["--error-on-conflict", "--less-interactive", "--keep-going"];

/** A line of `chezmoi status`: a target that is not as it should be. */
export interface StatusLine {
  /** Last written against actual: `M` edited here, `D` deleted here, blank if untouched or unknown. */
  readonly actual: string;
  /** Actual against target: what an apply would do. `R` is a script that would run. */
  readonly target: string;
  /** Absolute path in the home. */
  readonly path: string;
}

/** What chezmoi last wrote for a target; `chezmoi state get-bucket`. */
export interface Entry {
  readonly type: string;
  readonly mode: number;
  readonly contentsSHA256: string;
}

/** chezmoi on one source directory. */
export class Chezmoi {
  constructor(readonly source: string) {}

  /** The targets that differ; of some targets only, when given. Fails as a whole on one bad target. */
  async status(targets?: readonly string[]): Promise<readonly StatusLine[] | StatusTrouble> {
    const chosen = targets === undefined ? [] : ["--recursive=false", "--", ...targets];
    const args = ["status", "--path-style=absolute", "--exclude=externals", ...chosen];
    const output = await this.#call(args, lookBound);
    if (output.status === 0 && !output.timedOut) return parseStatus(output.stdout);
    return statusTrouble(output);
  }

  /**
   * Takes the edits of these targets from the home into the source. Its `git.autoPush` would push
   * them at once, whatever is in them: git is allowed no transport there.
   */
  async reAdd(targets: readonly string[]): Promise<Output> {
    const args = ["re-add", "--keep-going", "--", ...targets];
    return await this.#call(args, applyBound, { GIT_ALLOW_PROTOCOL: "none" });
  }

  /** Brings the home to the target state, except what was edited there. */
  async apply(exclude: readonly string[] = []): Promise<Output> {
    // Externals are fetched from the network, in chezmoi's own time: they are a person's to apply.
    const excluded = `--exclude=${["externals", ...exclude].join(",")}`;
    return await this.#call(["apply", ...cautious, excluded]);
  }

  /** Runs some scripts that are due. */
  async runScripts(targets: readonly string[]): Promise<Output> {
    return await this.#call([
      "apply",
      "--error-on-conflict",
      "--include=scripts",
      "--",
      ...targets,
    ]);
  }

  /** The scripts by the path that `chezmoi status` names them with. */
  async scripts(): Promise<ReadonlyMap<string, { readonly isConditional: boolean }>> {
    const args = ["managed", "--format=json", "--path-style=all", "--include=scripts"];
    const entries = Object.values(JSON.parse(await this.#checked(args))) as {
      readonly absolute: string;
      readonly sourceAbsolute: string;
    }[];
    return new Map(entries.map(({ absolute, sourceAbsolute }) => {
      return [absolute, { isConditional: /\/run_(?:once|onchange)_[^/]*$/.test(sourceAbsolute) }];
    }));
  }

  /** Brings some targets to the target state, whatever is there now. */
  async overwrite(targets: readonly string[]): Promise<Output> {
    return await this.#call(["apply", "--force", "--exclude=scripts", "--", ...targets]);
  }

  /** Absolute target path to source path (relative to the source directory), of files and links. */
  async managed(): Promise<ReadonlyMap<string, string>> {
    const args = ["managed", "--format=json", "--path-style=all", "--include=files,symlinks"];
    const entries = Object.values(JSON.parse(await this.#checked(args))) as {
      readonly absolute: string;
      readonly sourceAbsolute: string;
    }[];
    const prefix = `${this.source}/`;
    return new Map(entries.map((entry) => [
      entry.absolute,
      // Not `sourceRelative`: that is relative to .chezmoiroot, where there is one.
      entry.sourceAbsolute.startsWith(prefix)
        ? entry.sourceAbsolute.slice(prefix.length)
        : entry.sourceAbsolute,
    ]));
  }

  /** Paths in managed directories that chezmoi does not manage, relative to the home. */
  async unmanaged(): Promise<readonly string[]> {
    const output = await this.#call(["unmanaged"], lookBound);
    return output.status === 0 ? output.stdout.split("\n").filter((line) => line !== "") : [];
  }

  /** What chezmoi last wrote, by absolute target path. */
  async entries(): Promise<ReadonlyMap<string, Entry>> {
    const args = ["state", "get-bucket", "--bucket=entryState", "--format=json"];
    const text = (await this.#checked(args)).trim();
    return new Map(Object.entries(text === "" ? {} : JSON.parse(text) as Record<string, Entry>));
  }

  async #checked(args: readonly string[]): Promise<string> {
    const output = await this.#call(args, lookBound);
    if (output.status === 0 && !output.timedOut) return output.stdout;
    throw new ProcessError({ argv: ["chezmoi", ...args], timeout: lookBound }, output);
  }

  async #call(
    args: readonly string[],
    timeout: number = applyBound,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Output> {
    return await capture({
      argv: [
        ...["chezmoi", "--source", this.source, "--no-tty", "--no-pager", "--color=false"],
        ...["--progress=false", ...args],
      ],
      env: { ...unattended, ...env },
      timeout,
    });
  }
}

/** Whether all that failed was a push by chezmoi itself, which was not let through. */
export function isOwnPush({ status, stderr }: Output): boolean {
  return status !== 0 && /^fatal: transport '[^']*' not allowed$/m.test(stderr);
}

/** The repository that chezmoi's own configuration names; `undefined` if it gives no answer. */
export async function configuredSource(): Promise<string | undefined> {
  try {
    // Not `source-path`: that is a directory within it, where there is a .chezmoiroot.
    const argv = ["chezmoi", "execute-template", "{{ .chezmoi.workingTree }}"];
    const output = await capture({ argv, env: unattended, timeout: lookBound });
    return output.status === 0 ? output.stdout.trim() || undefined : undefined;
  } catch (error) {
    // Whoever needs chezmoi says so; here it is asked for a default only.
    if (error instanceof ProgramMissingError) return undefined;
    throw error;
  }
}

/** Why `chezmoi status` gave no answer. */
export interface StatusTrouble {
  /**
   * `busy`: another chezmoi has the database. `database`: it is corrupt. `target`: one target cannot
   * be worked out.
   */
  readonly kind: "busy" | "database" | "target" | "other";
  /** The target as chezmoi names it (relative to the home), or the database's path. */
  readonly target?: string;
  readonly reason: string;
}

function statusTrouble(output: Output): StatusTrouble {
  const reason = output.timedOut
    ? `no answer within ${lookBound / 1000} s`
    : output.stderr.trim().split("\n").at(-1) ?? `exit status ${output.status}`;
  if (/timeout obtaining persistent state lock/.test(output.stderr)) {
    return { kind: "busy", reason };
  }
  const database = /^chezmoi: open (.+\.boltdb): /m.exec(output.stderr)?.[1];
  if (database !== undefined) return { kind: "database", target: database, reason };
  const target = /^chezmoi: (.+?): /m.exec(output.stderr)?.[1];
  return target === undefined ? { kind: "other", reason } : { kind: "target", target, reason };
}

function parseStatus(text: string): StatusLine[] {
  return text.split("\n").filter((line) => line !== "").map((line) => ({
    actual: line.charAt(0),
    target: line.charAt(1),
    path: line.slice(3),
  }));
}
