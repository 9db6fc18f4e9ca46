# A host that upgrades to a system of which a unit fails; what becomes of it is the caller's to look at.
{
  onValidationFailure,
  # Lines of the test script that begin with the upgrade; they know `good` and `broken`.
  upgrade,
}:
{
  nodes = {
    machine =
      { nodes, ... }:
      {
        imports = [ ./upgrade-host.nix ];
        virtualisation.additionalPaths = [ nodes.broken.system.build.toplevel ];
        myModules.services.autoUpgrade = { inherit onValidationFailure; };
      };
    broken =
      { lib, ... }:
      {
        imports = [ ./upgrade-host.nix ];
        networking.hostName = lib.mkForce "machine";
        systemd.services.fails = {
          wantedBy = [ "multi-user.target" ];
          serviceConfig.ExecStart = "/run/current-system/sw/bin/false";
        };
      };
  };

  testScript =
    { nodes, ... }:
    ''
      good = "${nodes.machine.system.build.toplevel}"
      broken = "${nodes.broken.system.build.toplevel}"

      machine.wait_for_unit("multi-user.target")
      machine.succeed(f"nix-env -p /nix/var/nix/profiles/system --set {good}")
      machine.succeed("git init --bare -b dev /srv/nix-config.git && chown -R rain /srv/nix-config.git")
      machine.succeed("su - rain -c 'git clone /srv/nix-config.git nix-config'")
      machine.succeed(
          f"su - rain -c 'cd nix-config && git checkout -b dev && echo {broken} > next"
          " && git add next && git commit -m next && git push -u origin dev'"
      )
      ${upgrade}'';
}
