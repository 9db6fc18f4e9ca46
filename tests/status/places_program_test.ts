/** Dotfiles, golden generation and secrets of a host, as the real programs leave them. */
import assert from "node:assert/strict";
import { SopsHost } from "../sops/scene.ts";
import { GoldenHost } from "../support/golden_host.ts";
import { Sandbox } from "../support/sandbox.ts";
import { collide, exits, inSync, syncs } from "../tools/scene.ts";
import { judged } from "./decide_scene.ts";
import { lineOf, placeFlags, reported, status, statusAsNobody, untouched } from "./scene.ts";

Deno.test("dotfiles in sync, parked, corrupt, of another time and of nobody", async () => {
  await using sandbox = await Sandbox.create();
  const { a, b } = await inSync(sandbox, ["a", "b"], { ".one": "1\n" });
  const [own, other] = [a.stateDirectory, b.stateDirectory];
  const look = (args: readonly string[] = []): ReturnType<typeof reported> =>
    untouched(sandbox.root, () => reported({ dotfiles: own }, ...args));
  judged(lineOf(await look(), "dotfiles"), ["ok", /^success: /]);
  await collide([b, a], { ".one": ["by b\n", "by a\n"] });
  judged(lineOf(await look(), "dotfiles"), ["bad", /1 file is parked.*chezmoi-resolve/]);
  const both = await reported({ dotfiles: other, shared: own });
  assert.deepEqual(
    both.lines.filter(({ area }) => area === "dotfiles").map(({ level, place }) => [level, place]),
    [["ok", other], ["bad", own]],
  );
  exits(0, await a.program("chezmoi-resolve", ["--host", "a", "--take=a"]));
  await syncs(a);
  // A sync that finds nothing to do touches one file, and nothing else tells that it ran.
  await Deno.utime(`${own}/last-sync-status`, new Date(), new Date(Date.now() - 30 * 3_600_000));
  judged(lineOf(await look(), "dotfiles"), ["warning", /no sync for more than 24 h/]);
  judged(lineOf(await look(["--dotfiles-stale-hours", "40"]), "dotfiles"), ["ok"]);
  await syncs(a);
  judged(lineOf(await look(), "dotfiles"), ["ok"]);
  await Deno.writeTextFile(`${own}/home.json`, "{");
  judged(lineOf(await look(), "dotfiles"), ["bad", /home.json is corrupt/]);
});

Deno.test("a sync under way is told, and not disturbed", async () => {
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".one": "1\n" });
  const places = { dotfiles: a.stateDirectory };
  const script = `exec 9<>"$1"; flock 9; printf '{"pid":1,"program":"chezmoi-sync","since":"S"}' >&9
    : > "$2"; read -r _ || :`;
  const child = new Deno.Command("sh", {
    args: ["-c", script, "sh", `${a.stateDirectory}/lock`, `${sandbox.root}/taken`],
    stdin: "piped",
  }).spawn();
  while (await Deno.stat(`${sandbox.root}/taken`).catch(() => false) === false) {
    await new Promise((done) => setTimeout(done, 20));
  }
  judged(lineOf(await reported(places), "dotfiles"), ["ok", /\| chezmoi-sync since S$/]);
  await child.stdin.close();
  await child.status;
  judged(lineOf(await reported(places), "dotfiles"), ["ok", /\| $/]);
});

Deno.test("a generation that is golden, on trial, failing and rejected", async () => {
  await using host = await GoldenHost.create({ requiredUnits: ["web.service"] });
  const look = async (): Promise<ReturnType<typeof lineOf>> =>
    lineOf(await untouched(host.stateDir, () => reported({ golden: host.stateDir })), "golden");
  judged(await look(), ["unused"]);
  await host.unit("web.service", "active running 0");
  await host.begin();
  await host.program("golden-boot-validate");
  judged(await look(), ["ok", /first is golden/]);
  await host.install(await host.toplevel("bad"));
  judged(await look(), ["ok", /bad is on trial, and waits for its boot/]);
  await host.unit("web.service", "failed failed 0");
  await host.powerOn();
  await host.program("golden-boot-check");
  judged(await look(), ["ok", /in this boot/]);
  await host.program("golden-boot-validate");
  judged(await look(), ["warning", /1 boot failed: .*web.service/]);
  await host.powerOn();
  await host.program("golden-boot-check");
  await host.program("golden-boot-validate");
  judged(await look(), ["warning", /rejected on|rolled back/]);
  await host.powerOn();
  await host.unit("web.service", "active running 0");
  await host.program("golden-boot-check");
  await host.program("golden-boot-validate");
  judged(await look(), ["warning", /bad was rejected on .*show-boot-status/]);
  await Deno.writeTextFile(`${host.stateDir}/golden.json`, "{");
  judged(await look(), ["bad", /golden.json is corrupt/]);
});

Deno.test("secrets in place, missing, gone, and none", async () => {
  await using host = await SopsHost.create(await Deno.makeTempDir({ prefix: "holdfast-test-" }));
  const look = async (): Promise<ReturnType<typeof lineOf>> =>
    lineOf(await untouched(host.root, () => reported({ system: host.currentSystem })), "secrets");
  judged(await look(), ["unused"]);
  await host.install([{ name: "a" }, { name: "mail/b" }], { templates: [{ name: "c" }] });
  judged(await look(), ["ok", /^3 secrets in place/]);
  await Deno.remove(`${host.root}/run/secrets.d/7/mail/b`);
  judged(await look(), ["bad", /^1 of 3 secrets missing: mail\/b/]);
  await Deno.remove(`${host.root}/run/secrets`);
  judged(await look(), ["bad", /leads nowhere/]);
});

Deno.test("a user who may not look is told so, by an exit code too", async () => {
  assert.equal(Deno.uid(), 0, "this test needs files that somebody else may not read");
  await using sandbox = await Sandbox.create();
  const { a } = await inSync(sandbox, ["a"], { ".one": "1\n" });
  await using secrets = await SopsHost.create(sandbox.root);
  await secrets.install([{ name: "a" }]);
  const args = placeFlags({ dotfiles: a.stateDirectory, system: secrets.currentSystem });
  const closed = await statusAsNobody(sandbox.root, args);
  assert.match(closed.stdout, /^unknown +dotfiles +this user may not look at it/m);
  assert.match(closed.stdout, /^ +do: run it as root: sudo host-status$/m);
  assert.match(
    closed.stdout,
    /^unknown +secrets +it cannot be told which secrets there should be/m,
  );
  assert.equal(closed.status, 1, closed.stderr);
  // The line for all is for all, where the directory is: the rest stays private.
  let path = a.stateDirectory;
  for (; path.length > sandbox.root.length; path = path.replace(/\/[^/]+$/, "")) {
    await Deno.chmod(path, 0o755);
  }
  await Deno.chmod(`${a.stateDirectory}/last-sync.json`, 0o600);
  const open = await statusAsNobody(sandbox.root, args);
  assert.match(open.stdout, /^ok +dotfiles +success: /m);
  // The generation's directory lets everybody pass and nobody list.
  await Deno.chmod(secrets.root, 0o755);
  assert.match(
    (await statusAsNobody(sandbox.root, args)).stdout,
    /^ok +secrets +1 secret in place/m,
  );
});

Deno.test("on a host that has none of it nothing is in use", async () => {
  const { stdout, status: code } = await status([...placeFlags({}), "--host", "bare"]);
  assert.equal(code, 0);
  assert.deepEqual(stdout.split("\n").map((line) => line.split("  ")[0]), [
    "bare: nothing is in use",
    ...Array(5).fill("unused"),
    "",
  ]);
});
