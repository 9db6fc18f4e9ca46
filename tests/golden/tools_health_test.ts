/** What makes a boot healthy, and how long it may take. */
import assert from "node:assert/strict";
import type { GoldenHost } from "../support/golden_host.ts";
import type { Ended } from "../support/processes.ts";
import { asked, isRunning } from "./tools_units.ts";
import { exits, onTrial } from "./tools_scene.ts";

interface Case {
  readonly name: string;
  readonly config: Record<string, unknown>;
  /** The unit at first: "active running 0"; none when left out. */
  readonly unit?: string;
  /** The unit after systemd was asked once. */
  readonly then?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  /** Why it is not healthy; it is when left out. */
  readonly reason?: RegExp;
  /** Seconds that it takes at the most. */
  readonly within?: number;
}

const web = { requiredUnits: ["web.service"], healthWindowSeconds: 60, settleSeconds: 0.1 };
const commands = (...validationCommands: unknown[]): Record<string, unknown> => ({
  validationCommands,
  healthWindowSeconds: 0.5,
});

const cases: readonly Case[] = [
  { name: "a unit that is active", config: web, unit: "active running 0" },
  {
    name: "a unit that was restarted before, and not since",
    config: web,
    unit: "active running 7",
  },
  {
    name: "a unit that does not exist",
    config: web,
    reason: /web\.service is not there: no such unit could be loaded/,
    within: 10,
  },
  {
    name: "a unit that stays inactive",
    config: { ...web, healthWindowSeconds: 0.5 },
    unit: "inactive dead 0",
    reason: /web\.service is still inactive \(dead\)/,
  },
  {
    name: "a unit that becomes active within the window",
    config: web,
    unit: "activating start 0",
    then: "active running 0",
  },
  {
    name: "a unit that fails while it starts",
    config: web,
    unit: "activating start 0",
    then: "failed failed 0",
    reason: /web\.service is failed \(failed\)/,
    within: 15,
  },
  {
    name: "a unit that has failed, at once",
    config: web,
    unit: "failed failed 3",
    reason: /web\.service is failed \(failed\)/,
    within: 10,
  },
  {
    name: "a unit that is restarted within the window",
    config: { ...web, settleSeconds: 60 },
    unit: "active running 0",
    then: "active running 1",
    reason: /web\.service was restarted within the health window/,
    within: 15,
  },
  {
    name: "a unit that stops while it settles",
    config: { ...web, settleSeconds: 60 },
    unit: "active running 0",
    then: "deactivating stop-sigterm 0",
    reason: /web\.service did not stay active: deactivating \(stop-sigterm\)/,
    within: 15,
  },
  {
    name: "a command that fails all the time",
    config: commands(["sh", "-c", "echo no route >&2; exit 7"]),
    reason: /exit status 7: no route/,
  },
  {
    name: "a command that succeeds at the second try",
    config: { ...commands(["second"]), healthWindowSeconds: 60 },
    scripts: { second: '#!/bin/sh\n[ -e "$UNITS/tried" ] || { touch "$UNITS/tried"; exit 1; }\n' },
  },
  {
    name: "a command that hangs",
    config: commands({ argv: ["hang"], timeoutSeconds: 0.5 }),
    scripts: { hang: '#!/bin/sh\nsleep 300 &\necho $! > "$UNITS/child"\nwait\n' },
    reason: /hang: did not end within 0\.5 s and was killed/,
    within: 20,
  },
  {
    name: "a command that does not exist",
    config: { ...commands(["no-such-program"]), healthWindowSeconds: 60 },
    reason: /cannot run "no-such-program": not found on PATH/,
    within: 10,
  },
  {
    name: "one command of two that fails",
    config: commands(["true"], ["false"]),
    reason: /false: exit status 1/,
  },
  {
    name: "systemd does not answer",
    config: web,
    scripts: {
      systemctl: '#!/bin/sh\ncase "$*" in *reboot*) exit 0 ;; esac\necho no bus >&2; exit 1\n',
    },
    reason: /systemctl show .*no bus/,
  },
  { name: "nothing is required", config: {} },
];

