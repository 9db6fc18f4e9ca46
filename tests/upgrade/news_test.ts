import assert from "node:assert/strict";
import { type News, tellingBy } from "../../src/upgrade/news.ts";
import { exits } from "../config/scene.ts";
import { push, settled } from "./scene.ts";

const news: News = {
  schema: 1,
  event: "unwell",
  host: "b\nX-Evil: 1",
  result: "rolled-back",
  message: "the build failed",
  commit: "0".repeat(40),
  toplevel: "/nix/store/x",
  time: "2026-01-02T03:04:05Z",
};

Deno.test("a preset brings no second header along, and no token on a command line", () => {
  const { argv, stdin } = tellingBy(
    { kind: "ntfy", to: "https://ntfy.example/hosts", headerFile: "/run/secrets/ntfy" },
    news,
  );
  assert.deepEqual(argv.slice(6), [
    ...["--header", "@/run/secrets/ntfy", "--header"],
    "Title: b X-Evil: 1 could not be upgraded",
    ...["--header", "Priority: high", "--data-binary", "@-", "https://ntfy.example/hosts"],
  ]);
  assert.equal(stdin, "the build failed");
  const mail = tellingBy({ kind: "mail", to: "root" }, news);
  assert.match(mail.stdin, /^To: root\nSubject: b X-Evil: 1 could not be upgraded\n[^\n]*\n\n/);
});

Deno.test("a Matrix message has a transaction of its own, the same for the same news", () => {
  const preset = { kind: "matrix", to: "https://m.example/send/m.room.message" } as const;
  const { argv, stdin } = tellingBy(preset, news);
  assert.match(argv.at(-1) ?? "", /\/b-X-Evil--1-2026-01-02T03-04-05Z$/);
  assert.equal(JSON.parse(stdin).msgtype, "m.text");
});

Deno.test("each preset is called once for a change, and a wrong one is refused at the start", async () => {
  const notify = [
    { kind: "ntfy", to: "https://ntfy.example/hosts" },
    { kind: "webhook", to: "https://hook.example/" },
    { kind: "mail", to: "root" },
  ];
  await using world = await settled({ notify });
  const { a, b } = world;
  for (const name of ["curl", "sendmail"]) {
    const script = `#!/bin/sh\necho "${name} $*" >> "$SWITCH/news"\ncat >> "$SWITCH/said"\n`;
    await b.host.write(`bin/${name}`, script, 0o755);
  }
  for (const text of ["broken\n", "broken\n# more\n"]) {
    await push(a, { "flake.nix": text });
    exits(5, await b.upgrades());
  }
  assert.deepEqual((await b.told("news")).map((line) => line.split(" ").at(-1)).sort(), [
    "https://hook.example/",
    "https://ntfy.example/hosts",
    "root",
  ]);
  await b.configure({ notify: [{ kind: "mail", to: "-oQ/tmp" }] });
  assert.match(exits(2, await b.upgrades()), /"notify".*should be a list of/);
});

Deno.test("a run that is refused before it begins is recorded, and told once", async () => {
  await using world = await settled({ notifyCommand: ["sh", "-c", 'cat >> "$SWITCH/said"'] });
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  await b.git("switch", "--quiet", "-c", "other");
  for (const _ of ["once", "again"]) {
    assert.match(
      exits(3, await b.upgrades(["--branch", "main"])),
      /is on branch other, not on main/,
    );
  }
  const last = await b.state("last-run");
  assert.deepEqual([last.result, last.exitCode, last.before.commit], ["refused", 3, null]);
  assert.match(last.message, /is on branch other/);
  const said = (await b.told("said")).map((line) => JSON.parse(line));
  assert.deepEqual(said.map(({ event, result }) => [event, result]), [["unwell", "refused"]]);
  // What can be undone is what was done.
  await b.git("switch", "--quiet", "main");
  exits(0, await b.upgrades(["--undo"]));
  assert.equal(await b.running(), "first");
});
