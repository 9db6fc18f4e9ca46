import assert from "node:assert/strict";
import { NixStore } from "./nix_store.ts";
import { inTemporaryDirectory } from "./temporary_directory.ts";

Deno.test("a toplevel has NixOS's shape and its closure is registered", () =>
  withStore(async (store) => {
    const special = await store.toplevel({ name: "special" });
    const script = `#!/bin/sh\necho "it's \${0%/bin/*} $1" # \\n %s \${x}\n`;
    const path = await store.toplevel({
      name: "machine-25.11",
      version: "25.11.20251121.abcdef",
      switchToConfiguration: script,
      specialisations: { gaming: special },
      links: { kernel: "/dev/null" },
    });
    assert.match(path, new RegExp(`^${store.path}/[0-9a-z]{32}-nixos-system-machine-25\\.11$`));
    assert.equal(await Deno.readTextFile(`${path}/nixos-version`), "25.11.20251121.abcdef");
    assert.equal(await Deno.readTextFile(`${path}/bin/switch-to-configuration`), script);
    assert.equal(await Deno.readLink(`${path}/specialisation/gaming`), special);
    assert.equal(await Deno.readLink(`${path}/kernel`), "/dev/null");
    assert.equal((await Deno.stat(`${path}/init`)).mode! & 0o777, 0o555);
    const ran = await store.run([`${path}/bin/switch-to-configuration`, "boot"]);
    assert.equal(ran.stdout, `it's ${path} boot\n`);
    const own = await Deno.readLink(`${path}/sw`);
    const others = await Deno.readLink(`${special}/sw`);
    assert.deepEqual((await store.closure(path)).sort(), [path, special, own, others].sort());
    assert.ok(await store.isWhole(path));
    assert.equal(await store.toplevel({ name: "special" }), special);
  }));

Deno.test("collecting garbage deletes what nothing roots and keeps a direct root's closure", () =>
  withStore(async (store) => {
    const unrooted = await store.toplevel({ name: "unrooted" });
    const special = await store.toplevel({ name: "special" });
    const golden = await store.toplevel({ name: "golden", specialisations: { special } });
    const gone = await store.closure(unrooted);
    const kept = await store.closure(golden);
    await Deno.mkdir(`${store.gcRoots}/golden-generation`);
    await Deno.symlink(golden, `${store.gcRoots}/golden-generation/golden`);
    await store.collectGarbage();
    for (const path of gone) await assert.rejects(Deno.lstat(path), Deno.errors.NotFound);
    for (const path of kept) await Deno.lstat(path);
    assert.equal(kept.length, 4);
    assert.ok(await store.isWhole(golden));
    assert.equal(await store.isWhole(unrooted), false);
  }));

Deno.test("the profile roots its newest generation only, once garbage was collected", () =>
  withStore(async (store) => {
    const one = await store.toplevel({ name: "one" });
    const two = await store.toplevel({ name: "two" });
    await store.setProfile(one);
    await store.setProfile(two);
    assert.equal(await Deno.readLink(store.profile), "system-2-link");
    assert.equal(await Deno.realPath(`${store.profile}-1-link`), one);
    await store.collectGarbage();
    assert.equal(await Deno.realPath(store.profile), two);
    assert.ok(await store.isWhole(two));
    await assert.rejects(Deno.lstat(`${store.profile}-1-link`), Deno.errors.NotFound);
    assert.equal(await store.isWhole(one), false);
  }));

Deno.test("a store path that was changed or lost a dependency is not whole", () =>
  withStore(async (store) => {
    const path = await store.toplevel({ name: "damaged" });
    await Deno.chmod(`${path}/nixos-version`, 0o644);
    await Deno.writeTextFile(`${path}/nixos-version`, "another");
    assert.equal(await store.isWhole(path), false);
    const other = await store.toplevel({ name: "torn" });
    await Deno.remove(await Deno.readLink(`${other}/sw`));
    assert.equal(await store.isWhole(other), false);
  }));

async function withStore(test: (store: NixStore) => Promise<void>): Promise<void> {
  await inTemporaryDirectory(async (directory) => {
    await using store = await NixStore.in(`${directory}/nix`);
    await test(store);
  });
}
