import assert from "node:assert/strict";
import { nixosOptionsPage } from "../../src/build/nixos_options.ts";
import { declared, type Host, modules, rendered, usual } from "./host.ts";

Deno.test("docs/reference/nixos-options.md is what the modules declare", async () => {
  const page = new URL("../../docs/reference/nixos-options.md", import.meta.url);
  assert.equal(await Deno.readTextFile(page), nixosOptionsPage(declared), "deno task docs:nixos");
});

/** What the user's own texts state. */
const stated: readonly (readonly [keyof typeof modules, string, unknown])[] = [
  ["dotfiles", "enable", false],
  ["dotfiles", "repoUrl", null],
  ["dotfiles", "syncBeforeUpdate", true],
  ["dotfiles", "autoCommit", true],
  ["dotfiles", "autoPush", true],
  ["git", "enable", false],
  ["git", "autoPush", false],
  ["git", "branch", "dev"],
  ["git", "commitSchedule", "daily"],
  ["upgrade", "enable", false],
  ["upgrade", "mode", "local"],
  ["upgrade", "preUpdateHooks", []],
  ["upgrade", "buildBeforeSwitch", true],
  ["upgrade", "validationChecks", []],
  ["upgrade", "onValidationFailure", "rollback"],
  ["upgrade", "hostCanCommitConfig", false],
  ["golden", "enable", false],
  ["golden", "maxFailures", 2],
  ["golden", "autoPin", true],
  ["smart", "enable", false],
  ["smart", "autoCommit", true],
  ["smart", "autoPush", true],
  ["smart", "updateBeforeRebuild", false],
  ["smart", "syncDotfiles", true],
  ["smart", "offlineMode", false],
];

Deno.test("every option the user named is there, with the default that was stated", () => {
  for (const [module, option, expected] of stated) {
    assert.deepEqual(usual(module)[option], expected, `${modules[module]}.${option}`);
  }
});

/** Another value for each option; what the assertions are about has its tests there. */
const others: Readonly<Record<keyof typeof modules, Readonly<Record<string, unknown>>>> = {
  dotfiles: {
    autoCommit: false,
    autoPush: false,
    branch: "other",
    onConflict: "prefer-local",
    primaryUser: "ada",
    remote: "other",
    repoUrl: "https://example.org/x.git",
    secretGate: "refuse",
    syncBeforeUpdate: false,
    timeoutSeconds: 61,
    timer: "hourly",
    users: { ada: { repoUrl: null } },
  },
  git: {
    autoPush: true,
    branch: "other",
    commitSchedule: "weekly",
    remote: "other",
    repoPath: "/other",
    user: "ada",
  },
  upgrade: {
    activateTimeoutSeconds: 61,
    buildCommand: ["other"],
    buildTimeoutSeconds: 61,
    configuration: "other",
    conflictStrategy: "prefer-local",
    healthWindowSeconds: 61,
    hostCanCommitConfig: true,
    metrics: "/other",
    mode: "remote",
    notify: [{ kind: "mail", to: "a@example.org" }],
    notifyCommand: ["other"],
    onValidationFailure: "notify",
    preUpdateHooks: [["other"]],
    randomizedDelaySeconds: 61,
    rebootPolicy: "when-needed",
    rebootWindow: "02:00-05:00",
    schedule: "weekly",
    updateInputs: ["other"],
    validationChecks: [["other"]],
  },
  smart: {
    autoCommit: false,
    autoPush: false,
    offlineMode: true,
    secretsInput: "other",
    secretsRepo: "/other",
    staleDays: 61,
    syncDotfiles: false,
    tagBuilds: true,
    updateBeforeRebuild: true,
  },
  golden: {
    autoPin: false,
    bootLoader: "grub",
    deadlineSeconds: 61,
    emergencySeconds: 61,
    healthWindowSeconds: 61,
    loaderMount: "/other",
    loaderMounts: ["/other"],
    maxFailures: 3,
    maxNeutral: 3,
    maxRollbackTries: 3,
    notifyCommand: ["other"],
    rebootCommand: ["other"],
    requiredUnits: ["other.service"],
    settleSeconds: 61,
    validationCommands: [["other"]],
  },
};

/** Options whose effect is not in what is rendered: on or off, an assertion, or sops-nix's part. */
const elsewhere = /\.(enable|buildBeforeSwitch|flake|secrets)$/;

Deno.test("every option changes what a host gets", async () => {
  const on: Host = {
    git: { enable: true },
    upgrade: { enable: true, flake: "github:a/b" },
    smart: { enable: true },
  };
  const [before, ...after] = await rendered([
    on,
    ...Object.entries(others).flatMap(([module, values]) =>
      Object.entries(values).map(([option, value]) => {
        const users = option === "primaryUser" ? { users: { ada: {}, rain: {} } } : {};
        const set = { ...on[module as keyof Host], ...nulled(users), [option]: value };
        return { ...on, [module]: set };
      })
    ),
  ]);
  const tried = Object.entries(others).flatMap(([module, values]) =>
    Object.keys(values).map((option) => `${modules[module as keyof Host]}.${option}`)
  );
  for (const [at, each] of after.entries()) {
    assert.notDeepEqual(each, before, `${tried[at]} changes nothing`);
  }
  const own = declared.map(({ name }) => name).filter((name) =>
    Object.values(modules).some((module) => /^\.\w+$/.test(name.replace(module, "")))
  );
  assert.deepEqual(own.filter((name) => !elsewhere.test(name)).sort(), tried.sort());
});

function nulled(values: { readonly users?: Record<string, object> }): Record<string, unknown> {
  if (values.users === undefined) return {};
  const users = Object.keys(values.users).map((name) => [name, { repoUrl: null }]);
  return { users: Object.fromEntries(users) };
}
