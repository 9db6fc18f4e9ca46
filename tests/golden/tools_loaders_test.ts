/** The same story on each boot loader: an update fails twice, and golden is what boots next. */
import assert from "node:assert/strict";
import { GoldenHost } from "../support/golden_host.ts";
import { ending, exits, healthy, onLastChance } from "./tools_scene.ts";

/** How each loader's default is written, as nixpkgs' builders do; \$toplevel is it. */
const writers: Readonly<Record<string, string>> = {
  "systemd-boot": `
    mkdir -p "$BOOT/loader/entries" "$BOOT/EFI/nixos"
    touch "$BOOT/EFI/nixos/kernel.efi"
    number=$(ls "$BOOT/loader/entries" | wc -l)
    entry=nixos-generation-$((number + 1)).conf
    printf 'title NixOS\\nsort-key nixos\\nversion Generation %s NixOS\\nlinux /EFI/nixos/kernel.efi\\n' \\
      "$number" > "$BOOT/loader/entries/$entry"
    printf 'options init=%s/init loglevel=4\\n' "$toplevel" >> "$BOOT/loader/entries/$entry"
    printf 'timeout 5\\ndefault %s\\nconsole-mode keep\\n' "$entry" > "$BOOT/loader/loader.conf"`,
  "grub": `
    mkdir -p "$BOOT/grub"
    { printf 'set default=0\\nmenuentry "NixOS - Default" --class nixos {\\n'
      printf '  linux /kernels/linux init=%s/init loglevel=4\\n}\\n' "$toplevel"
      printf 'submenu "NixOS - All configurations" --class submenu {\\n'
      printf 'menuentry "old" {\\n  linux /kernels/linux init=/nix/store/old/init\\n}\\n}\\n'
    } > "$BOOT/grub/grub.cfg"`,
  "raspberry-pi": `
    echo "console=tty0 root=LABEL=NIXOS_SD init=$toplevel/init" > "$BOOT/cmdline.txt"`,
  // No loader but the profile decides, as in a container.
  "none": ":",
};

for (const [loader, writer] of Object.entries(writers)) {
  Deno.test(`on ${loader} an update that fails twice is replaced by golden`, async () => {
    await using host = await GoldenHost.create();
    const switchToConfiguration = `#!/bin/sh
set -eu
toplevel=\${0%/bin/*}
[ "\${NIXOS_NO_CHECK-}" = 1 ] || "$CHECK" "$toplevel" "$1"
[ -z "\${IGNORE_LOADER-}" ] || exit 0
${writer}
`;
    await host.configure({
      bootLoader: loader,
      validationCommands: [["test", "!", "-e", "units/down"]],
      healthWindowSeconds: 0.001,
    });
    const good = await host.store.toplevel({ name: "good", switchToConfiguration });
    const update = await host.store.toplevel({ name: "update", switchToConfiguration });
    await host.install(good, { NIXOS_NO_CHECK: "1" });
    await host.powerOn(good);
    exits(0, await host.program("golden-boot-validate"));
    exits(0, await host.install(update));
    await healthy(host, false);
    await host.powerOn(update);
    exits(0, await host.program("golden-boot-check"));
    exits(1, await host.program("golden-boot-validate"));
    await host.powerOn(update);
    exits(0, await host.program("golden-boot-check"));
    if (loader !== "none") {
      const env = { IGNORE_LOADER: "1" };
      const said = exits(6, await host.program("golden-boot-validate", [], { env }));
      assert.ok(said.includes(`the boot loader's default is ${update}, not ${good}`), said);
      const hint = /an EFI variable may override it: `bootctl set-default ''`/;
      assert.equal(hint.test(said), loader === "systemd-boot");
    }
    exits(5, await host.program("golden-boot-validate"));
    assert.equal(await host.profile(), good);
    const status = await host.program("show-boot-status", ["--json"]);
    const { loaderDefault } = JSON.parse(status.stdout);
    assert.equal(loaderDefault, loader === "none" ? null : good);
    await host.powerOn(good);
    await healthy(host, true);
    exits(0, await host.program("golden-boot-check"));
    exits(0, await host.program("golden-boot-validate"));
    assert.equal(await host.state("trial"), null);
    assert.deepEqual((await host.state("rejected")).rejected[0].path, update);
  });
}

Deno.test("without bootctl nothing is rolled back blindly", async () => {
  await using scene = await onLastChance();
  const { host, update } = scene;
  await Deno.mkdir(`${host.root}/boot/loader`);
  await host.script("bootctl", "#!/bin/sh\necho no partition found >&2; exit 1\n");
  const validation = { validationCommands: [["false"]], healthWindowSeconds: 0.001 };
  await host.configure({ bootLoader: "systemd-boot", ...validation });
  const said = exits(1, await host.program("golden-boot-validate"));
  assert.match(
    said,
    /cannot roll back now: bootctl list failed: no partition found; not rebooting/,
  );
  assert.equal(await host.reboots(), 0);
  assert.equal((await ending(host)).profile, update);
});
