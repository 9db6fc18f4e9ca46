/** Recovery procedures for boots: each on a host that is in that very trouble, to its good end. */
import assert from "node:assert/strict";
import type { GoldenHost } from "../support/golden_host.ts";
import { ending, exits, healthy } from "../golden/tools_scene.ts";
import { type Stage, Stages } from "../golden/tools_snapshot.ts";
import { everySection, type Reader, type Scene } from "./follow.ts";
import { atGolden } from "./readers.ts";

/** One host, taken to where each scene begins. */
let stages: Stages;
Deno.test.beforeAll(async () => void (stages = await Stages.play()));
Deno.test.afterAll(async () => await stages[Symbol.asyncDispose]());

const profile = "/nix/var/nix/profiles/system";

async function at(stage: Stage): Promise<{ host: GoldenHost; reader: Reader }> {
  await stages.at(stage);
  return { host: stages.host, reader: await atGolden(stages.host) };
}

/** What the programs said in one boot is what the journal prints of it. */
async function journal(host: GoldenHost, boot: string, said: string): Promise<void> {
  const lines = said.trimEnd().split("\n").map((line) =>
    `Jan 02 03:04:05 host golden-generation[678]: ${line}`
  );
  const wanted = `[ "$*" = "-t golden-generation -b${boot}" ] || exit 1`;
  await host.script("journalctl", `#!/bin/sh\n${wanted}\ncat <<'END'\n${lines.join("\n")}\nEND\n`);
}

/** A rebuild of this toplevel: as nixos-rebuild does, the profile first. */
async function configured(host: GoldenHost, toplevel: string): Promise<void> {
  const sets = `nix-env --profile ${host.store.profile} --set ${toplevel}`;
  const switches = `exec ${toplevel}/bin/switch-to-configuration "$1"`;
  await host.script("nixos-rebuild", `#!/bin/sh\nset -eu\n${sets}\n${switches}\n`);
}

/** `systemctl restart UNIT` brings the unit up, what it needs being repaired. */
async function canRestart(host: GoldenHost): Promise<void> {
  await Deno.rename(`${host.root}/bin/systemctl`, `${host.root}/bin/systemctl-of-others`);
  const up = 'echo "active running 0" > "$UNITS/$2"; exit';
  const script = `#!/bin/sh\n[ "$1" != restart ] || { ${up}; }\nexec systemctl-of-others "$@"\n`;
  await host.script("systemctl", script);
}

/** The reboot that was asked for: of this toplevel, and judged, well or not. */
async function boots(host: GoldenHost, expected: string, isWell = true): Promise<void> {
  assert.equal(await host.reboots(), 1);
  assert.equal(await host.powerOn(), expected);
  await judged(host, isWell);
}

async function judged(host: GoldenHost, isWell = true): Promise<void> {
  exits(0, await host.program("golden-boot-check"));
  await healthy(host, isWell);
  exits(isWell ? 0 : 1, await host.program("golden-boot-validate"));
}

/** The update fails its last chance, and golden is booted and validated; returns what was said. */
async function rolledBack(host: GoldenHost): Promise<string> {
  await healthy(host, false);
  const said = exits(5, await host.program("golden-boot-validate"));
  await boots(host, stages.good);
  return said;
}

/** An update that its validation found well. */
async function proven(host: GoldenHost): Promise<void> {
  await judged(host);
  assert.equal((await ending(host)).golden, stages.update);
}

/** The host boots this and nothing else, it is golden, and no trial is left. */
async function rests(host: GoldenHost, path: string, rejected: readonly string[]): Promise<void> {
  const on = { golden: path, root: path, loader: path, profile: path };
  assert.deepEqual(await ending(host), { ...on, trial: undefined, rejected });
  assert.equal(await Deno.realPath(`${host.root}/run/booted-system`), path);
}

