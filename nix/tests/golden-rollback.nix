# A generation whose required unit does not come up is tried twice; then golden is booted again, and
# the failed one is refused.
{
  nodes =
    let
      host =
        { lib, ... }:
        {
          boot.loader = {
            timeout = 0;
            systemd-boot.enable = true;
            efi.canTouchEfiVariables = true;
          };
          virtualisation = {
            useBootLoader = true;
            useEFIBoot = true;
            mountHostNixStore = false;
          };
          nix.settings.substituters = lib.mkForce [ ];
          systemd.services.wanted = {
            wantedBy = [ "multi-user.target" ];
            serviceConfig.ExecStart = "/run/current-system/sw/bin/sleep infinity";
          };
          myModules.system.boot.goldenGeneration = {
            enable = true;
            requiredUnits = [ "wanted.service" ];
            healthWindowSeconds = 20;
            settleSeconds = 2;
          };
        };
    in
    {
      machine =
        { nodes, ... }:
        {
          imports = [ host ];
          virtualisation.additionalPaths = [ nodes.broken.system.build.toplevel ];
        };
      broken =
        { lib, ... }:
        {
          imports = [ host ];
          # In all else it is the same machine.
          networking.hostName = lib.mkForce "machine";
          systemd.services.wanted.serviceConfig.ExecStart =
            lib.mkForce "/run/current-system/sw/bin/false";
        };
    };

  testScript =
    { nodes, ... }:
    ''
      good = "${nodes.machine.system.build.toplevel}"
      broken = "${nodes.broken.system.build.toplevel}"

      machine.start(allow_reboot=True)
      machine.wait_for_unit("golden-boot-validate.service")
      machine.succeed("show-golden")

      machine.succeed(f"nix-env -p /nix/var/nix/profiles/system --set {broken}")
      machine.succeed(f"{broken}/bin/switch-to-configuration boot")
      machine.succeed("show-boot-status | grep -i trial")
      # It leads to two failed boots and one of golden; nobody does anything meanwhile.
      machine.execute("systemctl reboot >&2 &", check_return=False)
      machine.wait_until_succeeds(
          f"test -s /var/lib/golden-generation/rejected.json && test $(readlink /run/booted-system) = {good}",
          timeout=900,
      )
      machine.succeed("journalctl -t golden-generation | grep -i golden")
      machine.fail(f"{broken}/bin/switch-to-configuration boot")
    '';
}
