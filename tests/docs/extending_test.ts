/** docs/extending.md: its code is put into a copy of the sources, and does what the page says. */
import assert from "node:assert/strict";
import { exits, golden } from "../golden/tools_scene.ts";
import { noDotfiles, outcomes, push, rebuildArgs, rebuilt, reports } from "../rebuild/scene.ts";
import { SopsHost } from "../sops/scene.ts";
import type { Ended } from "../support/processes.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";
import { CheckoutCopy } from "./checkout_copy.ts";
import { readPage, type Section } from "./page.ts";

const path = "docs/extending.md";
const sections = await readPage(path);

function section(title: string): Section {
  return sections.find((it) => it.title === title) ?? assert.fail(`no section ${title}`);
}

/** The examples of configuration, by their one key. */
const examples = new Map(
  section("A check").blocks.filter(({ language }) => language === "json").map(({ text }) => {
    const json: Record<string, unknown> = JSON.parse(text);
    return [Object.keys(json).join(), json] as const;
  }),
);

Deno.test(`${path}: code is there for each thing that code is needed for, and all of it is run`, () => {
  const languages = new Set(sections.flatMap(({ blocks }) => blocks.map((it) => it.language)));
  assert.deepEqual([...languages].sort(), ["diff", "json", "ts"]);
  assert.deepEqual([...examples.keys()], ["validationChecks", "validationCommands", "hooks"]);
});

Deno.test(`${path}: a check before a system goes live`, async () => {
  await using world = await rebuilt({ ...noDotfiles, ...examples.get("validationChecks") });
  const { a, b } = world;
  const script = '#!/bin/sh\necho "$1 $HOLDFAST_TOPLEVEL" > "$SWITCH/asked"; exit 3\n';
  await b.host.write("bin/site-check", script, 0o755);
  await push(a, { "flake.nix": "second\n" });
  const report = await reports(b, 5);
  assert.match(report.message, /^check site-check \{toplevel\} failed: .*exit status 3/);
  const [asked = ""] = await b.told("asked");
  assert.match(asked, /^(\S+-second) \1$/);
  assert.equal(await b.running(), "first");
  assert.deepEqual((await b.told("calls")).filter((call) => call.startsWith("second")), []);
});

