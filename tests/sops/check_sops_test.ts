import assert from "node:assert/strict";
import { summaryOf } from "../../src/sops/decide_report.ts";
import { hostTest, saying, SopsHost, statesOf } from "./scene.ts";

const well = { "host-key": "ok", "age-key": "ok", secrets: "ok" };

hostTest("a system without sops: everything is skipped, and that is fine", async () => {
  await using host = await SopsHost.create();
  const report = await host.look();
  assert.deepEqual(
    [...new Set(report.checks.map(({ state, detail }) => `${state}: ${detail}`))],
    ["skipped: this system has no sops secrets"],
  );
  assert.equal(report.ok && report.complete, true);
  const { status, stdout, stderr } = await host.program();
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout, /^skipped {2}secrets .*no sops secrets$/m);
  assert.equal(summaryOf(report), "this system has no sops secrets");
});

hostTest("no system at all is a failure, not a system without sops", async () => {
  await using host = await SopsHost.create();
  await Deno.remove(host.currentSystem);
  assert.match(saying(await host.look(), "activation"), /^failed: there is no system at/);
  assert.equal((await host.program()).status, 3);
});

hostTest("secrets and templates in place, with folders and links to elsewhere", async () => {
  await using host = await SopsHost.create();
  const wifi = { name: "wifi", path: `${host.root}/etc/wifi`, mode: "0440" };
  const rendered = { name: "app.env", path: `${host.root}/etc/app.env` };
  await host.install([{ name: "a" }, { name: "mail/password", mode: "400" }, wifi], {
    templates: [{ name: "b.conf" }, rendered],
  });
  await Deno.symlink(`${host.root}/run/secrets/wifi`, wifi.path);
  await Deno.symlink(`${host.root}/run/secrets/rendered/app.env`, rendered.path);
  const report = await host.look();
  // The throwaway memory file system is none of sops-nix's own; see the test with a real mount.
  assert.deepEqual(statesOf(report), { ...well, activation: "warning" });
  assert.match(saying(report, "activation"), /no file system of its own/);
  assert.equal(summaryOf(report), "5 secrets in place");
  assert.equal(report.ok, true);
  const { status, stdout } = await host.program(["--json"]);
  assert.equal(status, 0);
  const printed = JSON.parse(stdout);
  assert.deepEqual(printed, report);
  assert.deepEqual(Object.keys(printed).sort(), [
    ...["checks", "complete", "extras", "ok", "schema", "secrets"],
  ]);
  assert.deepEqual(printed.secrets[2], {
    kind: "secret",
    name: "wifi",
    path: wifi.path,
    state: "ok",
    detail: "in place",
  });
});

hostTest("on a file system of its own all is well, and a disk is not", async () => {
  await using host = await SopsHost.create();
  for (const [type, useTmpfs] of [["ramfs", false], ["tmpfs", true]] as const) {
    await host.install([{ name: "a" }], { useTmpfs });
    const place = `${host.root}/run/secrets.d`;
    const mount = `cp -a ${place} ${host.root}/copy-${type} && ` +
      `mount -t ${type} -o mode=0751 none ${place} && ` +
      `cp -a ${host.root}/copy-${type}/7 ${place}/ && exec "$@"`;
    const { status, stdout, stderr } = await host.program([], [
      ...["unshare", "--mount", "sh", "-c", mount, "sh"],
    ]);
    assert.deepEqual([status, stderr], [0, ""], stdout);
    assert.match(stdout, /^ok {7}activation .*secrets is generation 7, of /m);
    assert.deepEqual(stdout.match(/^\w+/gm), ["ok", "ok", "ok", "ok"]);
  }
  await using disk = await SopsHost.create("/tmp");
  await disk.install([{ name: "a" }]);
  const { status, stdout } = await disk.program();
  const onDisk = await disk.run(["stat", "-f", "-c", "%T", disk.root]);
  if (["tmpfs", "ramfs"].includes(onDisk.trim())) return; // A machine whose /tmp is in memory.
  assert.equal(status, 3);
  assert.match(stdout, /^failed {3}activation .*the secrets are not in memory: /m);
});

hostTest("a tmpfs where the manifest wants a ramfs may be swapped out", async () => {
  await using host = await SopsHost.create();
  await host.install([{ name: "a" }], { useTmpfs: false });
  assert.match(saying(await host.look(), "activation"), /^warning: .*swapped out to a disk/);
});

