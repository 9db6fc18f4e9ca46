import { fileTrouble, type Finding, lineOf, shortCommit, staleness } from "./decide_line.ts";
import { repositoryTrouble } from "./decide_run.ts";
import { isPaused, isUnused, type UpgradeLimits } from "./decide_upgrade.ts";
import type { Line } from "./report_state.ts";
import type { UpgradeFacts } from "./upgrade_facts.ts";

/** The line of the configuration repository: which commit runs, and whether the remote is followed. */
export function decideConfig(facts: UpgradeFacts, limits: UpgradeLimits): Line {
  if (isUnused(facts)) {
    return lineOf("config", [{ level: "unused", says: "no configuration was deployed here" }]);
  }
  const { place, host, last, reached } = facts;
  const findings: Finding[] = [
    ...fileTrouble({ [`${place}/host.json`]: host, [`${place}/last-run.json`]: last }),
    ...(["valid", "missing"].includes(host.kind) ? [deployedFinding(facts)] : []),
  ];
  const run = last.kind === "valid" ? last.state : undefined;
  const trouble = run === undefined ? undefined : repositoryTrouble(run);
  if (trouble !== undefined) {
    findings.push({ level: "bad", says: trouble, hint: "upgrade-status, then git status" });
  } else if (run !== undefined && reached === null) {
    findings.push({ level: "warning", says: "no run that is recorded has heard of the remote" });
  } else if (reached !== null && !isPaused(facts, limits)) {
    findings.push(...staleness(reached, { ...limits, what: "nothing heard of the remote" }));
  }
  return lineOf("config", findings, { at: reached ?? undefined });
}

function deployedFinding({ host, last }: UpgradeFacts): Finding {
  const deployed = host.kind === "valid" ? host.state.deployed : null;
  if (deployed === null) return { level: "ok", says: "nothing was deployed from here yet" };
  const { commit, since, waits, toplevel } = deployed;
  const head = last.kind === "valid" ? last.state.after.commit : commit;
  const when = waits ? "from the next boot on" : `since ${since.slice(0, 10)}`;
  const differing = head === null || head === commit
    ? ""
    : `; the repository is at ${shortCommit(head)}`;
  const says = `${shortCommit(commit)} runs ${when}: ${toplevel}${differing}`;
  return { level: "ok", says };
}
