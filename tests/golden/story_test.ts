import assert from "node:assert/strict";
import { GoldenHost } from "../support/golden_host.ts";
import type { Ended } from "../support/processes.ts";

function exits(code: number, { status, stdout, stderr }: Ended): string {
  assert.equal(status, code, `${stdout}${stderr}`);
  return stdout + stderr;
}

Deno.test("a healthy update is pinned after one boot", async () => {
  await using host = await GoldenHost.create();
  const first = await host.begin();
  exits(0, await host.program("golden-boot-validate"));
  assert.equal((await host.state("golden")).path, first);
  const second = await host.toplevel("second");
  exits(0, await host.install(second));
  assert.equal((await host.state("trial")).target, second);
  await host.powerOn();
  exits(0, await host.program("golden-boot-check"));
  exits(0, await host.program("golden-boot-validate"));
  assert.equal((await host.state("golden")).path, second);
  assert.equal(await host.state("trial"), null);
  assert.equal(await Deno.readLink(`${host.store.gcRoots}/golden-generation/golden`), second);
});

Deno.test("an update whose unit fails is replaced by golden after two boots, and refused", async () => {
  await using host = await GoldenHost.create({ requiredUnits: ["web.service"] });
  await host.unit("web.service", "active running 0");
  const good = await host.begin();
  exits(0, await host.program("golden-boot-validate"));
  const bad = await host.toplevel("bad");
  exits(0, await host.install(bad));
  await host.unit("web.service", "failed failed 0");
  await host.powerOn();
  exits(0, await host.program("golden-boot-check"));
  exits(1, await host.program("golden-boot-validate"));
  assert.equal(await host.reboots(), 1);
  await host.powerOn();
  exits(0, await host.program("golden-boot-check"));
  exits(5, await host.program("golden-boot-validate"));
  assert.equal(await host.reboots(), 1);
  assert.equal(await host.loaderDefault(), good);
  assert.equal(await host.profile(), good);
  assert.equal(await host.powerOn(), good);
  await host.unit("web.service", "active running 0");
  exits(0, await host.program("golden-boot-check"));
  exits(0, await host.program("golden-boot-validate"));
  assert.equal(await host.state("trial"), null);
  assert.match(exits(3, await host.install(bad)), /rejected/);
  assert.equal(await host.loaderDefault(), good);
});