hostTest("missing secrets are named, and what to do; the exit code asks for a person", async () => {
  await using host = await SopsHost.create();
  await host.install(["a", "b", "c"].map((name) => ({ name })));
  await Deno.remove(`${host.root}/run/secrets.d/7/a`);
  await Deno.remove(`${host.root}/run/secrets.d/7/c`);
  const report = await host.look();
  assert.equal(summaryOf(report), "2 of 3 secrets are missing: a, c");
  assert.match(saying(report, "secrets"), /sudo .*\/activate/);
  const { status, stdout, stderr } = await host.program();
  assert.equal(status, 3);
  assert.match(stdout, /^failed {3}secret {6}a: missing$/m);
  assert.doesNotMatch(stdout, /secret {6}b/);
  assert.equal(stderr, "error: 2 of 3 secrets are missing: a, c\n");
});

hostTest("of many missing secrets the first are named", async () => {
  await using host = await SopsHost.create();
  await host.install(Array.from({ length: 9 }, (_, at) => ({ name: `s${at}` })));
  await Deno.remove(`${host.root}/run/secrets`);
  await Deno.symlink(`${host.root}/run/secrets.d/8`, `${host.root}/run/secrets`);
  const report = await host.look();
  assert.match(saying(report, "secrets"), /9 of 9 secrets are missing: s0, s1, s2, s3, s4 and 4/);
  assert.match(saying(report, "activation"), /leads to .*\/8, which is not there/);
});

hostTest("owner, group and mode are as the manifest says, by number or by name", async () => {
  await using host = await SopsHost.create();
  const secrets = [
    { name: "by-number", uid: 4321, gid: 1234 },
    { name: "by-name", owner: "nobody", group: "root" },
    { name: "digits", owner: "0", group: "0" },
    { name: "owner-wins", owner: "root", group: "root", uid: 0 },
    { name: "masked", mode: "0660" },
  ];
  await host.install(secrets);
  const at = (name: string): string => `${host.root}/run/secrets.d/7/${name}`;
  const nobody = Number(await host.run(["id", "-u", "nobody"]));
  await Deno.chown(at("by-number"), 4321, 1234);
  await Deno.chown(at("by-name"), nobody, 0);
  // sops-install-secrets leaves a secret's mode to the umask.
  await Deno.chmod(at("masked"), 0o640);
  assert.equal(statesOf(await host.look())["secrets"], "ok");

  await Deno.chown(at("by-number"), 0, 1);
  await Deno.chown(at("by-name"), 0, 0);
  await Deno.chmod(at("digits"), 0o444);
  await Deno.chmod(at("masked"), 0o600);
  const report = await host.look();
  const details = Object.fromEntries(report.secrets.map(({ name, detail }) => [name, detail]));
  assert.deepEqual(details, {
    "by-number": "owner 0 instead of 4321, group 1 instead of 1234",
    "by-name": `owner 0 instead of nobody (${nobody})`,
    digits: "mode 0444 instead of 0400",
    "owner-wins": "in place",
    masked: "mode 0600 instead of 0660",
  });
  assert.equal(
    summaryOf(report),
    "4 of 5 secrets are not as they should be: by-number, by-name, digits, masked",
  );
});

hostTest("a user that this host does not know is told by name", async () => {
  await using host = await SopsHost.create();
  await host.install([{ name: "a", owner: "nobody-has-this", group: "root" }]);
  const [secret] = (await host.look()).secrets;
  assert.equal(secret?.detail, "owner nobody-has-this is unknown on this host");
});

hostTest("with -ignore-passwd all belongs to root, and no user is looked up", async () => {
  await using host = await SopsHost.create();
  const owner = { owner: "nobody-has-this", group: "nobody-has-this" };
  const manifest = await host.manifest([{ name: "a", ...owner }], { name: "manifest-for-users" });
  await host.activate(`-ignore-passwd ${manifest}`);
  await host.put("a");
  assert.equal((await host.look()).secrets[0]?.state, "ok");
});

hostTest("whatever is in a secret's place and no file is told, and not followed", async () => {
  await using host = await SopsHost.create();
  await host.install(["link", "folder", "pipe", "loop"].map((name) => ({ name })));
  const at = (name: string): string => `${host.root}/run/secrets.d/7/${name}`;
  for (const name of ["link", "folder", "pipe", "loop"]) await Deno.remove(at(name));
  await Deno.symlink(`${host.root}/lib/key.txt`, at("link"));
  await Deno.symlink(at("loop"), at("loop"));
  await Deno.mkdir(at("folder"));
  await host.run(["mkfifo", at("pipe")]);
  const report = await host.look();
  assert.deepEqual(report.secrets.map(({ detail }) => detail), [
    "no file, but a link",
    "no file, but a directory",
    "no file, but a device or pipe",
    "no file, but a link",
  ]);
});