Deno.test("the validation tells healthy boots from others", async (t) => {
  await using scene = await onTrial();
  exits(0, await scene.host.program("golden-boot-check"));
  // Most of it is waiting: all at once, each with a state, units and programs of its own.
  const results = cases.map(async (each, at) => await judged(scene.host, each, `case-${at}`));
  // One that fails must not end the test while others run.
  await Promise.allSettled(results);
  for (const [at, { name, reason, within = 60 }] of cases.entries()) {
    await t.step(name, async () => {
      const { ended, seconds, golden, trial, child } =
        await (results[at] as typeof results[number]);
      const said = exits(reason === undefined ? 0 : 1, ended);
      if (reason !== undefined) assert.match(said, reason);
      assert.ok(seconds < within, `${seconds} s`);
      assert.equal(golden.path, reason === undefined ? scene.update : scene.good);
      assert.equal(trial?.failures, reason === undefined ? undefined : 1);
      if (child !== undefined) assert.ok(!await isRunning(child.trim()), "its child lives on");
    });
  }
});

/** Runs the validation with a copy of the state; all else of the host is as it is. */
async function judged(
  host: GoldenHost,
  { config, unit, then, scripts = {} }: Case,
  name: string,
): Promise<{
  readonly ended: Ended;
  readonly seconds: number;
  readonly golden: { readonly path: string };
  /** What is left of it. */
  readonly trial: { readonly failures: number } | undefined;
  readonly child: string | undefined;
}> {
  const own = `${host.root}/${name}`;
  for (const directory of ["bin", "units"]) {
    await Deno.mkdir(`${own}/${directory}`, { recursive: true });
  }
  await host.run(["cp", "-a", host.stateDir, `${own}/state`]);
  const paths = { stateDir: `${own}/state`, gcRootsDir: `${own}/roots` };
  const given = JSON.parse(await Deno.readTextFile(host.configFile));
  const settings = JSON.stringify({ ...given, validationCommands: [], ...config, ...paths });
  await Deno.writeTextFile(`${own}/golden.json`, settings);
  const counting = `#!/bin/sh\necho >> "${own}/asked"\nexec "${host.root}/bin/systemctl" "$@"\n`;
  for (const [program, text] of Object.entries({ systemctl: counting, ...scripts })) {
    await Deno.writeTextFile(`${own}/bin/${program}`, text, { mode: 0o755 });
  }
  const becomes = (state: string): Promise<void> =>
    Deno.writeTextFile(`${own}/units/web.service`, `${state}\n`);
  if (unit !== undefined) await becomes(unit);
  const env = {
    PATH: `${own}/bin:${host.environment["PATH"]}`,
    UNITS: `${own}/units`,
    REBOOTS: `${own}/reboots`,
  };
  const started = performance.now();
  const running = host.program("golden-boot-validate", ["--config", `${own}/golden.json`], { env });
  if (then !== undefined) {
    await asked(`${own}/asked`, 1);
    await becomes(then);
  }
  const ended = await running;
  // deno-lint-ignore no-explicit-any
  const read = async (file: string): Promise<any> =>
    JSON.parse(await Deno.readTextFile(`${own}/state/${file}.json`).catch(() => "null")) ??
      undefined;
  return {
    ended,
    seconds: (performance.now() - started) / 1000,
    golden: await read("golden"),
    trial: await read("trial"),
    child: await Deno.readTextFile(`${own}/units/child`).catch(() => undefined),
  };
}

Deno.test("a boot that is being shut down while it is looked at is not judged", async () => {
  await using scene = await onTrial();
  const { host } = scene;
  exits(0, await host.program("golden-boot-check"));
  await host.unit("down", "");
  // It has a job: it is about to be started.
  await host.unit("shutdown.target", "inactive dead 0 4711");
  for (const args of [[], ["--deadline"]]) {
    const said = exits(0, await host.program("golden-boot-validate", args));
    assert.match(said, /the host is being shut down: this boot is not judged/);
  }
  assert.equal((await host.state("trial")).failures, 0);
  assert.equal(await host.reboots(), 0);
  exits(0, await host.program("golden-boot-validate", ["--close"]));
  await host.powerOn();
  exits(0, await host.program("golden-boot-check"));
  assert.equal((await host.state("trial")).neutral, 1);
});
