import assert from "node:assert/strict";
import { hostTest, saying, SopsHost, statesOf } from "./scene.ts";

const unit = "sops-install-secrets.service";
const call = "/nix/store/1-sops-install-secrets-0.0.1/bin/sops-install-secrets";

/** A host that installs its secret by a unit, whose state is what `systemctl` prints. */
async function byUnit(host: SopsHost, state: string): Promise<void> {
  const manifest = await host.manifest([{ name: "a" }]);
  await host.put("a");
  await host.write(
    `toplevel/etc/systemd/system/${unit}`,
    `[Service]\nExecStart=${call} ${manifest}\nRemainAfterExit=true\nType=oneshot\n`,
    0o444,
  );
  await host.fake("systemctl", state);
}

function shown(properties: Readonly<Record<string, string>>): string {
  const all = { Id: unit, LoadState: "loaded", Result: "success", Job: "", ...properties };
  return Object.entries(all).map(([key, value]) => `echo '${key}=${value}'\n`).join("");
}

const states: readonly (readonly [string, string, number, RegExp])[] = [
  ["it ran", shown({ ActiveState: "active", SubState: "exited" }), 0, /no file system of its own/],
  ["it failed", shown({ ActiveState: "failed", Result: "exit-code" }), 3, /failed \(exit-code\)/],
  ["it never ran", shown({ ActiveState: "inactive" }), 3, /did not run: it is inactive/],
  ["it is unknown", shown({ LoadState: "not-found" }), 3, /systemd does not know sops-install/],
  ["it is at work", shown({ ActiveState: "activating" }), 0, /is still at work/],
  ["it is to start", shown({ ActiveState: "inactive", Job: "12" }), 0, /is still at work/],
  [
    "systemd does not answer",
    "echo 'Failed to connect' >&2; exit 1",
    0,
    /cannot be asked.*Failed to/,
  ],
];

for (const [what, state, code, expected] of states) {
  hostTest(`the unit that installs the secrets: ${what}`, async () => {
    await using host = await SopsHost.create();
    await byUnit(host, state);
    const { status, stdout } = await host.program();
    assert.equal(status, code, stdout);
    assert.match(stdout, expected);
    assert.match(stdout, /^ok {7}secrets {5}1 secret in place$/m);
  });
}

hostTest("a masked unit is none, with no rights but those of the compiled program", async () => {
  await using host = await SopsHost.create("/tmp");
  await Deno.symlink("/dev/null", `${host.root}/toplevel/etc/systemd/system/${unit}`);
  const { status, stdout, stderr } = await host.program();
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout, /no sops secrets/);
});

hostTest("the secrets of users beside the others, each in a place of its own", async () => {
  await using host = await SopsHost.create();
  const places = {
    secretsMountPoint: `${host.root}/run/users.d`,
    symlinkPath: `${host.root}/run/users`,
  };
  const users = await host.manifest(
    [{ name: "password", path: `${host.root}/run/users/password` }],
    {
      name: "manifest-for-users",
      ...places,
    },
  );
  const others = await host.manifest([{ name: "a" }]);
  await host.activate(`-ignore-passwd ${users}`, others);
  await host.put("a");
  const missing = await host.look();
  assert.match(saying(missing, "activation"), /^failed: .*\/run\/users is missing/);
  assert.match(saying(missing, "secrets"), /^failed: 1 of 2 secrets is missing: password/);
  await host.write("run/users.d/3/password", host.hide(), 0o400);
  await Deno.chmod(`${host.root}/run/users.d/3`, 0o751);
  await Deno.symlink(`${host.root}/run/users.d/3`, places.symlinkPath);
  assert.equal(statesOf(await host.look())["secrets"], "ok");
});

