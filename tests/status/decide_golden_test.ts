import { decideGolden } from "../../src/status/decide_golden.ts";
import { decideSecrets } from "../../src/status/decide_secrets.ts";
import type { GoldenFacts } from "../../src/status/golden_facts.ts";
import type { SecretsFacts, SecretsFound } from "../../src/status/secrets_facts.ts";
import type { Manifest } from "../../src/sops/manifest_state.ts";
import {
  ago,
  corrupt,
  type Expected,
  forbidden,
  goldenFacts,
  judged,
  limits,
  missing,
  rejected,
  trial,
  valid,
} from "./decide_scene.ts";

const open = { bootId: "1".repeat(32), since: ago(0.1) };
const history = [{
  bootId: "1".repeat(32),
  time: ago(1),
  outcome: "failed" as const,
  reason: "web.service: failed",
}];

const golden: readonly (readonly [string, Partial<GoldenFacts>, Expected])[] = [
  ["a golden generation", {}, ["ok", /^nixos-system-good is golden/]],
  ["a trial that waits", { trial: valid(trial()) }, ["ok", /new is on trial, and waits/]],
  ["a boot on trial", { trial: valid(trial({ open })) }, ["ok", /in this boot/]],
  ["a boot that nobody judges", { trial: valid(trial({ open: { ...open, since: ago(30) } })) }, [
    "warning",
    /not judged for more than 24 h/,
  ]],
  ["a failed boot", { trial: valid(trial({ failures: 1, history })) }, [
    "warning",
    /1 boot failed: web.service: failed/,
  ]],
  ["a rollback", { trial: valid(trial({ phase: "rollback", history })) }, [
    "warning",
    /is being rolled back: web/,
  ]],
  ["a rollback that cannot be", { trial: valid(trial({ phase: "exhausted" })) }, [
    "bad",
    /could not be replaced .*rollback-to-golden/,
  ]],
  ["nothing golden", { golden: missing, rejected: valid(rejected(200)) }, [
    "warning",
    /no way back/,
  ]],
  ["a trial and nothing golden", { golden: missing, trial: valid(trial()) }, ["warning"]],
  ["a rejection since", { rejected: valid(rejected(5)) }, [
    "warning",
    /bad was rejected on 2026-06-15: web/,
  ]],
  ["a rejection before", { rejected: valid(rejected(500)) }, ["ok"]],
  ["no directory", { directory: "missing", golden: missing }, ["unused"]],
  ["an empty directory", { golden: missing }, ["unused"]],
  ["a corrupt trial", { trial: corrupt }, ["bad", /trial.json is corrupt/]],
  ["a corrupt golden", { golden: corrupt }, ["bad", /golden.json is corrupt/]],
  ["a corrupt list", { rejected: corrupt }, ["bad", /rejected.json is corrupt/]],
  ["somebody else's files", { golden: forbidden, trial: forbidden, rejected: forbidden }, [
    "unknown",
    /as root/,
  ]],
];

for (const [name, facts, expected] of golden) {
  Deno.test(`golden: ${name} is ${expected[0]}`, () => {
    judged(decideGolden(goldenFacts(facts), limits), expected);
  });
}

const all: SecretsFound = {
  manifest: "/nix/store/00000000000000000000000000000000-manifest.json",
  ignoresPasswd: false,
  content: valid({ symlinkPath: "/run/secrets" } as Manifest),
  link: "link",
  installed: ago(10),
  isGeneration: true,
  count: 5,
  missing: [],
  hidden: 0,
};
const one = (more: Partial<SecretsFound>): Partial<SecretsFacts> => ({
  installations: [{ ...all, ...more }],
});

const secrets: readonly (readonly [string, Partial<SecretsFacts>, Expected])[] = [
  ["all of them", {}, ["ok", /^5 secrets in place/]],
  ["no sops", { installations: [] }, ["unused"]],
  ["no NixOS", { installations: [], system: "missing" }, ["unused"]],
  ["a system out of sight", { installations: [], system: "forbidden" }, ["unknown"]],
  ["a call not known here", { installations: [], riddles: 1 }, ["unknown", /check-sops/]],
  ["some missing", one({ missing: ["a", "b", "c", "d"] }), [
    "bad",
    /^4 of 5 secrets missing: a, b, c, …/,
  ]],
  ["one missing, others out of sight", one({ missing: ["a"], hidden: 2 }), ["bad"]],
  ["no link", one({ link: "missing", isGeneration: false }), ["bad", /leads nowhere/]],
  ["a link out of sight", one({ link: "forbidden", isGeneration: false }), ["unknown"]],
  ["secrets out of sight", one({ hidden: 5 }), ["unknown", /check-sops/]],
  ["a manifest that is gone", one({ content: missing }), ["bad", /is not there/]],
  ["a manifest that is none", one({ content: corrupt }), ["bad", /Unexpected end/]],
  ["a manifest out of sight", one({ content: forbidden }), ["unknown"]],
  ["older than the activation", one({ installed: ago(60) }), ["warning", /older than/]],
  ["of a unit, and older", one({ installed: ago(60), unit: "sops.service" }), ["ok"]],
];

for (const [name, facts, expected] of secrets) {
  Deno.test(`secrets: ${name} is ${expected[0]}`, () => {
    const usual = { system: "link", activated: ago(10), riddles: 0, installations: [all] } as const;
    judged(decideSecrets({ ...usual, ...facts }), expected);
  });
}
