/** Nothing of a secret or a key is ever told, whatever is wrong on the host. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { SopsHost } from "./scene.ts";

/** What can be wrong; each is done to a host whose secrets are `a`, `mail/b` and the template `c`. */
const troubles: Readonly<Record<string, (host: SopsHost) => Promise<void>>> = {
  "a secret is missing": (host) => Deno.remove(`${host.root}/run/secrets.d/7/a`),
  "a secret has another mode": (host) => Deno.chmod(`${host.root}/run/secrets.d/7/mail/b`, 0o777),
  "a secret is a link to the key": async (host) => {
    await Deno.remove(`${host.root}/run/secrets.d/7/rendered/c`);
    await Deno.symlink(`${host.root}/lib/key.txt`, `${host.root}/run/secrets.d/7/rendered/c`);
  },
  "a file too many": (host) => host.put("extra"),
  "the manifest is a secret": async (host) =>
    await host.write("store/00000000000000000000000000000000-manifest.json", host.hide()),
  "the manifest is a key": async (host) =>
    await Deno.copyFile(
      `${host.root}/lib/key.txt`,
      `${host.root}/store/00000000000000000000000000000000-manifest.json`,
    ),
  "the key is open": (host) => Deno.chmod(`${host.root}/lib/key.txt`, 0o666),
  "the key is cut": async (host) => {
    const text = await Deno.readTextFile(`${host.root}/lib/key.txt`);
    await host.write("lib/key.txt", text.trimEnd().slice(0, -1));
    host.hidden.push(text.trimEnd().slice(-40, -1));
  },
  "the key is something else": (host) => host.write("lib/key.txt", `${host.hide()}\n`),
  "the key is binary": (host) => host.write("lib/key.txt", `\0\x1b[2J${host.hide()}\n`),
  "the host key is gone": (host) => Deno.remove(`${host.root}/ssh/key`),
  "the activation script is a secret": (host) => host.write("toplevel/activate", host.hide()),
  "the link leads to a secret text": async (host) => {
    await Deno.remove(`${host.root}/run/secrets`);
    await Deno.symlink(host.hide(), `${host.root}/run/secrets`);
  },
  "nothing": () => Promise.resolve(),
};

async function troubled(names: readonly string[]): Promise<SopsHost> {
  const host = await SopsHost.create();
  await host.install([{ name: "a" }, { name: "mail/b" }], { templates: [{ name: "c" }] });
  for (const name of names) await troubles[name]?.(host).catch(() => {});
  return host;
}

function assertHidden(host: SopsHost, said: string): void {
  for (const text of host.hidden) {
    assert.ok(text.length > 20);
    assert.ok(!said.includes(text), "what is hidden was told");
    // A part of it would be too much as well.
    assert.ok(!said.includes(text.slice(16, 28)), "a part of what is hidden was told");
  }
}

Deno.test("no report of any mixture of troubles holds a value or a key", async () => {
  await fc.assert(
    fc.asyncProperty(fc.subarray(Object.keys(troubles), { minLength: 1 }), async (names) => {
      await using host = await troubled(names);
      assertHidden(host, JSON.stringify(await host.look()));
    }),
    { numRuns: 60 },
  );
});

for (const name of Object.keys(troubles)) {
  Deno.test(`neither output nor narration tells a value or a key: ${name}`, async () => {
    await using host = await troubled([name]);
    for (const args of [[], ["--json"]]) {
      const { status, stdout, stderr } = await host.program(args);
      assert.ok([0, 3].includes(status), stderr);
      assertHidden(host, stdout + stderr);
    }
  });
}

Deno.test("no secret is opened: one that would hang its reader does not", async () => {
  await using host = await SopsHost.create();
  await host.install([{ name: "a" }]);
  await Deno.remove(`${host.root}/run/secrets.d/7/a`);
  await host.run(["mkfifo", `${host.root}/run/secrets.d/7/a`]);
  const before = await Deno.lstat(`${host.root}/run/secrets.d/7`);
  assert.equal((await host.program()).status, 3);
  assert.deepEqual((await Deno.lstat(`${host.root}/run/secrets.d/7`)).mtime, before.mtime);
});
