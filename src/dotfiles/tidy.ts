import type { Step } from "../cli/steps.ts";
import { now } from "../host/clock.ts";
import { namesIn } from "../host/files.ts";
import { literal } from "../programs/jj.ts";
import { hostTrailer, save, type SyncRun } from "./run.ts";

/** So many refs of jj's make it worth while to collect. */
const refsToCollect = 1000;
/** How long operations can be undone, in days: what is older is collected. */
const daysToUndo = 30;

/** Leaves the repository as a person expects it: no working commits of ours, HEAD on the branch. */
export const tidy: Step<SyncRun> = {
  name: "tidy",
  describe: () => "drop the sync's own intermediate commits",
  async run(run): Promise<void> {
    const { jj, git } = run.programs;
    const { branch } = run.settings;
    // Other hosts' conflict commits stay visible after their bookmark moved on.
    const parked = 'description(substring:"Holdfast-Parked: ")';
    const ours = [
      `description(substring:${literal(`${hostTrailer(run)}\n`)})`,
      `${parked} | (parents(${parked}) & description(substring:"Holdfast-Host: "))`,
      ...[...run.replaced].map((id) => `present(${id})`),
    ].join(" | ");
    await forgetKept(run);
    const { captured, kept } = run.state;
    const recorded = [...kept, ...(captured === null ? [] : [captured])].map((id) =>
      `present(${id})`
    );
    const needed = `::(${
      ["@ | bookmarks() | remote_bookmarks() | tags()", ...recorded].join(" | ")
    })`;
    const dropped = `(${ours}) ~ ${needed}`;
    const leftovers = await jj.ids(`(${dropped}) ~ ::(visible_heads() ~ (${dropped}))`);
    if (leftovers.length > 0) await jj.abandon(leftovers.join(" | "));
    if (namesIn(`${git.source}/.git/refs/jj/keep`).length > refsToCollect) {
      await jj.collect(new Date(now().getTime() - daysToUndo * 86_400_000));
    }
    // jj leaves HEAD detached, which `git pull` and `chezmoi update` take for trouble.
    const here = await git.commitId(`refs/heads/${branch}`);
    if (here !== undefined && here === run.tip && await git.symbolicRef("HEAD") === undefined) {
      await git.attachHead(branch);
    }
  },
};

/** What is reachable on the remote by now need not be kept on record. */
async function forgetKept(run: SyncRun): Promise<void> {
  const { kept, conflict, published } = run.state;
  if (kept.length === 0) return;
  const remote = [
    run.main,
    conflict !== null && published.includes(conflict) ? conflict : undefined,
  ];
  const left: string[] = [];
  for (const id of kept) {
    const reached = await Promise.all(
      remote.map((tip) => tip !== undefined && run.programs.git.isAncestor(id, tip)),
    );
    if (!reached.includes(true)) left.push(id);
  }
  if (left.length < kept.length) save(run, { kept: left });
}
