import { scan } from "../../src/secrets/scan.ts";
import { Sandbox } from "../support/sandbox.ts";
import type { Row } from "./bench.ts";
import { compare, duration, type Subject } from "./paired.ts";
import type { Runtime } from "./subjects.ts";

/** How many files the repository has. */
const files = 10_000;

/** `host-commit` with nothing to do, and the search for secrets. */
export async function configRows(
  ways: readonly Runtime[],
  runs: number,
  narrate: (text: string) => void,
): Promise<Row[]> {
  narrate(`preparing a repository of ${files} files`);
  const rows: Row[] = [secretsRow()];
  const { sandbox, commit, floor, after } = await repositoryWith(files);
  await using _sandbox = sandbox;
  for (const { name: runtime, argv, empty } of ways) {
    const what = `host-commit, ${files} files`;
    narrate(`measuring ${what} (${runtime})`);
    const given = { what, runtime, unit: "ms" } as const;
    const ours = commit(argv("host-commit"));
    const status = await compare(ours, floor, runs, duration);
    const least = await compare(ours, after(empty), runs, duration);
    rows.push(
      { ...given, against: "git status", target: 1.3, met: status.ratio <= 1.3, ...status },
      { ...given, against: "empty; git status", target: null, met: null, ...least },
    );
  }
  return rows;
}

/** Milliseconds to search some text, against what 100 MB/s would take. */
function secretsRow(): Row {
  const line =
    '  services.thing = { enable = true; extraConfig = "key = value"; };  # plain text\n';
  const megabytes = 100;
  const text = line.repeat(Math.ceil(megabytes * 1e6 / line.length));
  const started = performance.now();
  scan(text, "configuration.nix");
  const ours = performance.now() - started;
  const floor = megabytes * 10;
  const ratio = ours / floor;
  return {
    what: `search for secrets, ${megabytes} MB`,
    runtime: "source",
    against: "100 MB/s",
    unit: "ms",
    target: 1,
    met: ratio <= 1,
    ours,
    floor,
    ratio,
    quartiles: [ratio, ratio],
  };
}

/** A host with a repository of some files, a hundred to a directory, all committed and pushed. */
async function repositoryWith(files: number): Promise<{
  readonly sandbox: Sandbox;
  /** `host-commit` with nothing to do. */
  readonly commit: (argv: readonly string[]) => Subject;
  /** What it cannot do without. */
  readonly floor: Subject;
  /** The same after a program that does nothing. */
  readonly after: (empty: readonly string[]) => Subject;
}> {
  const sandbox = await Sandbox.create();
  const host = await sandbox.host("host");
  const repo = host.path("nix-config");
  await sandbox.run(["git", "clone", "--quiet", sandbox.remote, repo], { cwd: sandbox.root });
  for (let at = 0; at < files; at++) {
    if (at % 100 === 0) await Deno.mkdir(`${repo}/${at / 100}`);
    await Deno.writeTextFile(`${repo}/${Math.floor(at / 100)}/${at}.nix`, `{ number = ${at}; }\n`);
  }
  for (const args of [["add", "--all"], ["commit", "--quiet", "-m", "All"], ["push", "--quiet"]]) {
    await host.run(["git", "-C", repo, ...args]);
  }
  // Files that are as old as the index would be read again by each `git status`.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await host.run(["git", "-C", repo, "update-index", "--refresh"]);
  const subject = (argv: readonly string[]): Subject => ({
    argv,
    cwd: repo,
    env: host.environment,
  });
  return {
    sandbox,
    commit: (argv) => subject([...argv, "--push"]),
    floor: subject(["git", "status", "--porcelain"]),
    after: (empty) => subject(["sh", "-c", '"$@" && git status --porcelain', "sh", ...empty]),
  };
}
