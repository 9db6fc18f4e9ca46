import assert from "node:assert/strict";
import { NixStore } from "./nix_store.ts";
import { decoded, type Ended, output } from "./processes.ts";
import { sufficient, systemPrograms } from "./programs.ts";
import { systemSet } from "./program_sets.ts";
import { inTemporaryDirectory } from "./temporary_directory.ts";

const { directory, versions } = await systemPrograms();
const env = {
  PATH: [directory, Deno.env.get("PATH")].filter(Boolean).join(":"),
  LC_ALL: "C.UTF-8",
};

Deno.test("Nix, systemd's tools and strace run in sufficient versions", () =>
  inTemporaryDirectory(async (directory) => {
    assert.ok(sufficient(versions, systemSet), JSON.stringify(versions));
    // In a store, since `nix-env` makes one even to say its version.
    await using store = await NixStore.in(`${directory}/nix`);
    for (const [name, version] of Object.entries(versions)) {
      const { stdout } = await store.run([name, "--version"]);
      assert.ok(stdout.includes(version), `${name}: ${stdout}`);
    }
  }));

Deno.test("a version of one number is compared like others", () => {
  assert.equal(sufficient({ ...versions, bootctl: "256" }, systemSet), true);
  assert.equal(sufficient({ ...versions, bootctl: "252" }, systemSet), false);
});

Deno.test("systemd-analyze verify accepts a correct unit", async () => {
  const { status, stderr } = await verify({ Unit: [], Service: ["ProtectSystem=strict"] });
  assert.equal(stderr, "");
  assert.equal(status, 0);
});

Deno.test("systemd-analyze verify refuses an unknown setting, a missing program and a missing unit", async () => {
  const unknown = await verify({ Unit: [], Service: ["ProtectSystm=strict"] });
  assert.match(unknown.stderr, /Unknown key 'ProtectSystm'/);
  assert.notEqual(unknown.status, 0);
  const program = await verify({ Unit: [], Service: ["ExecStartPre=/nonexistent/program"] });
  assert.match(program.stderr, /nonexistent\/program is not executable/);
  assert.notEqual(program.status, 0);
  // The one it accepts requires a unit of systemd itself.
  const unit = await verify({ Unit: ["Requires=misspelt.target"], Service: [] });
  assert.match(unit.stderr, /misspelt\.target not found/);
  assert.notEqual(unit.status, 0);
});

Deno.test("systemd-analyze security rates a unit file offline", () =>
  withUnit({ Unit: [], Service: ["ProtectSystem=strict"] }, async (unit) => {
    const argv = ["systemd-analyze", "security", "--offline=true", "--no-pager", unit];
    const { status, stdout, stderr } = await run(argv, "/");
    assert.match(stdout, /Overall exposure level for checked\.service: \d+\.\d [A-Z]+/, stderr);
    assert.equal(status, 0);
    // In tenths of what is printed.
    const bounded = await run([...argv, "--threshold=10"], "/");
    assert.notEqual(bounded.status, 0);
  }));

Deno.test("bootctl says why it lists nothing when there is no boot partition", () =>
  inTemporaryDirectory(async (directory) => {
    const ended = await run(["bootctl", "list", "--json=short", `--esp-path=${directory}`], "/");
    assert.notEqual(ended.status, 0);
    assert.match(ended.stderr, /ESP|EFI/);
  }));

Deno.test("strace traces a child's system calls", () =>
  inTemporaryDirectory(async (directory) => {
    const traced = ["strace", "-f", "-e", "trace=renameat2,renameat,rename", "-o", "trace"];
    await Deno.writeTextFile(`${directory}/a`, "");
    const { status, stderr } = await run([...traced, "sh", "-c", "mv a b; :"], directory);
    assert.equal(status, 0, stderr);
    assert.match(await Deno.readTextFile(`${directory}/trace`), /^\d+ +rename.*"a".*"b".* = 0$/m);
  }));

/** Checks a unit, and what it requires, as a service of an early boot. */
async function verify(lines: Record<"Unit" | "Service", string[]>): Promise<Ended> {
  let ended: Ended | undefined;
  await withUnit(lines, async (unit) => {
    // Without it the outcome is 0 whatever it complains of.
    ended = await run(["systemd-analyze", "verify", "--recursive-errors=one", unit], "/");
  });
  return ended!;
}

async function withUnit(
  lines: Record<"Unit" | "Service", string[]>,
  test: (path: string) => Promise<void>,
): Promise<void> {
  await inTemporaryDirectory(async (directory) => {
    const text = [
      ...[
        "[Unit]",
        "DefaultDependencies=no",
        "Requires=systemd-journald-dev-log.socket",
        ...lines.Unit,
      ],
      ...["[Service]", "Type=oneshot", "ExecStart=/bin/sh -c :", ...lines.Service, ""],
    ].join("\n");
    await Deno.writeTextFile(`${directory}/checked.service`, text);
    await test(`${directory}/checked.service`);
  });
}

async function run(argv: readonly string[], cwd: string): Promise<Ended> {
  return decoded(await output(argv, { cwd, env }));
}