hostTest("a manifest that cannot be acted upon is a failure, and is not quoted", async (t) => {
  await using host = await SopsHost.create();
  const manifest = await host.manifest([{ name: "a" }]);
  await host.activate(manifest);
  await Deno.remove(manifest);
  const expect = async (expected: RegExp): Promise<void> => {
    const report = await host.look();
    assert.match(saying(report, "activation"), expected);
    assert.deepEqual(report.secrets, []);
    assert.equal(statesOf(report)["secrets"], "skipped");
    assert.equal((await host.program()).status, 3);
  };
  await t.step("it is missing", () => expect(/^failed: .*is not there/));
  await t.step("it is no JSON", async () => {
    await Deno.writeTextFile(manifest, host.hide());
    await expect(/^failed: .*not acted upon: it is not JSON/);
  });
  await t.step("fields are missing", async () => {
    await Deno.writeTextFile(manifest, JSON.stringify({ secrets: [{ name: host.hide() }] }));
    await expect(/^failed: .*not acted upon: its secrets\.0\.path is missing/);
  });
  await t.step("it is a directory", async () => {
    await Deno.remove(manifest);
    await Deno.mkdir(manifest);
    await expect(/^failed: .*no file of a manifest's size/);
  });
});

hostTest(
  "a call whose manifest cannot be found is a failure, not a system without sops",
  async () => {
    await using host = await SopsHost.create();
    await host.activate('"$manifest"');
    assert.match(saying(await host.look(), "activation"), /^failed: .*no manifest that is found/);
  },
);

hostTest("the link to the generation: each way it can be wrong", async (t) => {
  await using host = await SopsHost.create();
  await host.install([{ name: "a" }]);
  const link = `${host.root}/run/secrets`;
  const expect = async (expected: RegExp): Promise<void> =>
    assert.match(saying(await host.look(), "activation"), expected);
  await Deno.remove(link);
  await t.step("missing", () => expect(/^failed: \S+\/run\/secrets is missing \|/));
  await t.step("a directory", async () => {
    await Deno.mkdir(link);
    await expect(/^failed: .*is no link/);
    await Deno.remove(link);
  });
  for (const target of ["/etc", "run/secrets.d/7", "run/secrets.d/../7", "run/secrets.d/x"]) {
    await t.step(`to ${target}`, async () => {
      await Deno.symlink(target.startsWith("/") ? target : `${host.root}/${target}x`, link);
      await expect(/^failed: .*leads to no generation in/);
      await Deno.remove(link);
    });
  }
  await t.step("to a generation others may write to", async () => {
    await Deno.symlink(`${host.root}/run/secrets.d/7`, link);
    await Deno.chmod(`${host.root}/run/secrets.d/7`, 0o777);
    await expect(/^failed: others than root can put files into .*mode 0777/);
    await Deno.chmod(`${host.root}/run/secrets.d/7`, 0o751);
  });
});

hostTest("secrets much older than the activation: it may have failed", async () => {
  await using host = await SopsHost.create();
  await host.install([{ name: "a" }]);
  const generation = `${host.root}/run/secrets.d/7`;
  const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
  await Deno.utime(generation, ago(5), ago(5));
  assert.doesNotMatch(saying(await host.look(), "activation"), /older/);
  await Deno.utime(generation, ago(60), ago(60));
  assert.match(
    saying(await host.look(), "activation"),
    /^warning: .*older than the last activation/,
  );
});

hostTest(
  "without root: what cannot be looked at is said, and is neither well nor wrong",
  async () => {
    await using host = await SopsHost.create();
    await host.install([{ name: "a" }, { name: "folder/b" }]);
    for (const name of ["", "run", "ssh", "lib"]) await Deno.chmod(`${host.root}/${name}`, 0o755);
    await Deno.chmod(`${host.root}/lib`, 0o700);
    const { status, stdout, stderr } = await host.programAsNobody();
    assert.equal(status, 1, stdout + stderr);
    assert.match(stdout, /^warning {2}age-key .*cannot be looked at by this user$/m);
    assert.match(stdout, /do: run it as root: sudo check-sops/);
    assert.match(stderr, /^error: not all of sops can be looked at by this user/);
    await Deno.chmod(`${host.root}/run/secrets.d`, 0o700);
    const closed = await host.programAsNobody();
    assert.equal(closed.status, 1, closed.stdout);
    assert.match(closed.stdout, /^warning {2}secrets {5}2 of 2 secrets cannot be looked at/m);
    assert.match(closed.stdout, /^skipped {2}secret {6}a: cannot be looked at by this user/m);
    await Deno.chmod(`${host.root}/ssh/key`, 0o644);
    assert.equal((await host.programAsNobody()).status, 3);
  },
);
