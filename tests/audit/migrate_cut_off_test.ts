import assert from "node:assert/strict";
import { AuditHost, randomSecret } from "./scene.ts";

const count = 12;

async function create(token: string): Promise<AuditHost> {
  return await AuditHost.create({
    ".chezmoidata.yaml": `api_token: ${token}\n`,
    ...Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`dot_${at}.tmpl`, `${at} {{ .api_token }}\n`]),
    ),
  });
}

Deno.test("a migration that is killed while it writes is taken back by the next, whole", async () => {
  const token = randomSecret();
  await using made = await create(token);
  const was = await made.files();
  const state = `${made.host.home}/.local/state/holdfast/dotfiles-audit`;
  // A pipe that nobody reads stands where the temporary file of the secrets is opened, at the end.
  const pipe = `${state}/dotfiles-secrets.yaml.tmp`;
  await Deno.mkdir(state, { recursive: true });
  await made.host.run(["mkfifo", pipe]);
  const started = made.host.start("dotfiles-audit", ["--migrate"]);
  const bound = AbortSignal.timeout(60_000);
  while (await made.read(".chezmoidata.yaml") === was[".chezmoidata.yaml"] && !bound.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  started.kill();
  assert.equal((await started.ended).status, 137);
  await Deno.remove(pipe);
  const journal = await Deno.readTextFile(`${state}/migration.json`).catch(() => undefined);
  assert.ok(journal !== undefined, "it was killed in the middle");
  assert.notDeepEqual(await made.files(), was);
  // What a person has written since is theirs.
  await made.put({ "dot_3.tmpl": "mine\n" });
  const next = await made.audit("--migrate");
  assert.equal(next.status, 1);
  assert.match(next.stderr, /was taken back/);
  assert.deepEqual(await made.files(), { ...was, "dot_3.tmpl": "mine\n" });
  const left: string[] = [];
  for await (const { name } of Deno.readDir(state)) left.push(name);
  assert.deepEqual(left, ["lock"]);
});

Deno.test("a journal that is corrupt is left, and nothing is done", async () => {
  await using made = await create(randomSecret());
  const was = await made.files();
  const path = ".local/state/holdfast/dotfiles-audit/migration.json";
  const secret = randomSecret();
  for (const text of ["{", `{"version":1,"x":"${secret}"}`]) {
    await made.host.write(path, text);
    const { status, stderr } = await made.audit("--migrate");
    assert.equal(status, 1);
    assert.match(stderr, /journal .* cannot be acted upon/);
    assert.ok(!stderr.includes(secret));
    assert.equal(await made.host.read(path), text);
  }
  assert.deepEqual(await made.files(), was);
});

Deno.test("a file that cannot be written takes back those before it", async () => {
  const token = randomSecret();
  await using made = await create(token);
  const was = await made.files();
  // The name of the temporary file beside the last one is taken by a directory.
  await Deno.mkdir(`${made.host.source}/dot_9.tmpl.tmp/x`, { recursive: true });
  const { status, stderr } = await made.audit("--migrate");
  assert.equal(status, 1, stderr);
  assert.match(stderr, /nothing was changed/);
  await Deno.remove(`${made.host.source}/dot_9.tmpl.tmp`, { recursive: true });
  assert.deepEqual(await made.files(), was);
});