Deno.test(`${path}: a check after a boot`, async () => {
  await using scene = await golden();
  const { host } = scene;
  await host.configure({ ...examples.get("validationCommands"), healthWindowSeconds: 0.001 });
  await host.script("site-answers", '#!/bin/sh\necho "no answer from $1" >&2; exit 7\n');
  exits(0, await host.install(await host.toplevel("update")));
  await host.powerOn();
  exits(0, await host.program("golden-boot-check"));
  const said = exits(1, await host.program("golden-boot-validate"));
  assert.match(said, /site-answers http:\/\/localhost\/.*no answer from http:\/\/localhost\//);
  await host.script("site-answers", "#!/bin/sh\n");
  await host.powerOn();
  exits(0, await host.program("golden-boot-check"));
  exits(0, await host.program("golden-boot-validate"));
  assert.match((await host.state("golden"))?.path, /-update$/);
});

Deno.test(`${path}: hooks`, async () => {
  await using world = await rebuilt({ ...noDotfiles, ...examples.get("hooks") });
  const { a, b } = world;
  await b.host.write("bin/backup-is-fresh", "#!/bin/sh\necho stale >&2; exit 1\n", 0o755);
  const tell =
    '#!/bin/sh\necho "$HOLDFAST_RESULT $HOLDFAST_EXIT_CODE: $HOLDFAST_MESSAGE" > "$SWITCH/house"\n';
  await b.host.write("bin/tell-the-house", tell, 0o755);
  await push(a, { "flake.nix": "second\n" });
  const report = await reports(b, 0);
  assert.match(report.warnings.join("\n"), /backup-is-fresh: .*stale/);
  assert.match((await b.told("house")).join(), /^upgraded 0: .*second/);
});

/** What each section changes, tried in a copy that has all of it: to check one takes a while. */
const changes: Readonly<Record<string, (copy: CheckoutCopy) => Promise<void>>> = {
  "A check of check-sops": async (copy) => {
    // Keys and secrets are root's, and only root can make such.
    if (Deno.uid() !== 0) return;
    await using host = await SopsHost.create();
    await host.install([{ name: "a" }]);
    const args = [...copy.argv("check-sops").slice(1), "--current-system", host.currentSystem];
    assert.match((await copy.deno(...args)).stdout, /^ok +spare +2 keys are named$/m);
    await host.install([{ name: "a" }], { ageKeyFile: null });
    const { stdout } = await copy.deno(...args);
    assert.match(stdout, /^warning +spare +one key alone opens the secrets\n +do: name a second/m);
  },
  "A line of host-status": async (copy) => {
    const { stdout, stderr } = await copy.deno(...copy.argv("host-status").slice(1));
    assert.match(stdout, /^unused +backup +no backup was made here$/m, stderr);
  },
  "A phase of rebuild-smart": tryPhase,
  "An option": async (copy) => {
    const test = "tests/build/reference_test.ts";
    assert.equal(await copy.succeeds(test), false);
    assert.equal((await copy.deno("task", "docs")).status, 0);
    assert.equal(await copy.succeeds(test), true);
    await using b = await UpgradeHost.create();
    for (let run = 0; run < 2; run++) exits(0, await b.upgrades());
    const args = ["--config", b.host.path("config.json"), "--json", "--runs"];
    const shown = async (runs: string): Promise<Ended> =>
      await b.host.run([...copy.argv("upgrade-status"), ...args, runs], { env: b.environment });
    assert.equal(JSON.parse(exits(0, await shown("200"))).runs.length, 2);
    assert.equal(JSON.parse(exits(0, await shown("1"))).runs.length, 1);
    const said = exits(2, await shown("0"));
    assert.match(said, /option --runs: "0" should be a whole number from 1 to 200/);
  },
};

Deno.test(`${path}: what is changed in the sources is as all else there, and does what it says`, async (test) => {
  await using copy = await CheckoutCopy.create();
  for (const title of [...Object.keys(changes), "A program"]) await copy.change(section(title));
  await test.step("all of it has right types and form", () => copy.assertWell());
  for (const [title, tried] of Object.entries(changes)) {
    await test.step(title, () => tried(copy));
  }
});

async function tryPhase(copy: CheckoutCopy): Promise<void> {
  await using world = await rebuilt();
  const { a, b } = world;
  const call = async (...args: string[]): Promise<Ended> =>
    await b.host.run([...copy.argv("rebuild-smart"), ...rebuildArgs(b, args)], {
      env: b.environment,
    });
  await b.host.write("bin/snapper", '#!/bin/sh\necho "$*" >> "$SWITCH/snapshots"\n', 0o755);
  await push(a, { "flake.nix": "second\n" });
  const dry = await call("--dry-run");
  assert.equal(dry.status, 0, dry.stderr);
  assert.match(dry.stdout + dry.stderr, /would take a snapshot of the homes\n/);
  assert.deepEqual(await b.told("snapshots"), []);

  const offline = outcomes(JSON.parse((await call("--json", "--offline")).stdout));
  assert(offline.includes("Home Snapshot: skipped"), offline.join());

  const done = JSON.parse((await call("--json")).stdout);
  const at = outcomes(done).indexOf("NixOS Rebuild: done");
  assert.equal(outcomes(done)[at - 1], "Home Snapshot: done");
  assert.equal(done.phases[at - 1].detail, "snapper list shows it");
  assert.deepEqual(await b.told("snapshots"), ["--config home create"]);

  // It is not fatal: told of, and the rebuild goes on.
  await b.host.write("bin/snapper", "#!/bin/sh\necho no space >&2; exit 1\n", 0o755);
  await push(a, { "flake.nix": "third\n" });
  const failed = await call("--json");
  assert.equal(failed.status, 0, failed.stderr);
  const report = JSON.parse(failed.stdout);
  assert.match(
    report.warnings.join("\n"),
    /Home Snapshot: snapper .*no space; going on without it/,
  );
  assert.equal(await b.running(), "third");

  const test = "tests/build/rebuild_docs_test.ts";
  assert.equal(await copy.succeeds(test), false);
  const page = `${copy.root}/docs/rebuild-smart.md`;
  const text = await Deno.readTextFile(page);
  await Deno.writeTextFile(
    page,
    text.replace("| NixOS Rebuild", "| Home Snapshot | | told of |\n$&"),
  );
  assert.equal(await copy.succeeds(test), true);
}
