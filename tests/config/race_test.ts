import assert from "node:assert/strict";
import type { ConfigHost } from "../support/config_host.ts";
import { cloned, exits } from "./scene.ts";

Deno.test("five hosts that push at once: every commit arrives", async () => {
  const names = ["a", "b", "c", "d", "e"] as const;
  await using world = await cloned(names);
  const hosts: ConfigHost[] = names.map((name) => world[name]);
  for (const round of ["1", "2"]) {
    await Promise.all(hosts.map((each) => each.write({ [`${each.host.name}-${round}`]: "x\n" })));
    const ended = await Promise.all(hosts.map((each) => each.commits(["--push"])));
    for (const each of ended) exits(0, each);
  }
  const files = [...(await world.sandbox.filesAt("main")).keys()];
  assert.deepEqual(
    files.filter((name) => /^[a-e]-/.test(name)).sort(),
    names.flatMap((name) => [`${name}-1`, `${name}-2`]),
  );
});

Deno.test("of two runs in one repository one is told who is at work, or waits", async () => {
  await using world = await cloned(["a"]);
  const { a } = world;
  const hook = "#!/bin/sh\ntouch ../in-hook\nwhile [ ! -e ../go-on ]; do sleep 0.05; done\n";
  await a.host.write("nix-config/.git/hooks/pre-commit", hook, 0o755);
  await a.write({ "new": "n\n" });
  const first = a.commits();
  while (!await Deno.stat(a.host.path("in-hook")).catch(() => undefined)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await a.write({ "later": "l\n" });
  assert.match(
    exits(75, await a.commits()),
    /busy: host-commit \(pid \d+\) is at work since .*\n.*--wait/,
  );
  const waiting = a.commits(["--wait", "60"]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await a.host.write("go-on", "");
  exits(0, await first);
  exits(0, await waiting);
  assert.equal(await a.git("status", "--porcelain"), "");
});
