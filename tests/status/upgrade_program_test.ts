/** The upgrades of a host, as the real `auto-upgrade` leaves them. */
import assert from "node:assert/strict";
import { exits } from "../config/scene.ts";
import { UpgradeHost } from "../support/upgrade_host.ts";
import { push, settled } from "../upgrade/scene.ts";
import { judged } from "./decide_scene.ts";
import { lineOf, placeFlags, type Places, reported, status, untouched } from "./scene.ts";

function placesOf({ stateDir, repo }: UpgradeHost): Places {
  return { upgrade: stateDir, repo };
}

/** What the two lines of the upgrades are; to look changes nothing. */
async function look(b: UpgradeHost, places = placesOf(b)): ReturnType<typeof reported> {
  return await untouched(b.host.home, () => reported(places));
}

Deno.test("a host that upgraded itself, one whose update failed, and one that waits for a fix", async () => {
  await using world = await settled();
  const { a, b } = world;
  const first = await look(b);
  judged(lineOf(first, "upgrade"), ["ok", /^unchanged|^upgraded/]);
  judged(lineOf(first, "config"), ["ok", /^[0-9a-f]{12} runs since .*nixos-system-first/]);
  await push(a, { "flake.nix": "second\n" });
  exits(0, await b.upgrades());
  judged(lineOf(await look(b), "upgrade"), ["ok", /^upgraded: upgraded to nixos-system-second/]);
  await push(a, { "flake.nix": "broken\n" });
  exits(5, await b.upgrades());
  judged(lineOf(await look(b), "upgrade"), ["warning", /^rolled-back: .*push a fix/]);
  exits(0, await b.upgrades());
  const waiting = await look(b);
  judged(lineOf(waiting, "upgrade"), ["warning", /^quarantined: /]);
  judged(lineOf(waiting, "config"), ["ok", /nixos-system-second/]);
});

Deno.test("a remote that is away is told with the time it was heard of last", async () => {
  await using world = await settled();
  const { b } = world;
  const { endedAt } = await b.state("last-run");
  // Times are told in whole seconds.
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await b.git("remote", "set-url", "origin", "http://localhost:1/gone.git");
  exits(0, await b.upgrades());
  const report = await look(b);
  assert.equal(Date.parse(lineOf(report, "config").at ?? ""), Date.parse(endedAt));
  assert(Date.parse(lineOf(report, "upgrade").at ?? "") > Date.parse(endedAt));
});

Deno.test("lines that collide are the repository's trouble", async () => {
  await using world = await settled({ conflictStrategy: "abort" });
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.commit("Mine", { "flake.nix": "third\n" });
  exits(3, await b.upgrades());
  const report = await look(b);
  judged(lineOf(report, "config"), ["bad", /^pull: .*collide/]);
  judged(lineOf(report, "upgrade"), ["warning", /no further than the repository/]);
});

Deno.test("secrets that were not pushed are the repository's trouble", async () => {
  await using world = await settled({ hostCanCommitConfig: true });
  const { b } = world;
  // Made up here, so that no file of this project holds what a scanner looks for.
  const token = ["ghp", "x7Kq2mPd9vRt4wLz8bNc3hYf6jSg1aQe5uVo"].join("_");
  await b.write({ "services.nix": `{ token = "${token}"; }\n` });
  await b.git("add", "--all");
  exits(3, await b.upgrades());
  judged(lineOf(await look(b), "config"), ["bad", /secrets were found/]);
});

Deno.test("a run under way is told, and one that was killed is", async () => {
  await using world = await settled();
  const { a, b } = world;
  await push(a, { "flake.nix": "second\n" });
  await b.host.write("switch/hang-second", "");
  const started = b.starts();
  while ((await b.told("hanging")).length === 0) await new Promise((done) => setTimeout(done, 20));
  const under = await look(b);
  judged(lineOf(under, "upgrade"), ["ok", /auto-upgrade since .*, in its step "activate"/]);
  const blind = await look(b, { upgrade: b.stateDir });
  judged(lineOf(blind, "upgrade"), ["unknown", /or was cut short there/]);
  started.kill();
  await started.ended;
  Deno.kill(Number((await b.told("hanging"))[0]), "SIGKILL");
  judged(lineOf(await look(b), "upgrade"), ["warning", /was cut short in its step "activate"/]);
});

Deno.test("a pause is told, and is no silence", async () => {
  await using b = await UpgradeHost.create();
  exits(0, await b.upgrades(["--pause", "2h"]));
  judged(lineOf(await look(b), "upgrade"), ["ok", /paused until/]);
});

Deno.test("each state file that is corrupt is told, and stays where it is", async () => {
  await using world = await settled();
  const { b } = world;
  for (const name of ["host.json", "last-run.json", "run.json"]) {
    const path = `${b.stateDir}/${name}`;
    const before = await Deno.readTextFile(path).catch(() => undefined);
    for (const text of ["", "{", '{"schema":2}', "\0".repeat(100), "x".repeat(2_000_000)]) {
      await Deno.writeTextFile(path, text);
      judged(lineOf(await look(b), "upgrade"), ["bad", new RegExp(`${name} is corrupt`)]);
    }
    await Deno.remove(path);
    await Deno.mkdir(path);
    judged(lineOf(await look(b), "upgrade"), ["bad", /no regular file/]);
    await Deno.remove(path);
    if (before !== undefined) await Deno.writeTextFile(path, before);
  }
  judged(lineOf(await look(b), "upgrade"), ["ok"]);
});

Deno.test("directories are where the other programs are configured to have them", async () => {
  await using world = await settled();
  const { b } = world;
  const configs = b.host.path("etc");
  const { stateDir, repo } = b;
  await b.host.write("etc/config-repo.json", JSON.stringify({ stateDir, repo, autoPush: true }));
  await b.host.write("etc/golden.json", "{ this is no JSON");
  const report = await reported({ configs, golden: "/nonexistent", shared: "/nonexistent" });
  judged(lineOf(report, "upgrade"), ["ok"]);
});

Deno.test("a path that is not absolute, and a threshold that is none, are refused", async () => {
  for (const args of [["--repo", "here"], ["--upgrade-stale-days", "0"], ["operand"]]) {
    const ended = await status([...placeFlags({}), ...args]);
    assert.equal(ended.status, 2, ended.stderr);
    assert.equal(ended.stdout, "");
  }
});
