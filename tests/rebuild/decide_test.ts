/** The pure decisions of a rebuild. */
import assert from "node:assert/strict";
import { deployments } from "../../src/rebuild/decide_history.ts";
import {
  inputChanges,
  inputInWords,
  inputsOf,
  staleInputs,
} from "../../src/rebuild/decide_inputs.ts";
import { packagesInWords, parsePackages } from "../../src/rebuild/decide_packages.ts";
import { parseUnits, unitsInWords } from "../../src/rebuild/decide_units.ts";
import { parseFlakeLock } from "../../src/rebuild/flake_lock_state.ts";
import type { LastRun } from "../../src/upgrade/last_run_state.ts";
import { NixStore } from "../support/nix_store.ts";
import { decoded, output } from "../support/processes.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";

/** A lock file with inputs by name: revision and day of November 2026. */
function lock(inputs: Readonly<Record<string, readonly [rev: string, day: number]>>): string {
  const names = Object.keys(inputs);
  const nodes = Object.fromEntries(
    Object.entries(inputs).map(([name, [rev, day]]) => [
      `${name}_2`,
      { locked: { rev, lastModified: Date.UTC(2026, 10, day) / 1000, type: "github" } },
    ]),
  );
  const root = {
    inputs: {
      ...Object.fromEntries(names.map((name) => [name, `${name}_2`])),
      follows: ["nixpkgs", "utils"],
    },
  };
  return JSON.stringify({ version: 7, root: "top", nodes: { top: root, ...nodes } });
}

function read(text: string): ReturnType<typeof inputsOf> {
  const parsed = parseFlakeLock(text);
  assert(parsed.kind === "valid", JSON.stringify(parsed));
  return inputsOf(parsed.state);
}

Deno.test("the inputs of a flake are those it names itself, as they are locked", () => {
  const inputs = read(lock({ nixpkgs: ["a".repeat(40), 1], tools: ["b".repeat(40), 20] }));
  assert.deepEqual(inputs.map(({ name }) => name), ["nixpkgs", "tools"]);
  const now = new Date("2026-11-21T12:00:00Z");
  assert.deepEqual(staleInputs(inputs, 7, now).map(({ name, days }) => [name, days]), [
    ["nixpkgs", 20],
  ]);
  assert.deepEqual(staleInputs(inputs, 20, now), [], "as old as that is not older");
  assert.deepEqual(staleInputs(inputs, 19, now).length, 1);
});

Deno.test("changes of inputs tell of new, moved and gone ones", () => {
  const before = read(lock({ gone: ["a".repeat(40), 1], moved: ["b".repeat(40), 2] }));
  const after = read(lock({ moved: ["c".repeat(40), 3], fresh: ["d".repeat(40), 4] }));
  assert.deepEqual(inputChanges(before, after).map(inputInWords), [
    "fresh: none → dddddddd (2026-11-04)",
    "gone: aaaaaaaa (2026-11-01) → none",
    "moved: bbbbbbbb (2026-11-02) → cccccccc (2026-11-03)",
  ]);
  assert.deepEqual(inputChanges(after, after), []);
});

Deno.test("a lock file of another shape is corrupt", () => {
  for (const text of ["", "[]", "{}", '{"version":7,"root":1,"nodes":{}}', '{"nodes":null}']) {
    assert.equal(parseFlakeLock(text).kind, "corrupt", text);
  }
});

Deno.test("what nix itself says of two systems is read: added, removed, changed", async () => {
  await inTemporaryDirectory(async (directory) => {
    await using store = await NixStore.in(`${directory}/nix`);
    const link = async (name: string): Promise<string> => await store.toplevel({ name });
    const [kept, old, fresh] = [await link("kept-1.0"), await link("old-1.0"), await link("new-2")];
    const before = await store.toplevel({ name: "a", links: { kept, old } });
    const after = await store.toplevel({
      name: "b",
      links: { kept: await link("kept-1.1"), fresh },
    });
    const nix = ["nix", "--extra-experimental-features", "nix-command"];
    const argv = [...nix, "store", "diff-closures", before, after];
    const { status, stdout, stderr } = decoded(
      await output(argv, { cwd: directory, env: store.environment }),
    );
    assert.equal(status, 0, stderr);
    const changes = parsePackages(stdout);
    const named = (name: string): string | undefined =>
      changes.find((each) => each.name === `nixos-system-${name}`)?.kind;
    assert.deepEqual([named("old"), named("new"), named("kept")], [
      "removed",
      "added",
      "changed",
    ], stdout);
    assert.match(packagesInWords(changes) ?? "", /^\d+ added, \d+ removed, \d+ changed$/);
  });
});

Deno.test("sizes alone, colours and foreign lines are no change of a package", () => {
  const text = "\x1b[33;1mlinux: 6.1 → 6.2, +12.3 MiB\x1b[0m\nbash: +8.0 KiB\nwarning: x\n\n";
  assert.deepEqual(parsePackages(text), [
    { name: "linux", kind: "changed", versions: "6.1 → 6.2" },
  ]);
  assert.equal(packagesInWords([]), undefined);
});

Deno.test("what an activation did to units is read from what it says", () => {
  const changes = parseUnits([
    "stopping the following units: a.service, b.service",
    "activating the configuration...",
    "restarting the following units: c.service",
    "reloading the following units: dbus.service",
    "starting the following units: a.service",
    "the following new units were started: new.timer",
  ].join("\n"));
  assert.deepEqual(changes, {
    started: ["new.timer"],
    stopped: ["b.service"],
    restarted: ["a.service", "c.service"],
    reloaded: ["dbus.service"],
  });
  assert.match(unitsInWords(changes) ?? "", /^started new\.timer; stopped b\.service; restarted a/);
  assert.equal(unitsInWords(parseUnits("nothing")), undefined);
});

/** A run of the history. */
function run(
  id: string,
  result: LastRun["result"],
  system: string | null,
  profile = system,
): LastRun {
  const place = { commit: `commit-${system}`, files: null, toplevel: system, profile };
  return {
    schema: 1,
    id,
    program: "rebuild-smart",
    endedAt: id,
    result,
    message: "",
    exitCode: 0,
    before: place,
    after: place,
    steps: [],
    failedUnits: [],
    warnings: [],
  };
}

Deno.test("the history has each system that was well, once, newest first", () => {
  const found = deployments(
    [
      run("1", "upgraded", "/a"),
      run("2", "unchanged", "/a"),
      run("3", "rolled-back", "/a"),
      run("4", "upgraded", "/b"),
      run("5", "degraded", "/c"),
      run("6", "reboot-pending", "/b", "/d"),
      run("7", "undone", "/a"),
      run("8", "upgraded", null),
    ],
    "/a",
    "/a",
  );
  assert.deepEqual(found.map(({ toplevel, date, isCurrent }) => [toplevel, date, isCurrent]), [
    ["/d", "6", false],
    ["/b", "4", false],
    ["/a", "1", true],
  ]);
  assert.deepEqual(deployments([run("1", "upgraded", "/a")], "/a", "/b")[0]?.isCurrent, false);
});
