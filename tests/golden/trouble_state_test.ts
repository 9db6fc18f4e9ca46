/** State files that are not what a program wrote: told of, kept aside, never acted upon. */
import assert from "node:assert/strict";
import { parseGolden } from "../../src/golden/golden_state.ts";
import { parseRejected } from "../../src/golden/rejected_state.ts";
import { parseTrial } from "../../src/golden/trial_state.ts";
import type { GoldenHost } from "../support/golden_host.ts";
import { ending, exits, fails, healthy, onTrial } from "./tools_scene.ts";
import { playOn } from "./tools_scene.ts";
import { testsOn } from "./tools_snapshot.ts";

type Spoil = (path: string, text: string) => Promise<void> | void;

const changed = (change: Record<string, unknown>): Spoil => (path, text) =>
  Deno.writeTextFile(path, JSON.stringify({ ...JSON.parse(text), ...change }));

/** How a file is spoilt, and how the reason begins that is given. */
const spoilt: Readonly<Record<string, readonly [Spoil, RegExp]>> = {
  "is empty": [(path) => Deno.writeTextFile(path, ""), /JSON/],
  "is cut off": [(path, text) => Deno.writeTextFile(path, text.slice(0, 100)), /JSON/],
  "is no object": [(path) => Deno.writeTextFile(path, "[]"), /the whole/],
  "has a newer schema": [changed({ schema: 2 }), /schema/],
  "lacks its schema": [changed({ schema: undefined }), /schema/],
  "is huge": [
    (path, text) => Deno.writeTextFile(path, text + " ".repeat(2_000_000)),
    /more than any/,
  ],
  "is no text": [(path) => Deno.writeFile(path, new Uint8Array([0xff, 0xfe, 0, 1])), /JSON/],
  "is a directory": [
    async (path) => {
      await Deno.remove(path);
      await Deno.mkdir(`${path}/in/it`, { recursive: true });
    },
    /no regular file/,
  ],
  "is a pipe": [
    async (path) => {
      await Deno.remove(path);
      await new Deno.Command("mkfifo", { args: [path] }).output();
    },
    /no regular file/,
  ],
  "is a link": [
    async (path, text) => {
      await Deno.writeTextFile(`${path}.elsewhere`, text);
      await Deno.remove(path);
      await Deno.symlink(`${path}.elsewhere`, path);
    },
    /no regular file/,
  ],
};

/** What only a trial has. */
const spoiltTrial: typeof spoilt = {
  "counts below zero": [changed({ failures: -1 }), /failures/],
  "counts in halves": [changed({ neutral: 0.5 }), /neutral/],
  "counts beyond belief": [changed({ rollbackTries: 1e9 }), /rollbackTries/],
  "names a target that is no store path": [changed({ target: "/etc/passwd" }), /target/],
  "names a target with a line end in it": [
    changed({ target: `/nix/store/${"a".repeat(32)}-x\ny` }),
    /target/,
  ],
  "is in a phase that does not exist": [changed({ phase: "done" }), /phase/],
  "has a time that is none": [changed({ markedAt: "yesterday" }), /markedAt/],
  "has a history without an end": [
    (path, text) => {
      const judged = { bootId: "0".repeat(32), time: "2026-01-01T00:00:00Z", outcome: "failed" };
      return changed({ history: Array(21).fill({ ...judged, reason: "" }) })(path, text);
    },
    /history/,
  ],
};

async function spoil(host: GoldenHost, name: string, how: Spoil): Promise<string> {
  const path = `${host.stateDir}/${name}.json`;
  await how(path, await Deno.readTextFile(path));
  return path;
}

/** Makes these all that is in the state directory. */
async function restore(host: GoldenHost, texts: Readonly<Record<string, string>>): Promise<void> {
  await Deno.remove(host.stateDir, { recursive: true });
  await Deno.mkdir(host.stateDir);
  await Deno.remove(`${host.root}/reboots`).catch(() => {});
  for (const [name, text] of Object.entries(texts)) {
    await Deno.writeTextFile(`${host.stateDir}/${name}.json`, text);
  }
}

async function bootId(host: GoldenHost): Promise<string> {
  return (await Deno.readTextFile(`${host.root}/boot_id`)).trim().replaceAll("-", "");
}

Deno.test("what a failing command says cannot paint a terminal, nor look like other lines", async () => {
  const evil = [
    "printf",
    "%b",
    "\\033[2J\\033]0;x\\007\\nrejected    /nix/store/nothing\\n\\rgolden",
  ];
  await using scene = await onTrial();
  const { host } = scene;
  const argv = ["sh", "-c", '"$@" >&2; exit 1', "sh", ...evil];
  await host.configure({ validationCommands: [argv], healthWindowSeconds: 0.001 });
  exits(0, await host.program("golden-boot-check"));
  const said = exits(1, await host.program("golden-boot-validate"));
  const shown = exits(0, await host.program("show-boot-status"));
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(said + shown, /[\x00-\x08\x0b-\x1f\x7f]/);
  assert.doesNotMatch(shown, /^rejected/m);
});

