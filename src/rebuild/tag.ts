import type { Step } from "../cli/steps.ts";
import { isoSeconds } from "../host/clock.ts";
import { nothingElse } from "../programs/git_repository.ts";
import { warn } from "../upgrade/run.ts";
import type { RebuildRun } from "./run.ts";

/** Tags the commit of a new system that is live and well, where nothing of it is uncommitted. */
export const tagBuild: Step<RebuildRun> = {
  name: "tag",
  describe: (run) => `tag it ${tagName(run)}`,
  skip: (run) => {
    if (!run.options.tagBuilds) return "tagBuilds is off";
    if (run.noSwitch) return "only a build was asked for";
    return run.settled;
  },
  async run(run): Promise<void> {
    const { repository: { tree, remote, branch }, head, holdsBack } = run;
    // What was built has to be what is committed.
    if (await tree.treeOf(head) !== run.tree) {
      return run.report.info("not tagged: what runs is not all committed");
    }
    const tag = tagName(run);
    await tree.setRef(`refs/tags/${tag}`, head);
    run.changes.tag = tag;
    if (holdsBack !== undefined) return;
    if (await tree.commitId(`refs/remotes/${remote}/${branch}`) !== head) return;
    const { status, stderr } = await tree.remote([
      ...["push", ...nothingElse, "--", remote, `refs/tags/${tag}`],
    ]);
    if (status !== 0) warn(run, `the tag ${tag} was not pushed: ${stderr.trim()}`);
  },
};

function tagName({ repository: { host, now } }: RebuildRun): string {
  return `rebuild-${host}-${isoSeconds(now).replaceAll(/[-:]/g, "")}`;
}
