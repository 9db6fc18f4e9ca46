import { confirmOnTerminal } from "../terminal/ask.ts";
import { Failure } from "../cli/failure.ts";
import type { Step } from "../cli/steps.ts";
import { fetchBranch } from "../config/pull.ts";
import { packagesToRead } from "./post_checks.ts";
import type { RebuildRun } from "./run.ts";

/** Lines that a preview shows at most. */
const most = 40;

/** Shows what differs between what runs and what was built, and asks. */
export const confirmActivation: Step<RebuildRun> = {
  name: "confirm",
  describe: () => "ask whether it is to go live",
  skip: ({ settled, options }) => settled ?? (options.interactive ? undefined : "nobody is asked"),
  async run(run): Promise<void> {
    const { toplevel = "", runsBefore, list, report } = run;
    if (runsBefore !== undefined) {
      for (const line of few(await packagesToRead(runsBefore, toplevel))) report.info(`  ${line}`);
    }
    list.rest();
    if (await confirmOnTerminal(`Make ${toplevel} live?`) === "yes") return;
    throw new Failure("it was declined: nothing went live");
  },
};

/** What a pull is about to bring: commits and files. Fetched beside what git knows of the remote. */
export async function previewPull(run: RebuildRun): Promise<readonly string[]> {
  const { repository, head } = run;
  const { tree, remote, branch } = repository;
  const fetched = await fetchBranch(repository, `refs/holdfast/preview/${remote}/${branch}`);
  if (fetched === undefined) return [`${remote} has no branch ${branch}`];
  if (typeof fetched === "object") return [fetched.reason];
  const log = await tree.plumbing([
    ...["log", "--oneline", "--right-only", "--cherry-pick", "--no-merges", `${head}...${fetched}`],
  ]);
  const base = (await tree.attempt(["merge-base", head, fetched])).stdout.trim() || head;
  const stat = await tree.plumbing(["diff", "--stat", base, fetched]);
  const lines = `${log}${stat}`.split("\n").filter(Boolean);
  return lines.length === 0 ? ["nothing new"] : few(lines);
}

/** What is about to be committed. */
export async function previewCommit({ repository }: RebuildRun): Promise<readonly string[]> {
  const { changes } = await repository.tree.status();
  const stat = await repository.tree.plumbing(["diff", "--stat", "HEAD"]);
  const untracked = changes.filter(({ kind }) => kind === "untracked").map(({ path }) => path);
  return few([...stat.split("\n").filter(Boolean), ...untracked.map((path) => ` ${path} (new)`)]);
}

function few(lines: readonly string[]): readonly string[] {
  return lines.length <= most
    ? lines
    : [...lines.slice(0, most), `… and ${lines.length - most} lines more`];
}
