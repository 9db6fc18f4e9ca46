import assert from "node:assert/strict";
import fc from "fast-check";
import { serializeState } from "../../src/cli/parse_state.ts";
import { parseGolden } from "../../src/golden/golden_state.ts";
import { parseRejected } from "../../src/golden/rejected_state.ts";
import { parseTrial } from "../../src/golden/trial_state.ts";
import { fresh, goldenIs, good, openIn, rejecting, trial } from "./decide_scene.ts";

const hash = "0".repeat(32);

/** In which state files a path is accepted. */
function acceptedBy(path: unknown): readonly string[] {
  const texts = {
    trial: parseTrial(serializeState({ ...trial(), target: path })),
    golden: parseGolden(serializeState({ ...goldenIs(good), path })),
    parent: parseGolden(serializeState({ ...goldenIs(good), parent: path })),
    rejected: parseRejected(
      serializeState({ schema: 1, rejected: [{ ...rejecting(fresh).rejected[0], path }] }),
    ),
  };
  return Object.entries(texts).filter(([, { kind }]) => kind === "valid").map(([name]) => name);
}

const all = ["trial", "golden", "parent", "rejected"];

Deno.test("paths directly in a store are accepted", () => {
  for (
    const path of [`/nix/store/${hash}-a`, `/tmp/x/nix/store/${hash}-nixos-system-a-25.11.2026+x`]
  ) assert.deepEqual(acceptedBy(path), all, path);
});

const foreign = [
  "",
  "/",
  "/nix/store",
  "/nix/store/",
  `${hash}-a`,
  `nix/store/${hash}-a`,
  `/${hash}-a`,
  `/nix/store/${hash}`,
  `/nix/store/${hash}-`,
  `/nix/store/${hash}-a/`,
  `/nix/store/${hash}-a/etc`,
  `/nix/store/${hash}-a\n`,
  `/nix/store/${hash}-a\0`,
  `/nix/st\nore/${hash}-a`,
  `/nix//store/${hash}-a`,
  `/nix/store/${hash.slice(1)}-a`,
  `/nix/store/0${hash}-a`,
  `/nix/store/${hash.replace("0", "A")}-a`,
  `/nix/store/.links/../${hash}-a`,
  `/nix/store/../../home/${hash}-a`,
  `/nix/./store/${hash}-a`,
  `/nix/store/${hash}-${"a".repeat(5000)}`,
  "/nix/var/nix/profiles/system",
  "/run/current-system",
];

for (const path of foreign) {
  Deno.test(`no state is acted upon whose path is ${JSON.stringify(path.slice(0, 60))}`, () => {
    assert.deepEqual(acceptedBy(path), []);
  });
}

Deno.test("nothing is accepted for a path that is none", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.jsonValue()), (given) => {
    if (given === null) return;
    assert.deepEqual(acceptedBy(given), []);
  }));
});

Deno.test("boots, times and counters have bounds as well", () => {
  const wrong = [
    { markedIn: "1".repeat(31) },
    { markedIn: "G".repeat(32) },
    { markedAt: "yesterday" },
    { markedAt: "2026-01-02 03:04:05" },
    { failures: -1 },
    { failures: 0.5 },
    { failures: 1001 },
    { neutral: "1" },
    { rollbackTries: null },
    { rollbackTries: 1e100 },
    { aborted: 0 },
    { phase: "done" },
    { open: {} },
    { open: { ...openIn(hash).open, bootId: hash.slice(1) } },
    { history: {} },
    { history: [{}] },
  ];
  for (const each of wrong) {
    const text = serializeState({ ...trial(), ...each });
    assert.equal(parseTrial(text).kind, "corrupt", JSON.stringify(each));
  }
});
