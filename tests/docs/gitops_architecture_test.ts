import assert from "node:assert/strict";
import { exits, fails, healthy, onTrial } from "../golden/tools_scene.ts";
import { Sandbox } from "../support/sandbox.ts";
import { holds, inSync, syncs } from "../tools/scene.ts";
import { push, settled } from "../upgrade/scene.ts";
import { everySection, type Reader } from "./follow.ts";
import { atConfig, atDotfiles, atGolden, atUpgrades } from "./readers.ts";

await everySection("docs/gitops-architecture.md", {
  "A dotfile change": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { desktop, laptop } = await inSync(sandbox, ["desktop", "laptop"], {
      ".bashrc": "# mine\n",
      ".vimrc": "set hidden\n",
    });
    await follow(await atDotfiles(desktop));
    await follow(await atDotfiles(laptop));
    await syncs(desktop);
    await holds(".bashrc", "# mine\nexport PAGER=less\n", desktop, laptop);
    await holds(".vimrc", "set hidden\nset number\n", desktop, laptop);
  },

  "A configuration change": async (follow) => {
    await using hosts = await settled();
    const { a: desktop, b: server } = hosts;
    await follow(await atConfig(desktop));
    assert.equal(await server.running(), "first");
    await follow(await atUpgrades(server));
    assert.equal(await server.running(), "second");
    assert.equal(await server.head(), await desktop.head());
  },

  "A change that does not build": async (follow) => {
    await using hosts = await settled();
    const { a: desktop, b: server } = hosts;
    const before = await server.head();
    await push(desktop, { "flake.nix": "broken\n" });
    const reader = await atUpgrades(server);
    await follow(reader);
    assert.deepEqual([await server.running(), await server.head()], ["first", before]);
    const mended = await push(desktop, { "flake.nix": "third\n" });
    await follow(reader);
    assert.deepEqual([await server.running(), await server.head()], ["third", mended]);
  },

  "A change that breaks the boot": async (follow) => {
    await using scene = await onTrial();
    const { host, good } = scene;
    const reader = await atGolden(host);
    await follow(reader);
    await fails(host, 1);
    await host.powerOn();
    await fails(host, 5);
    assert.equal(await host.powerOn(), good);
    await healthy(host, true);
    exits(0, await host.program("golden-boot-check"));
    exits(0, await host.program("golden-boot-validate"));
    await follow(reader);
  },

  "By hand, and to look": async (follow) => {
    await using sandbox = await Sandbox.create();
    const { desktop } = await inSync(sandbox, ["desktop"], { ".bashrc": "# mine\n" });
    await follow(await atDotfiles(desktop));
    await using hosts = await settled();
    const server: Reader = await atUpgrades(hosts.b);
    await follow(server);
  },
});
