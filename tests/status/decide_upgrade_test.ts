import assert from "node:assert/strict";
import { decideConfig } from "../../src/status/decide_config.ts";
import { reachedRemote } from "../../src/status/decide_run.ts";
import { decideUpgrade } from "../../src/status/decide_upgrade.ts";
import type { UpgradeFacts } from "../../src/status/upgrade_facts.ts";
import { type Result, results } from "../../src/upgrade/last_run_state.ts";
import {
  ago,
  corrupt,
  type Expected,
  forbidden,
  journal,
  judged,
  known,
  limits,
  missing,
  run,
  upgrade,
  valid,
} from "./decide_scene.ts";

const failedAt = (name: string, result: Result = "refused"): Partial<UpgradeFacts> => ({
  last: valid(run({
    result,
    message: "lines collide",
    exitCode: 3,
    steps: [{ name, outcome: "failed", detail: "lines collide", seconds: 1 }],
  })),
});
const ended = (result: Result): Partial<UpgradeFacts> => ({ last: valid(run({ result })) });
const unwell = known();
const notWell = {
  ...unwell,
  deployed: unwell.deployed === null ? null : { ...unwell.deployed, failedUnits: ["web.service"] },
};
const held = { kind: "held", by: "auto-upgrade" } as const;
const none = { host: missing, last: missing, journal: missing, reached: null };
const paused = (hours: number): UpgradeFacts["host"] => valid(known({ pausedUntil: ago(hours) }));
const old = valid(run({ endedAt: ago(50) }));

/** What the upgrade's line and the config's are. */
const table: readonly (readonly [string, Partial<UpgradeFacts>, Expected, Expected])[] = [
  ["unchanged", {}, ["ok", /^unchanged: what runs/], [
    "ok",
    /^a{12} runs since 2026-06-11: nixos-system-b-second/,
  ]],
  ["upgraded", ended("upgraded"), ["ok"], ["ok"]],
  ["built", ended("built"), ["ok"], ["ok"]],
  ["undone", ended("undone"), ["ok"], ["ok"]],
  ["reboot-pending", ended("reboot-pending"), ["warning", /reboot, when/], ["ok"]],
  ["quarantined", ended("quarantined"), ["warning", /push a fix/], ["ok"]],
  ["rolled-back", ended("rolled-back"), ["warning", /push a fix/], ["ok"]],
  ["degraded", ended("degraded"), ["warning", /systemctl --failed/], ["ok"]],
  ["rollback-failed", ended("rollback-failed"), ["bad", /--undo/], ["ok"]],
  ["refused at the build", failedAt("build"), ["bad", /^refused: lines collide/], ["ok"]],
  ["failed", ended("failed"), ["bad"], ["ok"]],
  ["refused at the pull", failedAt("pull"), ["warning", /no further than the repository/], [
    "bad",
    /^pull: lines collide/,
  ]],
  ["a rebuild refused at the pull", failedAt("Upstream Sync", "failed"), ["warning"], ["bad"]],
  ["a pull that failed and was rolled back", failedAt("pull", "rolled-back"), ["warning"], ["ok"]],
  [
    "secrets in what was to be pushed",
    { last: valid(run({ exitCode: 3, warnings: ["not pushed, secrets were found:\na.nix"] })) },
    ["ok"],
    ["bad", /^not pushed, secrets were found: \|/],
  ],
  ["units that are not well since", { host: valid(notWell) }, ["warning", /web.service/], ["ok"]],
  [
    "the repository ahead of what runs",
    {
      last: valid(run({ after: { ...run().after, commit: "b".repeat(40) } })),
    },
    ["ok"],
    ["ok", /the repository is at bbbb/],
  ],
  [
    "a system for the next boot",
    {
      host: valid({
        ...unwell,
        deployed: unwell.deployed === null ? null : { ...unwell.deployed, waits: true },
      }),
    },
    ["ok"],
    ["ok", /from the next boot on/],
  ],
  ["no run for long", { last: old, reached: ago(50) }, ["warning", /no run for more than 24 h/], [
    "warning",
    /nothing heard of the remote for more than 24 h/,
  ]],
  ["a remote away for long", { reached: ago(50) }, ["ok"], ["warning", /nothing heard/]],
  ["a remote never heard of", { reached: null }, ["ok"], ["warning", /has heard of the remote/]],
  ["a pause", { last: old, reached: ago(50), host: paused(-5) }, ["ok", /paused until/], ["ok"]],
  ["a pause just over", { last: old, host: paused(1) }, ["ok"], ["ok"]],
  ["a pause long over", { last: old, host: paused(30) }, ["warning", /no run/], ["ok"]],
  ["a run under way", { last: old, journal: valid(journal), lock: held }, [
    "ok",
    /auto-upgrade since .*"build"/,
  ], ["ok"]],
  [
    "the first run under way",
    {
      ...none,
      journal: valid(journal),
      lock: held,
    },
    ["ok", /no run has ended yet/],
    ["ok", /nothing was deployed/],
  ],
  ["a run cut short", { journal: valid(journal) }, ["warning", /cut short in its step "build"/], [
    "ok",
  ]],
  ["a run that cannot be told", { journal: valid(journal), lock: { kind: "unknown" } }, [
    "unknown",
    /--repo DIR/,
  ], ["ok"]],
  ["no run yet", { last: missing, reached: null }, ["warning", /no run has ended/], ["ok"]],
  ["a pause before the first run", { last: missing, host: paused(-5), reached: null }, ["ok"], [
    "ok",
  ]],
  ["a time that is none", { last: valid(run({ endedAt: "soon" })) }, ["bad", /"soon"/], ["ok"]],
  ["a time of the future", { last: valid(run({ endedAt: ago(-2) })) }, ["warning", /future/], [
    "ok",
  ]],
  ["no directory", { ...none, directory: "missing" }, ["unused"], ["unused"]],
  ["an empty directory", none, ["unused"], ["unused"]],
  ["a corrupt report", { last: corrupt, reached: null }, ["bad", /last-run.json is corrupt/], [
    "bad",
  ]],
  ["a corrupt host", { host: corrupt }, ["bad", /host.json is corrupt/], ["bad", /host.json/]],
  ["a corrupt journal", { journal: corrupt }, ["bad", /run.json is corrupt/], ["ok"]],
  [
    "files of somebody else",
    {
      ...{ host: forbidden, last: forbidden, journal: forbidden },
      reached: null,
    },
    ["unknown", /as root/],
    ["unknown", /as root/],
  ],
];