const scenes: Readonly<Record<string, Scene>> = {
  "The host rebooted by itself and runs an older system": async (follow) => {
    const { host, reader } = await at("last chance");
    await journal(host, " -1", await rolledBack(host));
    await follow(reader);
    const fixed = await host.toplevel("fixed");
    await configured(host, fixed);
    await follow(reader);
    await boots(host, fixed);
    await follow(reader);
    await rests(host, fixed, [stages.update]);
  },

  "A deployment is refused: it was rejected": async (follow) => {
    const { host, reader } = await at("last chance");
    const { good, update } = stages;
    await rolledBack(host);
    await configured(host, update);
    assert.match(exits(3, await host.run(["nixos-rebuild", "boot"])), /refused: .* was rejected/);
    await follow(reader);
    await follow(reader);
    const { loader, profile, rejected } = await ending(host);
    assert.deepEqual([loader, profile, rejected], [good, good, [update]]);
    await follow(reader, { TOPLEVEL: update });
    await boots(host, update);
    await rests(host, update, []);
  },

  "The system that runs is bad and has to go": async (follow) => {
    const { host, reader } = await at("checked");
    const { good, update } = stages;
    await follow(reader);
    await follow(reader);
    await boots(host, good);
    await rests(host, good, [update]);
    // One that was found well, and so is golden.
    await stages.at("checked");
    await atGolden(host);
    await proven(host);
    const said = await follow(reader, { [profile]: host.store.profile });
    assert.match(said, /nothing to do$[^]*^ +1 [^]*^ +2 .*\(current\)/m);
    await follow(reader, { NUMBER: "1" });
    await boots(host, good);
    await rests(host, good, [update]);
  },

  "`failed and cannot be replaced … staying up`": async (follow) => {
    const { host, reader } = await at("last chance");
    const { good, update } = stages;
    const full = { env: { FAIL_LOADER: "1" } };
    await healthy(host, false);
    exits(6, await host.program("golden-boot-validate", [], full));
    await host.powerOn();
    exits(6, await host.program("golden-boot-check", [], full));
    await host.powerOn();
    await journal(host, "", exits(1, await host.program("golden-boot-check", [], full)));
    await follow(reader);
    await follow(reader);
    await boots(host, good);
    await rests(host, good, [update]);
    // And with nothing golden.
    await stages.at("last chance");
    await atGolden(host);
    await Deno.remove(`${host.stateDir}/golden.json`);
    await healthy(host, false);
    exits(1, await host.program("golden-boot-validate"));
    assert.equal((await host.state("trial")).phase, "exhausted");
    await follow(reader, { [profile]: host.store.profile, NUMBER: "1" });
    await boots(host, good);
    await rests(host, good, [update]);
  },

  "Golden is not healthy either: `staying up, not rebooting`": async (follow) => {
    const { host, reader } = await at("rolled back");
    await host.configure({ requiredUnits: ["web.service"], healthWindowSeconds: 0.001 });
    await host.unit("web.service", "failed failed 0");
    await journal(host, "", exits(1, await host.program("golden-boot-validate")));
    assert.equal(await host.reboots(), 0);
    await follow(reader);
    await canRestart(host);
    await follow(reader, { UNIT: "web.service" });
    await rests(host, stages.good, [stages.update]);
  },

  "An older generation was chosen in the loader's menu and has to stay": async (follow) => {
    const { host, reader } = await at("checked");
    const { good, update } = stages;
    await proven(host);
    await host.powerOn(good);
    await follow(reader);
    await follow(reader);
    await host.powerOn();
    await judged(host);
    await rests(host, good, [update]);
  },

  "Nothing is golden": async (follow) => {
    const { host, reader } = await at("first boot");
    await host.configure({
      requiredUnits: ["web.service"],
      healthWindowSeconds: 0.001,
      settleSeconds: 0.01,
    });
    await host.unit("web.service", "failed failed 0");
    exits(1, await host.program("golden-boot-validate"));
    await follow(reader);
    await canRestart(host);
    await follow(reader, { UNIT: "web.service" });
    await rests(host, stages.good, []);
  },

  "The host is in emergency mode": async (follow) => {
    const { host, reader } = await at("checked");
    const [pid, units] = [`${host.root}/emergency.pid`, `${host.root}/units`];
    await host.unit("emergency.target", "active active 0");
    await host.script("systemctl-of-others", await Deno.readTextFile(`${host.root}/bin/systemctl`));
    await host.script(
      "systemctl",
      `#!/bin/sh
case "$*" in
"stop golden-emergency.service") exec kill "$(cat ${pid})" ;;
default) exec rm ${units}/emergency.target ;;
*) exec systemctl-of-others "$@" ;;
esac
`,
    );
    const judge = [...host.argv("golden-boot-validate"), "--config", host.configFile];
    const service = ["sh", "-c", `echo $$ > ${pid}; exec "$@"`, "sh", ...judge];
    const judging = host.run([...service, "--deadline", "--wait", "30"]);
    while (await Deno.readTextFile(pid).catch(() => "") === "") {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await follow(reader);
    await follow(reader);
    assert.equal((await judging).status, 143, "it was stopped, and not too late");
    const { failures, open } = await host.state("trial");
    assert.deepEqual([failures, open === null, await host.reboots()], [0, false, 0]);
    await follow(reader);
    exits(0, await host.program("golden-boot-validate"));
    await rests(host, stages.update, []);
  },

  "A state file is corrupt": async (follow) => {
    const { host, reader } = await at("golden");
    await Deno.writeTextFile(`${host.stateDir}/golden.json`, '{"schema": 1, "path":');
    await follow(reader);
    await follow(reader);
    await rests(host, stages.good, []);
    const directory = { "/var/lib/golden-generation": host.stateDir };
    assert.match(await follow(reader, directory), /^\{"schema": 1, "path":$/m);
    const names = await Array.fromAsync(Deno.readDir(host.stateDir), ({ name }) => name);
    assert.deepEqual(names.sort(), ["golden.json", "lock"]);
  },

  "A rollback is due and /boot is not mounted": async (follow) => {
    const { host, reader } = await at("last chance");
    const [here, away] = [`${host.root}/boot/extlinux`, `${host.root}/elsewhere`];
    await Deno.rename(here, away);
    await healthy(host, false);
    assert.match(exits(1, await host.program("golden-boot-validate")), /not rebooting blindly/);
    await follow(reader);
    assert.equal(await host.reboots(), 0);
    await host.script("mount", `#!/bin/sh\n[ "$*" = /boot ] && mv ${away} ${here}\n`);
    await follow(reader);
    await boots(host, stages.good);
    await rests(host, stages.good, [stages.update]);
  },

  "The boot loader's default is not golden": async (follow) => {
    const { host, reader } = await at("last chance");
    const { good, update } = stages;
    await overridden(host, update);
    await healthy(host, false);
    const said = exits(6, await host.program("golden-boot-validate"));
    assert.ok(said.includes(`the boot loader's default is ${update}, not ${good}`), said);
    await follow(reader);
    assert.equal(await host.reboots(), 0);
    await follow(reader);
    await boots(host, good);
    await rests(host, good, [update]);
  },
};

/** A host with bootctl, and an EFI variable that names a default of its own. */
async function overridden(host: GoldenHost, path: string): Promise<void> {
  await host.configure({
    bootLoader: "systemd-boot",
    validationCommands: [["test", "!", "-e", "units/down"]],
    healthWindowSeconds: 0.001,
  });
  await Deno.mkdir(`${host.root}/boot/loader`);
  await Deno.writeTextFile(`${host.root}/boot/variable`, path);
  await host.script(
    "bootctl",
    `#!/bin/sh
case "$*" in
"set-default ") rm "$BOOT/variable"; exit ;;
*list*) ;;
*) exit 1 ;;
esac
toplevel=$(cat "$BOOT/variable" 2>/dev/null) ||
  toplevel=$(sed -n 's|.*init=\\(.*\\)/init .*|\\1|p' "$BOOT/extlinux/extlinux.conf")
printf '[{"id":"default.conf","isDefault":true,"options":"init=%s/init"}]\\n' "$toplevel"
`,
  );
}

await everySection("docs/recovery-procedures.md", scenes, "Boots");
