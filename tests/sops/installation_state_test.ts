import { deepEqual, equal } from "node:assert/strict";
import { installationsIn, mentionsSops } from "../../src/sops/installation_state.ts";

const program = "/nix/store/1-sops-install-secrets-0.0.1/bin/sops-install-secrets";
const manifest = "/nix/store/0-manifest.json";

const rows: readonly (readonly [string, string, readonly string[]])[] = [
  ["no call", "#!/bin/sh\necho hello\n", []],
  ["a part of the activation script", `(\n export HOME='/x'\n  ${program} ${manifest}\n)\n`, [
    manifest,
  ]],
  ["a unit", `[Service]\nExecStart=${program} ${manifest}\n`, [manifest]],
  [
    "secrets for users beside it",
    `${program} -ignore-passwd /nix/store/0-manifest-for-users.json\n${program} ${manifest}\n`,
    ["/nix/store/0-manifest-for-users.json without passwd", manifest],
  ],
  ["a switch of Go's with two dashes and a value", `${program} --ignore-passwd=true ${manifest}`, [
    `${manifest} without passwd`,
  ]],
  ["a switch that is turned off", `${program} -ignore-passwd=false ${manifest}`, [manifest]],
  ["another switch", `${program} -check-mode=off ${manifest}`, [manifest]],
  ["a comment", `# ${program} ${manifest}\n; ${program} ${manifest}\n`, []],
  ["a quoted manifest", `${program} "${manifest}"`, [manifest]],
  ["the name of a part", `#### Activation script snippet setupSecrets:\n`, []],
];

for (const [what, text, expected] of rows) {
  Deno.test(`calls of sops-install-secrets are found: ${what}`, () => {
    deepEqual(
      installationsIn(text).map((each) =>
        each.manifest + (each.ignoresPasswd ? " without passwd" : "")
      ),
      expected,
    );
  });
}

Deno.test("a call that has no manifest is told from none", () => {
  equal(mentionsSops(`${program} "$manifest"\n`), true);
  equal(installationsIn(`${program} "$manifest"\n`).length, 0);
  equal(mentionsSops(`# ${program} ${manifest}\n`), false);
});

Deno.test("the unit is remembered", () => {
  deepEqual(installationsIn(`ExecStart=${program} ${manifest}`, "a.service"), [
    { manifest, ignoresPasswd: false, unit: "a.service" },
  ]);
});