hostTest("a link outside of the generation has to lead into it", async (t) => {
  await using host = await SopsHost.create();
  const path = `${host.root}/etc/wifi`;
  await host.install([{ name: "wifi", path }]);
  const detail = async (): Promise<string | undefined> => (await host.look()).secrets[0]?.detail;
  await t.step("it is not there", async () => {
    assert.match(await detail() ?? "", /^missing: nothing is at .*\/etc\/wifi$/);
  });
  await t.step("a file is in its place", async () => {
    await Deno.writeTextFile(path, host.hide());
    assert.match(await detail() ?? "", /wifi is no link to .*\/run\/secrets\/wifi$/);
    await Deno.remove(path);
  });
  await t.step("it leads elsewhere, which is not told", async () => {
    await Deno.symlink(host.hide(), path);
    assert.match(await detail() ?? "", /leads elsewhere than to .*\/run\/secrets\/wifi$/);
    await Deno.remove(path);
  });
  await t.step("it leads to a generation, and not to the one that counts", async () => {
    await Deno.symlink(`${host.root}/run/secrets.d/7/wifi`, path);
    assert.match(await detail() ?? "", /leads elsewhere/);
  });
});

hostTest("files that no manifest names are a warning; folders are none", async () => {
  await using host = await SopsHost.create();
  await host.install([{ name: "mail/a" }]);
  await host.put("mail/left over");
  await host.put("b");
  await Deno.mkdir(`${host.root}/run/secrets.d/7/rendered`);
  const report = await host.look();
  assert.deepEqual(report.extras, ["b", "mail/left over"]);
  assert.match(
    saying(report, "secrets"),
    /^warning: 1 secret in place, but 2 files that no manifest names .*: b, "mail\/left over" \|/,
  );
  assert.equal((await host.program()).status, 0);
  assert.equal(summaryOf(report), "1 secret in place");
});

hostTest("keys: every trouble is told in both keys", async (t) => {
  await using host = await SopsHost.create();
  await host.install([{ name: "a" }]);
  const key = `${host.root}/lib/key.txt`;
  const text = await Deno.readTextFile(key);
  const states = async (): Promise<string> => {
    const { "host-key": ssh, "age-key": age } = statesOf(await host.look());
    return `${ssh} ${age}`;
  };
  await t.step("open to others", async () => {
    await Deno.chmod(key, 0o640);
    await Deno.chmod(`${host.root}/ssh/key`, 0o644);
    assert.equal(await states(), "failed failed");
    await Deno.chmod(key, 0o600);
    await Deno.chmod(`${host.root}/ssh/key`, 0o600);
  });
  await t.step("a line that is no key", async () => {
    await Deno.writeTextFile(key, `${text}${host.hide()}\n`);
    assert.match(
      saying(await host.look(), "age-key"),
      /^failed: line 4 of .* is not an age identity/,
    );
  });
  await t.step("a key file with comments only", async () => {
    await Deno.writeTextFile(key, "# created: today\n");
    assert.match(saying(await host.look(), "age-key"), /holds no age identity/);
    await Deno.writeTextFile(key, text);
  });
  await t.step("missing", async () => {
    await Deno.remove(key);
    await Deno.remove(`${host.root}/ssh/key`);
    assert.equal(await states(), "warning failed");
  });
  await t.step("a link of root's is fine", async () => {
    await host.write("kept/key.txt", text);
    await Deno.symlink(`${host.root}/kept/key.txt`, key);
    assert.equal(await states(), "warning ok");
  });
  await t.step("a link of somebody else's is not", async () => {
    await host.run(["chown", "-h", "4321", key]);
    assert.match(saying(await host.look(), "age-key"), /^failed: .*link that user 4321 made/);
    await Deno.remove(key);
  });
  await t.step("a pipe is not waited for", async () => {
    await host.run(["mkfifo", key]);
    assert.match(saying(await host.look(), "age-key"), /^failed: .*is no file/);
  });
  await t.step("none is named", async () => {
    await host.install([{ name: "a" }], { ageKeyFile: null, ageSshKeyPaths: [] });
    assert.equal(await states(), "skipped skipped");
  });
});