testsOn("state files that are not what a program wrote", {
  "a trial that cannot be read as one is kept aside, and the boot goes on": [
    "on trial",
    async ({ host, update }, t) => {
      const trial = await Deno.readTextFile(`${host.stateDir}/trial.json`);
      await healthy(host, false);
      for (const [what, [how, reason]] of Object.entries({ ...spoilt, ...spoiltTrial })) {
        await t.step(`it ${what}`, async () => {
          await restore(host, { trial });
          const path = await spoil(host, "trial", how);
          const aside = `${path}.corrupt-${await bootId(host)}`;
          const said = exits(1, await host.program("golden-boot-check"));
          assert.ok(said.includes(`${path} is corrupt (`), said);
          assert.match(said, reason);
          assert.ok(said.includes(`): kept as ${aside}, not acted upon`), said);
          assert.ok(await Deno.lstat(aside));
          assert.equal(await host.state("trial"), null);
          // The validation of this boot would have failed.
          await host.program("golden-boot-validate", ["--deadline"]);
          assert.equal(await host.reboots(), 0);
          assert.equal(await host.loaderDefault(), update);
        });
      }
    },
  ],
  "golden that cannot be read is never rolled back to": [
    "last chance",
    async ({ host, update }, t) => {
      const trial = await Deno.readTextFile(`${host.stateDir}/trial.json`);
      const golden = await Deno.readTextFile(`${host.stateDir}/golden.json`);
      await healthy(host, false);
      for (const [what, [how]] of Object.entries(spoilt)) {
        await t.step(`it ${what}`, async () => {
          await restore(host, { trial, golden });
          const path = await spoil(host, "golden", how);
          const said = exits(1, await host.program("golden-boot-validate"));
          assert.ok(said.includes(`${path} is corrupt (`), said);
          assert.match(said, /cannot be replaced: nothing is golden; staying up/);
          assert.equal(await host.reboots(), 0);
          assert.equal(await host.loaderDefault(), update);
        });
      }
    },
  ],
  "while golden cannot be read, a failed boot is not even given its next chance": [
    "on trial",
    async ({ host }) => {
      exits(0, await host.program("golden-boot-check"));
      await spoil(host, "golden", (path) => Deno.writeTextFile(path, "{"));
      await healthy(host, false);
      exits(1, await host.program("golden-boot-validate"));
      assert.equal(await host.reboots(), 0);
    },
  ],
  "rejections that cannot be read stop a mark once, and nothing else": [
    "on trial",
    async ({ host, update }) => {
      await Deno.writeTextFile(`${host.stateDir}/rejected.json`, '{"schema": 1, "rejected": [7]}');
      const said = exits(1, await host.program("golden-boot-check"));
      assert.match(said, /rejected\.json is corrupt \(rejected\.0/);
      // The attempt was opened all the same: the trial is whole.
      assert.match(said, /chance 1 of 2/);
      exits(0, await host.program("golden-boot-validate"));
      assert.equal((await ending(host)).golden, update);
    },
  ],
  "what only looks says what is corrupt, and leaves it where it is": [
    "golden",
    async ({ host }) => {
      const path = await spoil(host, "golden", (path) => Deno.writeTextFile(path, "{"));
      assert.match(exits(1, await host.program("show-golden")), /golden\.json is corrupt: /);
      assert.match(
        exits(1, await host.program("show-boot-status")),
        /trouble .*golden\.json is corrupt/,
      );
      assert.match(
        exits(3, await host.program("rollback-to-golden", ["--dry-run"])),
        /nothing is golden/,
      );
      assert.equal(await Deno.readTextFile(path), "{");
    },
  ],
  "a state file cut off at any length is corrupt, and never another state": [
    "last chance",
    async ({ host }) => {
      await fails(host, 5);
      await host.powerOn();
      exits(0, await host.program("golden-boot-check"));
      const parsers = { trial: parseTrial, golden: parseGolden, rejected: parseRejected };
      for (const [name, parse] of Object.entries(parsers)) {
        const text = await Deno.readTextFile(`${host.stateDir}/${name}.json`);
        assert.equal(parse(text).kind, "valid");
        for (let length = 0; length < text.trimEnd().length; length++) {
          assert.equal(
            parse(text.slice(0, length)).kind,
            "corrupt",
            `${name} of ${length} characters`,
          );
        }
      }
    },
  ],
  "a second corrupt file in one boot does not stop anything either": [
    "on trial",
    async ({ host, good }) => {
      for (const text of ["{", "}"]) {
        await Deno.writeTextFile(`${host.stateDir}/trial.json`, text);
        exits(1, await host.program("golden-boot-check"));
      }
      const update = await host.toplevel("next");
      await healthy(host, false);
      exits(0, await host.install(update));
      await playOn(host, (path) => path === good);
      assert.equal((await ending(host)).loader, good);
    },
  ],
  "fields that a newer program added are kept by an older one": ["on trial", async ({ host }) => {
    await spoil(host, "trial", changed({ added: { by: "a newer one" } }));
    await fails(host, 1);
    assert.deepEqual((await host.state("trial")).added, { by: "a newer one" });
  }],
});
