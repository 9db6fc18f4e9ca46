import assert from "node:assert/strict";
import { renderUnits, usualUnitValues } from "../../src/build/units.ts";
import { decoded, type Ended, output } from "../support/processes.ts";
import { systemPrograms } from "../support/programs.ts";
import { inTemporaryDirectory } from "../support/temporary_directory.ts";

/** In tenths, of 100 for a unit without any confinement. */
const greatestExposure = 40;

async function withUnits(
  test: (directory: string, names: readonly string[]) => Promise<void>,
): Promise<void> {
  await inTemporaryDirectory(async (directory) => {
    const units = renderUnits({ ...usualUnitValues, bin: directory, path: "/usr/bin" });
    for (const [name, text] of units) await Deno.writeTextFile(`${directory}/${name}`, text);
    for (const name of ["golden-boot-check", "golden-boot-validate"]) {
      await Deno.writeTextFile(`${directory}/${name}`, "#!/bin/sh\n", { mode: 0o755 });
    }
    await test(directory, [...units.keys()]);
  });
}

async function run(...argv: string[]): Promise<Ended> {
  const { directory } = await systemPrograms();
  const PATH = [directory, Deno.env.get("PATH")].filter(Boolean).join(":");
  return decoded(await output(argv, { cwd: "/", env: { PATH, LC_ALL: "C.UTF-8" } }));
}

Deno.test("systemd has nothing to say against the units", () =>
  withUnits(async (directory, names) => {
    const paths = names.map((name) => `${directory}/${name}`);
    // Manual pages come with the package.
    const options = ["--man=no", "--recursive-errors=one"];
    const { status, stderr } = await run("systemd-analyze", "verify", ...options, ...paths);
    assert.equal(stderr, "");
    assert.equal(status, 0);
  }));

Deno.test("the units have as few rights as they can do with", () =>
  withUnits(async (directory, names) => {
    for (const name of names.filter((each) => each.endsWith(".service"))) {
      const argv = ["systemd-analyze", "security", "--offline=true", "--no-pager"];
      const bound = `--threshold=${greatestExposure}`;
      const { status, stdout } = await run(...argv, bound, `${directory}/${name}`);
      const exposure = /Overall exposure level for \S+: (\d+\.\d)/.exec(stdout)?.[1];
      console.log(`${name}: exposure ${exposure}`);
      assert.equal(status, 0, name);
      assert.ok(exposure !== undefined);
    }
  }));

Deno.test("every unit keeps W^X, sees the system read-only and says what it does in the journal", () =>
  withUnits(async (directory, names) => {
    for (const name of names.filter((each) => each.endsWith(".service"))) {
      const text = await Deno.readTextFile(`${directory}/${name}`);
      for (const line of ["MemoryDenyWriteExecute=yes", "ProtectSystem=strict"]) {
        assert.ok(text.includes(`\n${line}\n`), `${name}: ${line}`);
      }
      assert.match(text, /\nSyslogIdentifier=golden-generation\n/, name);
      // A crash of a tool must never reboot a host, nor stop its boot.
      assert.doesNotMatch(text, /FailureAction|RequiredBy=(?!boot-complete)/, name);
      assert.match(text, /\nConditionPathExists=\|?\/var\/lib\/golden-generation\//, name);
    }
  }));

Deno.test("an unknown placeholder is told", () => {
  // deno-lint-ignore no-explicit-any
  assert.throws(() => renderUnits({ ...usualUnitValues, bin: "/" } as any), /@path@/);
});
