import assert from "node:assert/strict";
import { exits } from "../config/scene.ts";
import { push, settled } from "./scene.ts";

/** A flake without inputs that has one host; its system makes itself the running one. */
function flake(name: string): string {
  return `{
  outputs = { self }: {
    nixosConfigurations.b.config.system.build.toplevel = derivation {
      name = "nixos-system-${name}";
      system = "${Deno.build.arch}-linux";
      builder = "/bin/sh";
      PATH = "/usr/bin:/bin";
      args = [ "-euc" ''
        mkdir -p $out/bin
        printf '#!/bin/sh\\nln -sfn %s "$RUN/current-system"\\n' $out > $out/bin/switch-to-configuration
        chmod +x $out/bin/switch-to-configuration
      '' ];
    };
  };
}
`;
}

Deno.test("without nh, nix itself builds the host's system out of a real flake", async () => {
  await using world = await settled();
  const { a, b } = world;
  await b.host.write("bin/nh", "#!/bin/sh\nexit 1\n", 0o755);
  await push(a, { "flake.nix": flake("of-a-flake") });
  exits(0, await b.upgrades());
  assert.deepEqual([await b.running(), await b.default()], ["of-a-flake", "of-a-flake"]);
  await push(a, { "flake.nix": flake("broken").replace("self }:", "self }: oops") });
  assert.match(exits(5, await b.upgrades()), /the build failed: exit status 1/);
  assert.equal(await b.running(), "of-a-flake");
});
