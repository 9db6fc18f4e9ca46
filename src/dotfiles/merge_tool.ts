import { makeTemporaryDirectory, readText, removeTree, writeText } from "../host/files.ts";
import { run, runOnTerminal } from "../host/process.ts";
import type { Git } from "../programs/git.ts";
import type { SourceEntry } from "./parked.ts";

/**
 * Opens the merge tool that the person configured for git (`merge.tool`, `mergetool.*`) on the three
 * texts of a target; returns the blob of the merged text,
 * or `undefined` when the tool gave none. git starts it
 * in a throwaway repository that has the conflict in its index, so that every setting of
 * git-mergetool(1) works as it is known to.
 */
export async function openMergeTool(
  git: Git,
  name: string,
  sides: {
    readonly base: SourceEntry | undefined;
    readonly main: SourceEntry;
    readonly parked: SourceEntry;
  },
): Promise<string | undefined> {
  const directory = makeTemporaryDirectory("chezmoi-resolve-");
  const file = name.slice(name.lastIndexOf("/") + 1);
  const there = async (args: readonly string[], stdin?: string): Promise<string> =>
    await run({
      argv: ["git", "-C", directory, ...args],
      ...(stdin === undefined ? {} : { stdin }),
    });
  try {
    const base = sides.base?.blob ?? await git.store("");
    const stages = [base, sides.main.blob, sides.parked.blob];
    await there(["init", "--quiet"]);
    writeText(
      `${directory}/.git/objects/info/alternates`,
      `${git.source}/.git/objects\n`,
    );
    const lines = stages.map((blob, at) => `100644 ${blob} ${at + 1}\t${file}\0`);
    await there(["update-index", "-z", "--index-info"], lines.join(""));
    await there(["checkout-index", "--force", "--stage=2", "--", file]);
    const status = await runOnTerminal({
      argv: ["git", "-C", directory, "mergetool", "--no-prompt", "--", file],
    });
    const merged = status === 0 ? readText(`${directory}/${file}`) : undefined;
    // Some tools end well with markers left in; those must not reach a home.
    if (merged === undefined || /^(?:<{7}|>{7})(?: |$)/m.test(merged)) return undefined;
    // By path, not as text: it need not be UTF-8.
    const args = ["hash-object", "-w", "--no-filters", "--", `${directory}/${file}`];
    return (await git.plumbing(args)).trim();
  } finally {
    removeTree(directory);
  }
}