for (const [name, facts, onUpgrade, onConfig] of table) {
  Deno.test(`upgrade: ${name} is ${onUpgrade[0]}, config ${onConfig[0]}`, () => {
    judged(decideUpgrade(upgrade(facts), limits), onUpgrade);
    judged(decideConfig(upgrade(facts), limits), onConfig);
  });
}

Deno.test("upgrade: every result of a run is in the table", () => {
  const told = table.flatMap(([, { last }]) => last?.kind === "valid" ? [last.state.result] : []);
  assert.deepEqual(results.filter((each) => !["unchanged", ...told].includes(each)), []);
});

const pulled = [{ name: "pull", outcome: "done" as const, detail: "", seconds: 1 }];
const synced = [{ ...pulled[0], name: "Upstream Sync" }] as typeof pulled;
const skipped = [{ ...synced[0], outcome: "skipped" }] as unknown as typeof pulled;
const reaching: readonly (readonly [string, Parameters<typeof run>[0], boolean])[] = [
  ["auto-upgrade", { steps: pulled }, true],
  ["rebuild-smart", { steps: synced }, true],
  ["rebuild-smart --offline", { steps: skipped }, false],
  ["auto-upgrade offline", {
    steps: pulled,
    warnings: ["origin cannot be reached, going on with what is here: no route"],
  }, false],
  ["one that was recovered", { steps: [] }, false],
];

for (const [name, more, expected] of reaching) {
  Deno.test(`${name} ${expected ? "hears" : "does not hear"} of the remote`, () => {
    assert.equal(reachedRemote(run(more)), expected);
  });
}
