import assert from "node:assert/strict";
import { AuditHost } from "./scene.ts";

/** Runs it on a terminal of its own, and presses keys once each question is there. */
async function onTerminal(
  made: AuditHost,
  keys: readonly string[],
): Promise<{ readonly status: number; readonly screen: string }> {
  const { host } = made;
  const program = new URL("../../bin/dotfiles-audit.ts", import.meta.url).pathname;
  // A terminal without a size has one column.
  const line =
    `stty cols 100 rows 30; '${Deno.execPath()}' run -A --cached-only '${program}' --classify`;
  const child = new Deno.Command("/usr/bin/env", {
    args: [
      "-i",
      ...Object.entries({ ...host.environment, TERM: "xterm" }).map(([key, value]) =>
        `${key}=${value}`
      ),
      ...["script", "--quiet", "--return", "--command", line, "/dev/null"],
    ],
    cwd: host.home,
    stdin: "piped",
    stdout: "piped",
    signal: AbortSignal.timeout(60_000),
  }).spawn();
  const stdin = child.stdin.getWriter();
  let [screen, asked] = ["", 0];
  for await (const bytes of child.stdout) {
    screen += new TextDecoder().decode(bytes);
    const questions = new Set(screen.match(/\d of \d: /g)).size;
    for (; asked < questions && asked < keys.length; asked++) {
      await stdin.write(new TextEncoder().encode(keys[asked]));
    }
  }
  await stdin.close().catch(() => {});
  return { status: (await child.status).code, screen };
}

const files = {
  ".chezmoidata.yaml": "a_email: a@b.org\nb_email: c@d.org\nc_email: e@f.org\n",
  "dot_a.tmpl": "{{ .a_email }}{{ .b_email }}{{ .c_email }}",
};
const down = "\x1b[B";

Deno.test("a person is asked about each undecided variable once, and each answer is kept at once", async () => {
  await using made = await AuditHost.create(files);
  const first = await onTerminal(made, ["\r", `${down}\r`, "\x03"]);
  assert.equal(first.status, 0, first.screen);
  assert.match(first.screen, /1 of 3: a_email[^]*stopped; 1 are left undecided/);
  assert.doesNotMatch(first.screen, /b\.org|d\.org/);
  const kept = await made.read(".holdfast/secrets.toml");
  assert.match(kept, /^version = 1\n\n\[variables\]\na_email = "secret"\nb_email = "config"\n$/m);
  const second = await onTerminal(made, [`${down}${down}\r`]);
  assert.match(second.screen, /1 of 1: c_email/);
  assert.equal(await made.read(".holdfast/secrets.toml"), kept, "skipped");
  await onTerminal(made, [`${down}\r`]);
  const told = await made.json(3);
  assert.deepEqual(told.variables.map((each) => `${each.name} ${each.class} ${each.by}`), [
    "a_email secret person",
    "b_email config person",
    "c_email config person",
  ]);
  const { status, stderr } = await made.audit("--classify");
  assert.deepEqual([status, /no variable is undecided/.test(stderr)], [0, true]);
});
