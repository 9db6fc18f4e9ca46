import type { UpgradeFacts } from "./upgrade_facts.ts";

/** The report of a run. */
export type LastRun = Extract<UpgradeFacts["last"], { kind: "valid" }>["state"];

/** The steps that pull and push, of auto-upgrade and of rebuild-smart. */
const pulling = ["pull", "Upstream Sync"];
const repositorySteps = [...pulling, "commit", "Commit & Push"];

/** Whether a run heard of the remote. */
export function reachedRemote({ steps, warnings }: LastRun): boolean {
  return steps.some(({ name, outcome }) => pulling.includes(name) && outcome === "done") &&
    !warnings.some((text) => / cannot be reached[,:]/.test(text));
}

/** What a person has to look at in the repository after a run; `undefined` where nothing. */
export function repositoryTrouble(
  { result, message, exitCode, steps, warnings }: LastRun,
): string | undefined {
  const failed = steps.find(({ outcome }) => outcome === "failed");
  if (failed !== undefined && repositorySteps.includes(failed.name)) {
    return ["refused", "failed"].includes(result) ? `${failed.name}: ${message}` : undefined;
  }
  // All went well but what was to be pushed: secrets, most often.
  const isElse = exitCode !== 3 || ["refused", "failed", "rollback-failed"].includes(result);
  const said = warnings.findLast((text) => text.startsWith("not "))?.split("\n")[0];
  return isElse ? undefined : said ?? message;
}
