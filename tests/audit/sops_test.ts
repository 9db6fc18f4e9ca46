/** A stand-in for sops, which is not among the programs of the tests: what it is called with counts. */
import assert from "node:assert/strict";
import { AuditHost, randomSecret } from "./scene.ts";

async function withSops(script: string): Promise<{ made: AuditHost; token: string; run: Run }> {
  const token = randomSecret();
  const made = await AuditHost.create({
    ".chezmoidata.yaml": `api_token: ${token}\n`,
    "dot_a.tmpl": "{{ .api_token }}",
  });
  await made.host.write("bin/sops", `#!/bin/sh\n${script}\n`, 0o755);
  await made.host.write("secrets/.sops.yaml", "creation_rules: []\n");
  const run: Run = async (...args) =>
    await made.host.program("dotfiles-audit", [
      "--migrate",
      "--sops-file",
      "secrets/dotfiles.yaml",
      ...args,
    ], {
      env: { PATH: `${made.host.path("bin")}:${made.host.environment.PATH}` },
    });
  return { made, token, run };
}

type Run = (...args: string[]) => Promise<{ status: number; stdout: string; stderr: string }>;

Deno.test("sops encrypts what it gets on standard input, as the file it is to be; nothing is in clear", async () => {
  const { made, token, run } = await withSops(
    'echo "$PWD $*" > ../called; sha256sum < /dev/stdin > ../given; printf "api_token: ENC[x]\\nsops:\\n    mac: ENC[y]\\n"',
  );
  await using _ = made;
  const { status, stdout, stderr } = await run();
  assert.equal(status, 0, stderr);
  assert.match(stdout, /secrets {5}encrypted in .*secrets\/dotfiles\.yaml/);
  assert.equal(
    await made.host.read("called"),
    `${
      made.host.path("secrets")
    } --encrypt --input-type yaml --output-type yaml --filename-override ` +
      `${made.host.path("secrets/dotfiles.yaml")} /dev/stdin\n`,
  );
  assert.match(await made.host.read("secrets/dotfiles.yaml"), /ENC\[x\]/);
  const found = await made.host.run(["grep", "-rl", token, made.host.home, "--exclude-dir=.git"]);
  assert.equal(found.stdout, "");
});

Deno.test("where sops fails the secrets are kept plain, outside, with the command; its words are not told", async () => {
  const { made, token, run } = await withSops("cat >&2; exit 128");
  await using _ = made;
  const { status, stdout, stderr } = await run();
  assert.equal(status, 0, stderr);
  assert.match(stdout, /IN CLEAR, mode 0600[^]*sops ended with 128[^]*sops --encrypt/);
  assert.ok(!(stdout + stderr).includes(token));
});

Deno.test("what claims to be encrypted and is not stops all", async () => {
  const { made, run } = await withSops("cat; echo sops:");
  await using _ = made;
  const was = await made.files();
  const { status, stderr } = await run();
  assert.deepEqual([status, /is not encrypted/.test(stderr)], [3, true]);
  assert.deepEqual(await made.files(), was);
});

Deno.test("a sops file that is there is not written over", async () => {
  const { made, run } = await withSops("exit 1");
  await using _ = made;
  await made.host.write("secrets/dotfiles.yaml", "mine\n");
  const { status, stderr } = await run();
  assert.deepEqual([status, /is there already/.test(stderr)], [3, true]);
  assert.equal(await made.host.read("secrets/dotfiles.yaml"), "mine\n");
});
