# NixOS tests in virtual machines, one for each promise. They need nixpkgs, KVM and time:
# `nix flake check`, or one of them: `nix build .#checks.x86_64-linux.golden-rollback`.
{ pkgs, module }:
let
  promises = [
    "conflict"
    "golden-rollback"
    "offline"
    "secret-gate"
    "sync-of-two-hosts"
    "upgrade-degraded"
    "upgrade-failure"
  ];
in
pkgs.lib.genAttrs promises (
  promise:
  pkgs.testers.runNixOSTest {
    imports = [ (./. + "/${promise}.nix") ];
    name = "holdfast-${promise}";
    # Nothing of a test's machine is to be bigger than what is tested.
    defaults = {
      imports = [ module ];
      documentation.enable = false;
      virtualisation.memorySize = 1024;
    };
  }
)
